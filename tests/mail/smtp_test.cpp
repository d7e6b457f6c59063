#include "mail/smtp.hpp"

#include "base/task_group.hpp"
#include "support/run_task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::mail;
namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using triphammer::testing::run_until_done;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// A server without TLS that says its lines, one after each that it hears.
class ClearServer {
  public:
    ClearServer(Executor executor, std::vector<std::string> lines)
        : acceptor_{executor, {asio::ip::make_address("127.0.0.1"), 0}}, lines_{std::move(lines)} {}

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    Task<> serve() {
        auto [refused, socket] = co_await acceptor_.async_accept(kTuple);
        if (refused) co_return;
        for (const auto& line : lines_) {
            co_await asio::async_write(socket, asio::buffer(line), kTuple);
            std::string heard;
            auto reading =
                asio::async_read_until(socket, asio::dynamic_buffer(heard), '\n', kTuple);
            auto [ended, size] = co_await std::move(reading);
            if (ended) co_return;
            said.push_back(heard.substr(0, heard.find('\r')));
        }
    }

    std::vector<std::string> said;

  private:
    tcp::acceptor acceptor_;
    std::vector<std::string> lines_;
};

struct Outcome {
    Result<SmtpReply> reply = invalid("not called");
    std::vector<std::string> said;
};

Task<> talk(
    Executor executor,
    std::vector<std::string> lines,
    std::vector<std::string> allowed,
    Outcome& out
) {
    ClearServer server{executor, std::move(lines)};
    TaskGroup group{executor, {}};
    group.spawn("server", server.serve());
    SmtpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.starttls = true;
    settings.user = "ci";
    settings.password = Secret{"a-pass-word"};
    Letter letter;
    letter.from = "ci@example.com";
    letter.to = {"ada@example.com"};
    letter.message_id = "1@example.com";
    const auto rule = http::OutgoingRule::parse(allowed).value();
    auto sending = send_letter(settings, letter, rule);
    out.reply = co_await std::move(sending);
    auto stopping = group.stop();
    co_await std::move(stopping);
    out.said = server.said;
}

Outcome send_to(
    const std::vector<std::string>& lines, const std::vector<std::string>& allowed = {"127.0.0.1"}
) {
    Outcome out;
    run_until_done([&](Executor executor) { return talk(executor, lines, allowed, out); });
    return out;
}

}  // namespace

TEST(Smtp, SendsNothingInClearTextWhereNoTlsIsOffered) {
    const auto outcome = send_to({"220 hello\r\n", "250-here\r\n250 AUTH PLAIN\r\n"});

    ASSERT_FALSE(outcome.reply);
    EXPECT_THAT(outcome.reply.error().message, HasSubstr("offers no STARTTLS"));
    EXPECT_THAT(outcome.said, ElementsAre("EHLO localhost"));
}

TEST(Smtp, RefusesAPeerThatSaysMoreThanItsAnswerBeforeTls) {
    const auto outcome =
        send_to({"220 hello\r\n", "250 STARTTLS\r\n", "220 go on\r\n250 AUTH PLAIN\r\n"});

    ASSERT_FALSE(outcome.reply);
    EXPECT_THAT(outcome.reply.error().message, HasSubstr("more than its answer"));
    EXPECT_THAT(outcome.said, ElementsAre("EHLO localhost", "STARTTLS"));
}

TEST(Smtp, GivesBackWhatABusyServerSays) {
    const auto outcome = send_to({"421 too busy\r\n"});

    ASSERT_TRUE(outcome.reply);
    EXPECT_EQ(outcome.reply->code, 421);
    EXPECT_THAT(outcome.said, IsEmpty());
}

TEST(Smtp, RefusesWhatIsNoMailServer) {
    const auto outcome = send_to({"HTTP/1.1 400 Bad Request\r\n"});

    ASSERT_FALSE(outcome.reply);
    EXPECT_EQ(outcome.reply.error().code, Code::protocol);
}

TEST(Smtp, DoesNotConnectIntoThePrivateNetwork) {
    const auto outcome = send_to({"220 hello\r\n"}, {});

    ASSERT_FALSE(outcome.reply);
    EXPECT_EQ(outcome.reply.error().code, Code::refused);
}
