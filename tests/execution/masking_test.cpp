#include "execution/masking.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

constexpr const char* kValue = "s3cr3t/v+lue'\"&<é";

std::string masked_at(const MaskTable& table, std::string_view text, std::size_t split) {
    Masker masker{table};
    std::string out;
    std::string space;
    out += masker.pass(text.substr(0, split), space);
    out += masker.pass(text.substr(split), space);
    masker.flush(out);
    return out;
}

std::string masked_bytewise(const MaskTable& table, std::string_view text) {
    Masker masker{table};
    std::string out;
    for (const char c : text) masker.write({&c, 1}, out);
    masker.flush(out);
    return out;
}

TEST(Masking, ReplacesAValueWhereverTheStreamIsSplit) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{kValue}));
    const std::string text = std::string{"before "} + kValue + " after " + kValue;

    for (std::size_t split = 0; split <= text.size(); ++split) {
        EXPECT_EQ(masked_at(table, text, split), "before *** after ***") << split;
    }
    EXPECT_EQ(masked_bytewise(table, text), "before *** after ***");
}

TEST(Masking, FindsValuesAtEveryPlaceAmongLongAndShortOnes) {
    MaskTable table;
    for (const char* value : {"a-long-secret-value", "eleven-byte", "seven-b", "four"}) {
        ASSERT_TRUE(table.add(Secret{value}));
        for (std::size_t place = 0; place < 40; ++place) {
            const std::string before(place, '.');
            EXPECT_EQ(table.mask(before + value + ".."), before + "***..") << value << place;
            EXPECT_EQ(table.mask(before + "a-long-secret-value"), before + "***") << value << place;
        }
    }
}

TEST(Masking, GivesBackTheSameBytesWhereNothingIsMasked) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{"a-long-secret-value"}));
    Masker masker{table};
    const std::string text = "nothing to hide\n";
    std::string space;

    EXPECT_EQ(masker.pass(text, space).data(), text.data());
    EXPECT_EQ(masker.pass("then a-long-", space), "then ");
    EXPECT_EQ(masker.pass("secret-value!", space), "***!");
    EXPECT_EQ(masker.pass(text, space).data(), text.data());
}

TEST(Masking, HidesBase64InEveryAlignment) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{"correct horse battery"}));

    for (const std::string before : {"", "a", "ab", "abc"}) {
        for (const std::string after : {"", "x", "xy"}) {
            const auto text = to_base64(before + "correct horse battery" + after);
            EXPECT_NE(masked_bytewise(table, text).find("***"), std::string::npos) << text;
            EXPECT_EQ(masked_bytewise(table, text).find("IGhvcnNlI"), std::string::npos) << text;
        }
    }
}

TEST(Masking, HidesTheUsualEncodings) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{kValue}));
    const std::vector<std::string> shown{
        to_hex(kValue),
        percent_encode(kValue),
        to_base64url(kValue),
        R"(s3cr3t/v+lue'\"&<é)",
        R"(s3cr3t\/v+lue'\"&<é)",
        R"(s3cr3t/v+lue'\"\u0026\u003cé)",
        R"('s3cr3t/v+lue'\''"&<é')",
        R"(s3cr3t/v+lue\'\"\&\<é)",
        R"($'s3cr3t/v+lue\'"&<\303\251')",
        R"("s3cr3t/v+lue'\"&<é")",
    };

    for (const auto& text : shown) EXPECT_TRUE(table.contains_secret(text)) << text;
}

TEST(Masking, HidesEachLineOfAKeyAndItsWrappedBase64) {
    MaskTable table;
    const std::string key = "-----BEGIN KEY-----\n" + std::string(64, 'k') + "\nabc\nlast line\n";
    ASSERT_TRUE(table.add(Secret{key}));

    EXPECT_EQ(table.mask("x " + std::string(64, 'k') + " y"), "x *** y");
    EXPECT_EQ(table.mask("last line"), "***");
    EXPECT_EQ(table.mask("abc"), "abc");
    EXPECT_EQ(table.mask(to_base64(key).substr(0, 76) + "\n"), "***\n");
}

TEST(Masking, MergesOverlappingSecrets) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{"abcdef"}));
    ASSERT_TRUE(table.add(Secret{"defghi"}));
    ASSERT_TRUE(table.add(Secret{"cdef"}));

    EXPECT_EQ(masked_bytewise(table, "1abcdefghi2"), "1***2");
    EXPECT_EQ(table.mask("abcdefdefghi"), "******");
    EXPECT_EQ(table.mask("abcdeabcdef"), "abcde***");
}

TEST(Masking, GivesEqualResultsForEverySplitOfRandomText) {
    MaskTable table;
    for (const char* value : {"aaaa", "aaab", "abab", "baaaaaab"}) {
        ASSERT_TRUE(table.add(Secret{value}));
    }
    std::string text;
    for (unsigned i = 0, state = 7; i < 300; ++i) {
        state = state * 1103515245U + 12345U;
        text += (state >> 16U) % 3 == 0 ? 'b' : 'a';
    }
    const auto whole = table.mask(text);

    for (std::size_t split = 0; split <= text.size(); ++split) {
        ASSERT_EQ(masked_at(table, text, split), whole) << split;
    }
    EXPECT_EQ(masked_bytewise(table, text), whole);
    EXPECT_FALSE(table.contains_secret(whole));
}

TEST(Masking, HoldsBackOnlyWhatMayBeASecret) {
    MaskTable table;
    ASSERT_TRUE(table.add(Secret{"password"}));
    Masker masker{table};
    std::string out;

    masker.write("a line\npass", out);
    EXPECT_EQ(out, "a line\n");
    masker.write("age\n", out);
    EXPECT_EQ(out, "a line\npassage\n");
    EXPECT_EQ(masker.held(), 0U);
}

TEST(Masking, RefusesValuesThatAreTooShort) {
    MaskTable table;

    EXPECT_EQ(table.add(Secret{"abc"}).error().code, Code::invalid);
    EXPECT_EQ(table.add(Secret{" ab \n"}).error().code, Code::invalid);
    EXPECT_TRUE(table.add(Secret{"abcd"}));
}

TEST(Masking, KeepsItsTablesSmall) {
    MaskTable table;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(table.add(Secret{
            "secret-number-" + std::to_string(i * 7919) + "-of-forty-bytes"}));
    }

    EXPECT_LT(table.footprint(), 2U << 20U);
}

}  // namespace
}  // namespace triphammer::execution
