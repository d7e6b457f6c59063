#include "base/markup.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

TEST(Markup, LeavesNothingThatBeginsATagOrEndsAnAttribute) {
    EXPECT_EQ(
        escape_markup("<a href=\"x\" b='&amp;'>ü</a>"),
        "&lt;a href=&quot;x&quot; b=&#39;&amp;amp;&#39;&gt;ü&lt;/a&gt;"
    );
    EXPECT_EQ(escape_markup(""), "");
}
