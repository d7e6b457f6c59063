#include "mail/letter.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::mail;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

Letter a_letter() {
    Letter letter;
    letter.from = "Triphammer <ci@example.com>";
    letter.to = {"ada@example.com", "Bob <bob@example.com>"};
    letter.subject = "CI failed";
    letter.text = "text\r\n.\r\n";
    letter.html = "<p>html</p>";
    letter.message_id = "run-1@here.invalid";
    letter.date = from_unix_ms(1'000'000'000'000);
    return letter;
}

std::string wire_of(const Letter& letter) {
    return to_wire(letter).value();
}

}  // namespace

TEST(Letter, HasTheFieldsOfAnAutomaticOne) {
    EXPECT_THAT(
        wire_of(a_letter()),
        AllOf(
            HasSubstr("Date: Sun, 09 Sep 2001 01:46:40 +0000\r\n"),
            HasSubstr("<ci@example.com>\r\n"),
            HasSubstr("To: ada@example.com,\r\n =?UTF-8?B?Qm9i?=\r\n <bob@example.com>\r\n"),
            HasSubstr("Subject: CI failed\r\n"),
            HasSubstr("Message-ID: <run-1@here.invalid>\r\n"),
            HasSubstr("Auto-Submitted: auto-generated\r\n"),
            Not(HasSubstr("In-Reply-To"))
        )
    );
}

TEST(Letter, FollowsAnotherInItsThread) {
    auto letter = a_letter();
    letter.thread_id = "run-0@here.invalid";

    EXPECT_THAT(
        wire_of(letter),
        HasSubstr("In-Reply-To: <run-0@here.invalid>\r\nReferences: <run-0@here.invalid>\r\n")
    );
}

TEST(Letter, EncodesASubjectThatIsNotAscii) {
    auto letter = a_letter();
    letter.subject = "Grüße, " + std::string(80, 'x');

    EXPECT_THAT(wire_of(letter), HasSubstr("Subject: =?UTF-8?B?R3LDvMOfZSw"));
}

TEST(Letter, ALineBreakInAHeadIsRefused) {
    auto subject = a_letter();
    subject.subject = "a\r\nBcc: all@example.com";
    auto from = a_letter();
    from.from = "x\ny <ci@example.com>";

    EXPECT_FALSE(to_wire(subject));
    EXPECT_FALSE(to_wire(from));
}

TEST(Letter, EveryLineEndsWithCrLfAndIsShort) {
    auto letter = a_letter();
    letter.text = std::string(5'000, 'x');
    letter.subject = std::string(300, 's');

    std::size_t start = 0;
    const auto wire = wire_of(letter);
    ASSERT_THAT(wire, EndsWith("\r\n"));
    for (auto end = wire.find('\n'); end != std::string::npos; end = wire.find('\n', start)) {
        EXPECT_EQ(wire[end - 1], '\r');
        EXPECT_LE(end - start, 79U);
        start = end + 1;
    }
}

TEST(Letter, AnAddressIsOneAddress) {
    EXPECT_EQ(address_in("Ada <ada@example.com>").value(), "ada@example.com");
    for (const auto* wrong :
         {"",
          "ada",
          "@x",
          "a@",
          "a@b@c",
          "a b@c",
          "a@b> RCPT TO:<x@y",
          "a@b,c@d",
          "\"a@b",
          "ä@b.c"}) {
        EXPECT_FALSE(address_in(wrong)) << wrong;
    }
}
