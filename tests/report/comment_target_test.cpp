#include "report/comment_target.hpp"

#include "history/reports.hpp"
#include "http/server.hpp"
#include "model/event.hpp"
#include "report/outbox_writer.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <map>

using namespace triphammer;
using namespace triphammer::report;
using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using triphammer::testing::run_until_done;
using triphammer::testing::SampleDatabase;

namespace {

Task<http::Response> answer_with(http::Response response) {
    co_return response;
}

/// Comments of pull request 7 of o/r, as the forge keeps them.
class CommentForge final : public http::Router {
  public:
    http::RouteDecision route(const http::RequestHead& head) override {
        http::RouteDecision decision;
        decision.handler = [this, head](http::Request request) {
            ++requests;
            return answer_with(answer(head.method, head.path, request.body));
        };
        decision.body_limit = 1U << 20U;
        return decision;
    }

    http::Response answer(http::Method method, const std::string& path, const std::string& body) {
        if (is_hidden) return http::make_json(404, "{}");
        if (method == http::Method::get) return http::make_json(200, list());
        const auto text = json::parse(body).at("body").get<std::string>();
        if (method == http::Method::post) {
            comments[++last] = text;
            return give(201, last);
        }
        const auto id = std::stoi(path.substr(path.rfind('/') + 1));
        if (comments.count(id) == 0) return http::make_json(404, "{}");
        comments[id] = text;
        return give(200, id);
    }

    std::string list() const {
        auto out = json::array();
        for (const auto& [id, text] : comments) out.push_back({{"id", id}, {"body", text}});
        return out.dump();
    }

    /// Acted, and then nobody hears of it.
    http::Response give(int status, int id) const {
        if (loses) return http::make_json(502, "{}");
        return http::make_json(status, json{{"id", id}}.dump());
    }

    std::map<int, std::string> comments;
    int last = 0;
    int requests = 0;
    bool loses = false;
    bool is_hidden = false;
};

class CommentTargetTest : public ::testing::Test {
  protected:
    CommentTargetTest() : repository_{sample_.add_repository("o/r")} { add_run("head"); }

    model::RunId add_run(const std::string& head_sha) {
        const auto id = sample_.write([&](store::Transaction& tx) {
            model::Event event;
            event.name = "pull_request";
            event.pull_request.emplace();
            event.pull_request->number = 7;
            event.pull_request->head_sha = head_sha;
            store::NewDelivery delivery;
            delivery.guid = head_sha;
            delivery.repository = repository_;
            delivery.facts_json = json(event).dump();
            store::NewRun run;
            run.repository = repository_;
            run.workflow = "CI";
            run.workflow_path = "ci.yml";
            run.event = "pull_request";
            run.sha = head_sha;
            run.definition = "on: push";
            run.delivery = store::append_delivery(tx, delivery).id;
            return store::insert_run(tx, run);
        });
        job_ = sample_.add_job(id, "test");
        return id;
    }

    void report(const std::string& text) {
        sample_.write([&](store::Transaction& tx) -> Result<> {
            const auto token = std::to_string(++attempts_);
            const auto fence = store::insert_attempt(tx, job_, token, "host");
            results::Part part;
            part.texts.push_back({"flake8.txt", text});
            auto kept = history::keep_report_part(tx, {fence, 0, true}, part);
            if (!kept) return kept;
            return store::close_attempt(tx, fence, {.result = "succeeded"});
        });
    }

    void tell() {
        sample_.write([](store::Transaction& tx) -> Result<> {
            auto more = write_outbox(tx, {"https://ci.test", true});
            return more ? Result<>{} : more.error();
        });
    }

    /// Sends what waits; the status of the forge's last answer.
    int send() {
        tell();
        const auto due = sample_.read([&](store::Connection& db) {
            return store::list_due_messages(db, {kCommentChannel}, sample_.clock.now(), 1);
        });
        if (due.empty()) return 0;
        int status = 0;
        run_until_done([&](Executor executor) { return talk(executor, due.front(), status); });
        return status;
    }

    Task<> talk(Executor executor, store::MessageRow message, int& status) {
        http::Server server{executor, forge_};
        const auto port = server.listen_tcp("127.0.0.1", 0, "forge").value();
        github::ApiSettings api;
        api.base = http::parse_url("http://127.0.0.1:" + std::to_string(port)).value();
        api.token = Secret{"token"};
        github::App nobody{api, sample_.clock};
        github::Clients clients{api, nobody, sample_.clock};
        CommentTarget target{*sample_.database, clients, {"server", "https://ci.test"}};
        auto sending = target.send("o/r", message);
        const auto answer = co_await std::move(sending);
        status = answer ? answer->status : -1;
        co_await server.stop(1s);
    }

    std::string only() const {
        EXPECT_THAT(forge_.comments, SizeIs(1));
        return forge_.comments.empty() ? "" : forge_.comments.begin()->second;
    }

    SampleDatabase sample_;
    CommentForge forge_;
    model::RepositoryId repository_;
    model::JobId job_;
    std::int64_t attempts_ = 0;
};

}  // namespace

TEST_F(CommentTargetTest, WritesNoneWithoutAReport) {
    EXPECT_EQ(send(), 200);

    EXPECT_EQ(forge_.requests, 0);
}

TEST_F(CommentTargetTest, EditsTheOneThatItMade) {
    report("E501");
    EXPECT_EQ(send(), 201);
    report("E302");

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(only(), HasSubstr("E302"));
}

TEST_F(CommentTargetTest, AsksNothingWhereNothingChanged) {
    report("E501");
    send();
    const auto before = forge_.requests;

    EXPECT_EQ(send(), 200);

    EXPECT_EQ(forge_.requests, before);
}

TEST_F(CommentTargetTest, FindsTheOneWhoseMakingNobodyHeardOf) {
    report("E501");
    forge_.loses = true;
    EXPECT_EQ(send(), 502);
    forge_.loses = false;
    forge_.comments.begin()->second += "as it was then";

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(only(), ::testing::Not(HasSubstr("as it was then")));
}

TEST_F(CommentTargetTest, LeavesCommentsOfOthersAlone) {
    forge_.comments[++forge_.last] = "see <!-- triphammer:0 -->";
    report("E501");

    EXPECT_EQ(send(), 201);

    EXPECT_THAT(forge_.comments, SizeIs(2));
    EXPECT_EQ(forge_.comments[1], "see <!-- triphammer:0 -->");
}

TEST_F(CommentTargetTest, MakesAnotherForOneThatWasRemovedWithAMarkerThatNobodyCouldCopy) {
    report("E501");
    send();
    const auto removed = only();
    forge_.comments.clear();
    forge_.comments[++forge_.last] = removed;  // a stranger's copy
    report("E302");

    EXPECT_EQ(send(), 404);
    EXPECT_EQ(send(), 201);

    EXPECT_THAT(forge_.comments, SizeIs(2));
    EXPECT_EQ(forge_.comments[2], removed);
    EXPECT_THAT(forge_.comments[3], HasSubstr("E302"));
}

TEST_F(CommentTargetTest, ARepositoryThatItMayNotSeeForAWhileGetsNoSecondOne) {
    report("E501");
    send();
    report("E302");
    forge_.is_hidden = true;
    EXPECT_EQ(send(), 404);
    forge_.is_hidden = false;

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(only(), HasSubstr("E302"));
}

TEST_F(CommentTargetTest, ShowsTheNewestCommitsRunsOnly) {
    report("of the first commit");
    send();
    add_run("newer");
    report("of the second commit");

    EXPECT_EQ(send(), 200);

    EXPECT_THAT(only(), HasSubstr("of the second commit"));
    EXPECT_THAT(only(), ::testing::Not(HasSubstr("of the first commit")));
}
