#include "intake/receiver.hpp"

#include "access/repository_keys.hpp"
#include "github/signature.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::intake;
using ::testing::HasSubstr;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;
using triphammer::testing::SeededRandom;
using triphammer::testing::TempDir;

namespace {

const Secret kSecret{"a secret of the hook"};
const Secret kServerSecret{"the secret of the server"};
const std::string kSha(40, 'a');

std::string push(std::int64_t id, const std::string& name, const std::string& ref = "main") {
    return R"({"ref":"refs/heads/)" + ref + R"(","before":")" + std::string(40, 'b') +
           R"(","after":")" + kSha + R"(","repository":{"id":)" + std::to_string(id) +
           R"(,"full_name":")" + name + R"("}})";
}

http::Request make_request(const std::string& hook, const Secret& secret, std::string body) {
    http::Request request;
    request.method = http::Method::post;
    request.segments = {"webhooks", "github"};
    if (!hook.empty()) request.segments.push_back(hook);
    request.headers.add("X-Hub-Signature-256", github::make_signature(secret, body));
    request.headers.add("X-GitHub-Delivery", "guid-1");
    request.headers.add("X-GitHub-Event", "push");
    request.headers.add("Content-Type", "application/json");
    request.content_length = body.size();
    request.peer.address = "192.0.2.1";
    request.body = std::move(body);
    return request;
}

/// Gives a body in pieces of 16 KiB, as a connection does.
class TextReader final : public http::BodyReader {
  public:
    explicit TextReader(std::string text) : text_{std::move(text)} {}

    Task<Result<std::string>> read() override {
        auto piece = text_.substr(at_, 16'384);
        at_ += piece.size();
        co_return piece;
    }

  private:
    std::string text_;
    std::size_t at_ = 0;
};

class ReceiverTest : public ::testing::Test {
  protected:
    ReceiverTest() {
        database_ = store::Database::open(directory_ / "db", clock_, {}).value();
        store::NewRepository repository;
        repository.full_name = "o/r";
        repository.clone_url = "https://h/o/r.git";
        repository.hook = "hook";
        repository.hook_secret = access::seal_hook_secret(sealer_, "hook", kSecret);
        write([&](store::Transaction& tx) {
            store::add_repository(tx, repository).value();
            return Result<>{};
        });
    }

    template <class Work>
    void write(Work work) {
        run_until_done([&](Executor) { return write_task(work); });
    }

    template <class Work>
    Task<> write_task(Work& work) {
        auto writing = database_->write(work);
        auto done = co_await std::move(writing);
        done.value();
    }

    template <class Work>
    Task<> read_task(Work& work) {
        auto reading = database_->read(work);
        auto done = co_await std::move(reading);
        done.value();
    }

    std::optional<store::DeliveryRow> find(const std::string& guid) {
        std::optional<store::DeliveryRow> row;
        auto work = [&](store::Connection& db) {
            row = store::find_delivery_by_guid(db, guid);
            return Result<>{};
        };
        run_until_done([&](Executor) { return read_task(work); });
        return row;
    }

    /// What a client gets for these requests, one after the other, from a fresh receiver.
    std::vector<http::Response> send(std::vector<http::Request> requests) {
        std::vector<http::Response> responses;
        run_until_done([&](Executor executor) { return talk(executor, requests, responses); });
        return responses;
    }

    http::Response send_one(http::Request request) {
        std::vector<http::Request> requests;
        requests.push_back(std::move(request));
        return send(std::move(requests)).front();
    }

    Task<> talk(
        Executor executor,
        std::vector<http::Request>& requests,
        std::vector<http::Response>& responses
    ) {
        HookBook hooks{*database_, sealer_, clock_};
        hooks.set_server_secrets({kServerSecret});
        Receiver::Parts parts{executor, *database_, hooks, hashing_, random_, clock_};
        ReceiverSettings settings;
        settings.spool = directory_.path();
        Receiver receiver{parts, settings, [this](model::RepositoryId) { ++woken_; }};
        for (auto& request : requests) {
            auto answering = answer(receiver, std::move(request));
            responses.push_back(co_await std::move(answering));
        }
        co_await receiver.stop();
    }

    static Task<http::Response> answer(Receiver& receiver, http::Request request) {
        auto decision = receiver.route(request);
        if (decision.early) co_return std::move(*decision.early);
        TextReader reader{request.body};
        if (decision.streamed) {
            request.body.clear();
            request.reader = &reader;
        }
        auto answering = decision.handler(std::move(request));
        co_return co_await std::move(answering);
    }

    static std::string text_of(const http::Response& response) {
        return std::get<std::string>(response.body);
    }

    TempDir directory_;
    ManualClock clock_;
    SeededRandom random_{1};
    access::Sealer sealer_{Secret{std::string(32, 'k')}, random_};
    NamedThread hashing_{"hashing"};
    std::unique_ptr<store::Database> database_;
    int woken_ = 0;
};

}  // namespace

TEST_F(ReceiverTest, KeepsASignedPushBeforeItAnswers) {
    const auto response = send_one(make_request("hook", kSecret, push(7, "o/r")));

    const auto row = find("guid-1");
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(text_of(response), R"({"delivery":"guid-1","outcome":"pending"})");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->outcome, model::DeliveryOutcome::pending);
    EXPECT_EQ(row->event, "push");
    EXPECT_EQ(row->source_address, "192.0.2.1");
    EXPECT_EQ(row->repository.value, 1);
    EXPECT_THAT(row->facts_json, HasSubstr(R"("branch":"main")"));
    EXPECT_THAT(row->headers_json, HasSubstr(R"("x-github-event":"push")"));
    EXPECT_THAT(row->headers_json, ::testing::Not(HasSubstr("sha256=")));
    EXPECT_EQ(woken_, 1);
}

TEST_F(ReceiverTest, AnswersEveryUnsignedRequestAlike) {
    std::vector<http::Request> requests;
    const auto good = [] { return make_request("hook", kSecret, push(7, "o/r")); };
    auto request = good();
    request.headers.set("X-Hub-Signature-256", "sha256=" + std::string(64, '0'));
    requests.push_back(request);
    request.headers.set("X-Hub-Signature-256", "nonsense");
    requests.push_back(request);
    request.headers = {{"X-Hub-Signature", "sha1=" + std::string(40, '0')}};
    requests.push_back(request);
    request = good();
    request.headers.add(
        "X-Hub-Signature-256", std::string{*request.headers.find("X-Hub-Signature-256")}
    );
    requests.push_back(request);
    requests.push_back(make_request("unknown", kSecret, push(7, "o/r")));
    requests.push_back(make_request("hook", kServerSecret, push(7, "o/r")));
    requests.push_back(make_request("", kSecret, push(7, "o/r")));
    requests.push_back(make_request("hook", kServerSecret, std::string(100'000, ' ')));

    const auto responses = send(requests);

    for (const auto& response : responses) {
        EXPECT_EQ(response.status, 401);
        EXPECT_EQ(text_of(response), text_of(responses.front()));
    }
    const auto row = find("guid-1");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->outcome, model::DeliveryOutcome::refused);
    EXPECT_EQ(woken_, 0);
}

TEST_F(ReceiverTest, AnswersTheThousandthWrongSignatureAsTheFirstAndTheRightOneAsEver) {
    std::vector<http::Request> requests(1'000, make_request("hook", kServerSecret, push(7, "o/r")));
    requests.push_back(make_request("hook", kSecret, push(7, "o/r")));

    const auto responses = send(requests);

    const auto first = text_of(responses[0]);
    for (std::size_t i = 0; i < 1'000; ++i) {
        ASSERT_EQ(responses[i].status, 401) << i;
        ASSERT_EQ(text_of(responses[i]), first) << i;
    }
    EXPECT_EQ(responses[1'000].status, 202);
}

TEST_F(ReceiverTest, MakesOneDeliveryOfARepeatedGuid) {
    const auto request = make_request("hook", kSecret, push(7, "o/r"));

    const auto responses = send({request, request, request});

    EXPECT_EQ(responses[0].status, 202);
    EXPECT_EQ(responses[1].status, 200);
    EXPECT_EQ(text_of(responses[2]), R"({"delivery":"guid-1","outcome":"duplicate"})");
    EXPECT_EQ(woken_, 1);
}

TEST_F(ReceiverTest, ListsTheSameFactUnderAnotherGuidAsADuplicate) {
    auto again = make_request("hook", kSecret, push(7, "o/r"));
    again.headers.set("X-GitHub-Delivery", "guid-2");

    const auto responses = send({make_request("hook", kSecret, push(7, "o/r")), again});

    EXPECT_EQ(responses[1].status, 202);
    EXPECT_THAT(text_of(responses[1]), HasSubstr(R"("outcome":"duplicate")"));
    EXPECT_EQ(find("guid-2")->reason, "same as delivery guid-1");
    EXPECT_EQ(woken_, 1);
}

TEST_F(ReceiverTest, AcceptsARedeliveryAfterTheSecretWasMended) {
    auto wrong = make_request("hook", kServerSecret, push(7, "o/r"));

    const auto responses = send({wrong, make_request("hook", kSecret, push(7, "o/r"))});

    EXPECT_EQ(responses[0].status, 401);
    EXPECT_EQ(responses[1].status, 202);
}

TEST_F(ReceiverTest, LearnsTheNumericIdFromTheFirstSignedDelivery) {
    auto renamed = make_request("hook", kSecret, push(7, "o/renamed", "a"));
    auto stranger = make_request("hook", kSecret, push(8, "o/r", "b"));
    renamed.headers.set("X-GitHub-Delivery", "guid-2");
    stranger.headers.set("X-GitHub-Delivery", "guid-3");

    const auto responses = send({make_request("hook", kSecret, push(7, "O/R")), renamed, stranger});

    EXPECT_EQ(responses[0].status, 202);
    EXPECT_EQ(responses[1].status, 202);
    EXPECT_EQ(responses[2].status, 403);
    EXPECT_EQ(find("guid-3")->outcome, model::DeliveryOutcome::refused);
}

TEST_F(ReceiverTest, RefusesAnotherRepositoryBeforeTheIdIsKnown) {
    EXPECT_EQ(send_one(make_request("hook", kSecret, push(7, "o/other"))).status, 403);
}

TEST_F(ReceiverTest, FindsTheRepositoryOfTheServersHook) {
    auto ping = make_request("", kServerSecret, R"({"zen":"z"})");
    ping.headers.set("X-GitHub-Event", "ping");
    ping.headers.set("X-GitHub-Delivery", "guid-2");

    const auto responses = send(
        {make_request("", kServerSecret, push(7, "o/r")),
         make_request("", kServerSecret, push(9, "o/unknown")),
         ping}
    );

    EXPECT_EQ(responses[0].status, 202);
    EXPECT_EQ(responses[1].status, 403);
    EXPECT_EQ(responses[2].status, 202);
    EXPECT_EQ(find("guid-1")->repository.value, 1);
    EXPECT_EQ(find("guid-2")->repository.value, 0);
}

TEST_F(ReceiverTest, RefusesAManualRunThatNamesNoRepositoryByNumber) {
    const std::string body = R"({"ref":"refs/heads/main","repository":{"full_name":"o/r"}})";
    auto own = make_request("hook", kSecret, body);
    auto servers = make_request("", kServerSecret, body);
    for (auto* request : {&own, &servers})
        request->headers.set("X-GitHub-Event", "workflow_dispatch");

    const auto responses = send({own, servers});

    EXPECT_EQ(responses[0].status, 403);
    EXPECT_EQ(responses[1].status, 403);
}

TEST_F(ReceiverTest, SaysWhatIsWrongWithASignedRequest) {
    auto no_guid = make_request("hook", kSecret, push(7, "o/r"));
    no_guid.headers.set("X-GitHub-Delivery", "a b");
    auto no_event = make_request("hook", kSecret, push(7, "o/r"));
    no_event.headers.set("X-GitHub-Event", "");
    auto text = make_request("hook", kSecret, push(7, "o/r"));
    text.headers.set("Content-Type", "text/plain");

    const auto responses = send(
        {no_guid,
         no_event,
         text,
         make_request("hook", kSecret, "Hello, World!"),
         make_request("hook", kSecret, R"({"ref":"refs/heads/main"})")}
    );

    for (const auto& response : responses) EXPECT_EQ(response.status, 400) << text_of(response);
    EXPECT_THAT(text_of(responses[3]), HasSubstr("not JSON"));
    EXPECT_EQ(find("guid-1")->outcome, model::DeliveryOutcome::refused);
}

TEST_F(ReceiverTest, AcceptsForms) {
    auto form = make_request("hook", kSecret, "payload=" + push(7, "o/r"));
    form.headers.set("Content-Type", "application/x-www-form-urlencoded");

    EXPECT_EQ(send_one(form).status, 202);
}

TEST_F(ReceiverTest, TakesLargeBodiesAndRefusesLargerOnes) {
    auto body = push(7, "o/r");
    body.insert(1, R"("filler":")" + std::string(3'000'000, 'x') + R"(",)");
    auto announced = make_request("hook", kSecret, push(7, "o/r"));
    announced.content_length = 27'000'000;

    const auto responses = send({make_request("hook", kSecret, body), announced});

    EXPECT_EQ(responses[0].status, 202);
    EXPECT_EQ(responses[1].status, 413);
    EXPECT_EQ(static_cast<std::size_t>(find("guid-1")->body_bytes), body.size());
}

TEST_F(ReceiverTest, KnowsItsRoutes) {
    auto get = make_request("hook", kSecret, "");
    get.method = http::Method::get;
    auto deeper = make_request("hook", kSecret, "");
    deeper.segments.push_back("x");

    EXPECT_EQ(send_one(get).status, 405);
    EXPECT_EQ(send_one(deeper).status, 404);
}

TEST_F(ReceiverTest, CapsTheListOfRefusedOnes) {
    run_until_done([&](Executor executor) -> Task<> {
        RefusalLog log{executor, *database_, 5};
        for (int i = 0; i < 20; ++i) {
            store::NewRefusal refusal;
            refusal.guid = "guid-" + std::to_string(i);
            log.note(std::move(refusal));
        }
        co_await log.stop();
    });

    EXPECT_FALSE(find("guid-14"));
    EXPECT_TRUE(find("guid-15"));
    EXPECT_TRUE(find("guid-19"));
}
