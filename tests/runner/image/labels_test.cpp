#include "runner/image/labels.hpp"

#include <gtest/gtest.h>

using triphammer::runner::label_instruction;

TEST(LabelInstruction, GivesAllLabelsAndTakesNothingForAVariable) {
    EXPECT_EQ(
        label_instruction({{"a.b", "two words"}, {"c", R"(cost $5, "quoted", C:\x)"}}),
        R"(LABEL "a.b"="two words" "c"="cost \$5, \"quoted\", C:\\x")"
    );
}

TEST(LabelInstruction, IsNoneWhereTheBuilderWouldReadAnotherOne) {
    EXPECT_EQ(label_instruction({}), "");
    EXPECT_EQ(label_instruction({{"a", "b"}, {"c", "first\nRUN second"}}), "");
}
