#include "aws/texts.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

TEST(Texts, AreFoundByTheEndOfTheirPath) {
    const auto texts = read_texts(
        "<R xmlns='https://sts.amazonaws.com/doc/2011-06-15/'>\n <X><Credentials>\n"
        "  <AccessKeyId> ASIA </AccessKeyId><SessionToken>a&amp;b</SessionToken>\n"
        " </Credentials></X></R>"
    );

    ASSERT_TRUE(texts);
    EXPECT_EQ(texts->find("Credentials/AccessKeyId"), "ASIA");
    EXPECT_EQ(texts->find("SessionToken"), "a&b");
    EXPECT_EQ(texts->find("KeyId"), "");
    EXPECT_EQ(texts->find("Credentials"), "");
}

TEST(Texts, RefuseWhatIsNoXml) {
    EXPECT_EQ(read_texts("<a>").error().code, Code::invalid);
}

}  // namespace triphammer::aws
