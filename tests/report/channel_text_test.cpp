#include "report/channel_text.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::report;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

Notice a_notice(const std::string& title = "Mend the roof") {
    Notice notice;
    notice.event = "failed";
    notice.repository = "o/r";
    notice.workflow = "CI";
    notice.number = 5;
    notice.run = "12";
    notice.url = "https://ci.test/runs/12";
    notice.leads_to = notice.url;
    notice.branch = "main";
    notice.sha = std::string(40, 'a');
    notice.title = title;
    notice.trigger = "push";
    notice.delivery = "77";
    notice.failed_jobs = {{"test", "a step failed", "https://ci.test/runs/12/jobs/3"}};
    return notice;
}

ChannelSettings a_channel(const std::string& type) {
    ChannelSettings channel;
    channel.name = "team";
    channel.type = type;
    channel.secret = Secret{std::string(40, 's')};
    channel.chat = "-100";
    channel.from = "ci@example.com";
    channel.to = {"ada@example.com"};
    return channel;
}

}  // namespace

TEST(ChannelText, FillsTheTitle) {
    EXPECT_EQ(
        fill_title("{repository}: {workflow} #{number} {event} on {branch} {unknown}", a_notice()),
        "o/r: CI #5 failed on main {unknown}"
    );
    EXPECT_EQ(fill_title("{title}", a_notice("{actor}\nBcc: x")), "{actor} Bcc: x");
}

TEST(ChannelText, SaysInAChannelsOwnWordsWhatItWantsSaid) {
    auto channel = a_channel("telegram");
    channel.text = "{title} <&> {commit}\n{deployments}\n\n{failed_jobs}\n{ {unknown} {\n";

    const json html =
        json::parse(make_telegram_call(channel, a_notice("{url}<b>"), "", false).body);
    const auto letter = make_letter(a_channel("mail"), a_notice(), "s", true);
    channel.type = "webhook";
    const json own = json::parse(make_webhook_call(channel, a_notice(), "s", TimePoint{}).body);

    EXPECT_EQ(
        html["text"].get<std::string>(),
        "❌ <a href=\"https://ci.test/runs/12\">CI #5 failed: o/r main</a>\n"
        "{url}&lt;b&gt; &lt;&amp;&gt; aaaaaaa\n\n"
        "<a href=\"https://ci.test/runs/12/jobs/3\">test</a>: a step failed\n{ {unknown} {"
    );
    EXPECT_EQ(
        own["data"]["text"], "Mend the roof <&> aaaaaaa\n\ntest: a step failed\n{ {unknown} {"
    );
    EXPECT_THAT(letter.text, HasSubstr("Mend the roof")) << "without words of its own";
}

TEST(ChannelText, TelegramGetsOneMessageARunThatIsEdited) {
    const auto channel = a_channel("telegram");

    const auto first = make_telegram_call(channel, a_notice("<b>&"), "", false);
    const auto later = make_telegram_call(channel, a_notice(), "42", false);

    EXPECT_EQ(first.path, "/sendMessage");
    const auto body = json::parse(first.body);
    EXPECT_THAT(body["text"], HasSubstr("&lt;b&gt;&amp;"));
    EXPECT_THAT(body["text"], HasSubstr("<a href=\"https://ci.test/runs/12/jobs/3\">test</a>"));
    EXPECT_EQ(later.path, "/editMessageText");
    EXPECT_EQ(json::parse(later.body)["message_id"], 42);
}

TEST(ChannelText, SlackCallsNobodyForWhatACommitSays) {
    const auto body =
        json::parse(make_slack_call(a_channel("slack"), a_notice("<!channel> <@U1>")).body);

    EXPECT_THAT(body["blocks"][0]["text"]["text"], HasSubstr("&lt;!channel&gt; &lt;@U1&gt;"));
    EXPECT_THAT(body.dump(), Not(HasSubstr("<!")));
}

TEST(ChannelText, DatadogTiesTheEventsOfARunTogether) {
    const auto body = json::parse(make_datadog_call(a_channel("datadog"), a_notice()).body);

    EXPECT_EQ(body["aggregation_key"], "triphammer-run-12");
    EXPECT_EQ(body["alert_type"], "error");
    EXPECT_THAT(body["tags"], ::testing::Contains("service:r"));
}

TEST(ChannelText, AWebhookIsSignedWithItsTime) {
    const auto channel = a_channel("webhook");
    const auto call =
        make_webhook_call(channel, a_notice(), "https://ci.test", from_unix_ms(5'000));

    const auto sum = hmac_sha256(std::string(40, 's'), "5." + call.body);
    EXPECT_EQ(
        call.headers.find("Triphammer-Signature"),
        "v1=" + to_hex(std::string{sum.begin(), sum.end()})
    );
    EXPECT_EQ(call.headers.find("Triphammer-Timestamp"), "5");
    EXPECT_EQ(json::parse(call.body)["id"], "77");
}

TEST(ChannelText, LettersOfARunFollowTheFirst) {
    const auto channel = a_channel("mail");

    const auto first = make_letter(channel, a_notice("<i>"), "server", true);
    const auto later = make_letter(channel, a_notice(), "server", false);

    EXPECT_EQ(later.thread_id, first.message_id);
    EXPECT_NE(later.message_id, first.message_id);
    EXPECT_THAT(first.html, HasSubstr("&lt;i&gt;"));
    EXPECT_THAT(first.text, HasSubstr("https://ci.test/runs/12"));
}
