#include "report/channel_settings.hpp"

#include "http/outgoing.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::report;
using ::testing::HasSubstr;

namespace {

/// What is wrong with it; empty: nothing.
std::string complaint(
    const ChannelSettings& channel, const std::vector<std::string>& allowed = {}
) {
    const auto checked = check_channel(channel, http::OutgoingRule::parse(allowed).value());
    return checked ? "" : checked.error().message;
}

ChannelSettings a_webhook(const std::string& url) {
    ChannelSettings channel;
    channel.name = "hook";
    channel.type = "webhook";
    channel.url = Secret{url};
    channel.secret = Secret{std::string(32, 's')};
    return channel;
}

ChannelSettings a_mailbox() {
    ChannelSettings channel;
    channel.name = "post";
    channel.type = "mail";
    channel.server = "mail.example.com";
    channel.from = "ci@example.com";
    channel.to = {"ada@example.com"};
    return channel;
}

}  // namespace

TEST(ChannelSettings, AWholeOneIsFine) {
    EXPECT_EQ(complaint(a_webhook("https://hooks.example.com/x")), "");
    EXPECT_EQ(complaint(a_mailbox()), "");
}

TEST(ChannelSettings, ClearTextGoesOnlyToWhatIsAllowedByItsAddress) {
    EXPECT_THAT(complaint(a_webhook("http://hooks.example.com/x")), HasSubstr("https://"));
    EXPECT_THAT(complaint(a_webhook("http://127.0.0.1/x")), HasSubstr("notify.allow_private"));
    EXPECT_EQ(complaint(a_webhook("http://127.0.0.1/x"), {"127.0.0.1"}), "");
    EXPECT_EQ(complaint(a_webhook("http://localhost/x"), {"127.0.0.1"}), "");
}

TEST(ChannelSettings, WhatIsMissingIsNamed) {
    auto unsigned_hook = a_webhook("https://hooks.example.com/x");
    unsigned_hook.secret = Secret{"short"};
    auto mailbox = a_mailbox();
    mailbox.to.clear();
    auto telegram = a_mailbox();
    telegram.type = "telegram";
    telegram.secret = Secret{"1:t"};

    EXPECT_THAT(complaint(unsigned_hook), HasSubstr("notify.channels.hook: needs a secret"));
    EXPECT_THAT(complaint(mailbox), HasSubstr("needs to"));
    EXPECT_THAT(complaint(telegram), HasSubstr("needs a chat"));
    EXPECT_THAT(complaint(ChannelSettings{}), HasSubstr("type must be one of: mail"));
}

TEST(ChannelSettings, AnUnknownEventIsRefused) {
    auto mailbox = a_mailbox();
    mailbox.on = {"failure"};

    EXPECT_THAT(complaint(mailbox), HasSubstr("started, succeeded, failed"));
}

TEST(ChannelSettings, AWordOfATemplateThatThereIsNotIsNamedWithThoseThereAre) {
    auto mailbox = a_mailbox();
    mailbox.title = "{workflow}: {} {not a word} {Title} {";
    mailbox.text = "{failed_jobs}\n{url}";
    EXPECT_EQ(complaint(mailbox), "");

    mailbox.title = "{workflow} {failed_jobs}";
    EXPECT_THAT(
        complaint(mailbox), HasSubstr("title: {failed_jobs} is no word; those are: workflow")
    );
    mailbox.title = "";
    mailbox.text = "{url} {branhc}";
    EXPECT_THAT(complaint(mailbox), HasSubstr("text: {branhc} is no word"));
}

TEST(ChannelSettings, MailNeverGoesInClearText) {
    auto mailbox = a_mailbox();
    mailbox.tls = "none";

    EXPECT_THAT(complaint(mailbox), HasSubstr("implicit or starttls"));
}
