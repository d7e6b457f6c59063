#include "launcher/messages.hpp"

#include "launcher/start_line.hpp"

#include <gtest/gtest.h>

namespace triphammer::launcher {
namespace {

Request a_start() {
    Request request;
    request.action = Action::start;
    request.fence = 7;
    request.token = Secret{"0123abcd"};
    request.endpoint = "/run/d.sock";
    request.server_id = "s1";
    request.pool = "12.fork";
    request.docker_host = "unix:///d";
    request.hidden = {"/data"};
    return request;
}

TEST(LauncherMessages, SurviveTheTrip) {
    const auto line = to_line(a_start());
    const auto back = parse_request(line);

    ASSERT_TRUE(back);
    EXPECT_EQ(to_line(*back), line);
    EXPECT_EQ(back->token.reveal(), "0123abcd");
    EXPECT_EQ(back->pool, "12.fork");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(LauncherMessages, AreAClosedSet) {
    EXPECT_FALSE(parse_request(R"({"do":"list","more":1})"));
    EXPECT_FALSE(parse_request(R"({"do":"dance"})"));
    EXPECT_FALSE(parse_request(R"({"do":"sweep"})"));
    EXPECT_FALSE(parse_request(R"({"do":"stop","grace":5,"fence":"7"})"));
    EXPECT_FALSE(parse_request(R"({"do":"stop","grace":5,"fence":0})"));
    EXPECT_FALSE(parse_request("[]"));
    EXPECT_FALSE(parse_request("{"));
    EXPECT_TRUE(
        parse_request(R"({"do":"sweep","fence":7,"server_id":"s","docker_host":"unix:///d"})")
    );
    EXPECT_TRUE(parse_request(R"({"do":"stop","fence":7,"grace":5})"));
}

TEST(LauncherMessages, NameAPoolThatIsAFolder) {
    for (const auto* name : {"..", ".", "a/b", "A", "a b"}) {
        auto request = a_start();
        request.pool = name;
        EXPECT_FALSE(parse_request(to_line(request))) << name;
    }
}

TEST(LauncherMessages, CarryTheListAndEvents) {
    Reply list;
    list.kind = "list";
    list.attempts = {{1, true, -1, 0}, {2, false, 0, 9}};
    Reply event;
    event.is_event = true;
    event.kind = "ended";
    event.fence = 2;
    event.exit = 0;
    event.signal = 9;

    EXPECT_EQ(parse_reply(to_line(list))->attempts, list.attempts);
    EXPECT_TRUE(parse_reply(to_line(event))->is_event);
    EXPECT_EQ(parse_reply(to_line(event))->signal, 9);
    EXPECT_FALSE(parse_reply(R"({"reply":"list","attempts":[{"fence":1}]})"));
}

TEST(StartLine, SurvivesTheTrip) {
    StartLine line;
    line.fence = 3;
    line.token = Secret{"ab"};
    line.folder = "/run/3";
    line.hidden = {"/data", "/x"};

    const auto back = parse_start_line(to_line(line));

    ASSERT_TRUE(back);
    EXPECT_EQ(to_line(*back), to_line(line));
}

}  // namespace
}  // namespace triphammer::launcher
