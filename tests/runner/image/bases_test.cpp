#include "runner/image/bases.hpp"

#include <gtest/gtest.h>

using namespace triphammer::runner;

TEST(Bases, OfStrangersHaveNoTriggersOthersNoneThatFetch) {
    EXPECT_EQ(refuse_triggers({}, true), "");
    EXPECT_NE(refuse_triggers({"RUN make"}, true), "");
    EXPECT_EQ(refuse_triggers({"COPY . /app", "RUN make"}, false), "");
    EXPECT_EQ(
        refuse_triggers({"RUN make", "ADD http://169.254.169.254/latest /x"}, false),
        "ONBUILD ADD http://169.254.169.254/latest /x: what the engine itself fetches could be the "
        "metadata of its instance"
    );
}
