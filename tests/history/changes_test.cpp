#include "history/changes.hpp"

#include "store/forge/delivery_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::history;
using nlohmann::json;

namespace {

const std::string kOld(40, 'a');
const std::string kNew(40, 'b');

struct ChangesFixture : triphammer::testing::SampleDatabase {
    /// A run of an event with that body.
    model::RunId receive(const std::string& event, const json& body) {
        return write([&](store::Transaction& tx) {
            store::NewDelivery delivery;
            delivery.guid = event + std::to_string(body.size());
            delivery.event = event;
            delivery.repository = repository;
            delivery.body = body.dump();
            store::NewRun run;
            run.repository = repository;
            run.event = event;
            run.sha = kNew;
            run.delivery = store::append_delivery(tx, delivery).id;
            return store::insert_run(tx, run);
        });
    }

    json changes(
        model::RunId run,
        const HideText& hide = [](std::string_view text) { return std::string{text}; }
    ) {
        auto get = [&](store::Connection& db) {
            return get_changes(db, run, "http://forge.test", hide);
        };
        return json::parse(database->read_now(get).value());
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

json commit(const std::string& message, const json& files) {
    json out{
        {"id", kNew},
        {"message", message},
        {"timestamp", "2026-11-21T08:00:00Z"},
        {"author", {{"name", "Ada"}, {"username", "ada"}}},
        {"url", "javascript:alert(1)"}};
    out.update(files);
    return out;
}

}  // namespace

TEST(MergeFiles, SaysWhatCameOfEachFileOverAllCommits) {
    const auto commits = json::parse(R"([
        {"added": ["new", "gone"], "modified": ["both"], "removed": ["back", "old"]},
        {"added": ["back"], "modified": ["new"], "removed": ["both", "gone", 7]},
        "no commit"
    ])");

    EXPECT_EQ(merge_files(commits), json::parse(R"([
        {"path": "back", "change": "modified"},
        {"path": "both", "change": "removed"},
        {"path": "new", "change": "added"},
        {"path": "old", "change": "removed"}
    ])"));
}

TEST(GetChanges, ShowsCommitsFilesAndLinksOfAPush) {
    ChangesFixture fixture;
    const auto run = fixture.receive(
        "push",
        {{"before", kOld},
         {"after", kNew},
         {"forced", true},
         {"commits",
          json::array({commit("Mend it\n\nKEY", {{"added", json::array({"KEY.txt"})}})})}}
    );
    const auto shown = fixture.changes(run, [](std::string_view text) {
        return text == "KEY.txt" ? "***" : std::string{text};
    });

    EXPECT_EQ(shown["compare"], "http://forge.test/octo/roof/compare/" + kOld + "..." + kNew);
    EXPECT_EQ(shown["forced"], true);
    EXPECT_EQ(
        shown["commits"][0],
        (json{
            {"sha", kNew},
            {"title", "Mend it"},
            {"author", "ada"},
            {"at", "2026-11-21T08:00:00Z"},
            {"page", "http://forge.test/octo/roof/commit/" + kNew}})
    );
    EXPECT_EQ(shown["files"].dump(), R"([{"change":"added","path":"***"}])");
    EXPECT_TRUE(shown["pull_request"].is_null());
}

TEST(GetChanges, CutsWhatIsLongAndSaysSo) {
    ChangesFixture fixture;
    auto commits = json::array();
    for (int i = 0; i < 203; ++i) {
        json files{{"added", json::array()}};
        for (int j = 0; j < 3; ++j) {
            files["added"].push_back(std::to_string(i) + "/" + std::to_string(j));
        }
        commits.push_back(commit(std::to_string(i), files));
    }
    const auto shown = fixture.changes(fixture.receive("push", {{"commits", commits}}));

    EXPECT_EQ(shown["commits"].size(), 200U);
    EXPECT_EQ(shown["commits"][0]["title"], "3") << "the newest are kept";
    EXPECT_EQ(shown["more_commits"], 3);
    EXPECT_EQ(shown["files"].size(), 500U);
    EXPECT_EQ(shown["more_files"], 109);
    EXPECT_TRUE(shown["compare"].is_null());
}

TEST(GetChanges, ShowsThePullRequestAndWhatItsLastPushBrought) {
    ChangesFixture fixture;
    json body{
        {"pull_request",
         {{"number", 7},
          {"title", "A change"},
          {"changed_files", 3},
          {"base", {{"ref", "main"}, {"sha", kOld}}},
          {"head", {{"ref", "topic"}, {"sha", kNew}}}}}};
    const auto opened = fixture.changes(fixture.receive("pull_request", body));
    body["before"] = std::string(40, 'c');
    body["after"] = kNew;
    const auto pushed = fixture.changes(fixture.receive("pull_request", body));

    const auto& pull = opened["pull_request"];
    EXPECT_EQ(pull["files_page"], "http://forge.test/octo/roof/pull/7/files");
    EXPECT_EQ(pull["files"], 3);
    EXPECT_EQ(pull["base"], (json{{"ref", "main"}, {"sha", kOld}}));
    EXPECT_TRUE(pull["additions"].is_null());
    EXPECT_TRUE(opened["commits"].is_null());
    EXPECT_EQ(opened["compare"], "http://forge.test/octo/roof/compare/" + kOld + "..." + kNew);
    EXPECT_EQ(
        pushed["compare"],
        "http://forge.test/octo/roof/compare/" + std::string(40, 'c') + "..." + kNew
    );
}

TEST(GetChanges, LinksNothingThatIsNoCommit) {
    ChangesFixture fixture;
    const auto run = fixture.receive(
        "push",
        {{"before", std::string(40, '0')},
         {"after", kNew},
         {"commits", json::parse(R"([{"id": "../../evil", "message": 7}, 3])")}}
    );
    const auto shown = fixture.changes(run);

    EXPECT_TRUE(shown["compare"].is_null());
    EXPECT_TRUE(shown["commits"][0]["page"].is_null());
    EXPECT_TRUE(shown["commits"][0]["title"].is_null());
    EXPECT_EQ(shown["commits"].size(), 2U);
}

TEST(GetChanges, OfAnEventThatNamesNoneAreNone) {
    ChangesFixture fixture;
    const auto shown = fixture.changes(fixture.receive("workflow_dispatch", json::object()));

    EXPECT_TRUE(shown["commits"].is_null());
    EXPECT_TRUE(shown["files"].is_null());
    EXPECT_EQ(shown["page"], "http://forge.test/octo/roof/commit/" + kNew);
}
