#include "workflow/expression/fold.hpp"

#include <gtest/gtest.h>

using namespace triphammer::workflow::expression;

TEST(Fold, MakesUpperCaseOfLettersWithCase) {
    EXPECT_EQ(fold_case("azAZ09_-"), "AZAZ09_-");
    EXPECT_EQ(fold_case("\xc3\xa4\xc3\xb7\xc3\xbf"), "\xc3\x84\xc3\xb7\xc5\xb8");
    EXPECT_EQ(fold_case("\xcf\x83\xcf\x82"), "\xce\xa3\xce\xa3");
    EXPECT_EQ(fold_case("\xd0\xb6\xd1\x91"), "\xd0\x96\xd0\x81");
    EXPECT_EQ(fold_case("\xc4\x8d\xc5\xbe"), "\xc4\x8c\xc5\xbd");
}

TEST(Fold, KeepsWhatHasNoCaseAndMalformedBytes) {
    EXPECT_EQ(fold_case("\xf0\x9f\x94\xa8\xe4\xb8\xad"), "\xf0\x9f\x94\xa8\xe4\xb8\xad");
    EXPECT_EQ(fold_case("\xc3"), "\xc3");
    EXPECT_EQ(fold_case("\xc1\xa1"), "\xc1\xa1");
}
