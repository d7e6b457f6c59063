#include "base/shell_words.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

using Words = std::vector<std::string>;

TEST(Words, AreSplitAsAShellWould) {
    EXPECT_EQ(split_words("a  b\tc").value(), (Words{"a", "b", "c"}));
    EXPECT_EQ(
        split_words(R"(sh -c "echo 'x y'" '' a\ b)").value(),
        (Words{"sh", "-c", "echo 'x y'", "", "a b"})
    );
    EXPECT_EQ(split_words("a \\\n  b\\\nc").value(), (Words{"a", "bc"}));
    EXPECT_EQ(split_words("").value(), Words{});
    EXPECT_FALSE(split_words("a 'b"));
}
