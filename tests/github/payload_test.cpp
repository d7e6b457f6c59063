#include "github/payload.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace triphammer;
using namespace triphammer::github;

namespace {

const std::string kSha(40, 'a');
const std::string kBefore(40, 'b');
const std::string kZero(40, '0');
const std::string kRepository =
    R"("repository":{"id":7,"full_name":"o/r","clone_url":"https://h/o/r.git","default_branch":"main"},)"
    R"("sender":{"id":3,"login":"ann"})";

std::string push(const std::string& ref, const std::string& before, const std::string& after) {
    return R"({"ref":")" + ref + R"(","before":")" + before + R"(","after":")" + after +
           R"(","forced":true,"head_commit":{"id":")" + kSha +
           R"(","message":"one\ntwo"},"commits":[{},{}],)" + kRepository + "}";
}

Result<model::Event> scan(const std::string& event, std::string json) {
    return scan_payload(event, json);
}

/// `depth` levels in all, the root's own included.
std::string nested(std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

}  // namespace

TEST(Payload, ReadsAPushToABranch) {
    auto event = scan("push", push("refs/heads/a/b", kBefore, kSha));

    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->name, "push");
    EXPECT_EQ(event->repository_id, 7);
    EXPECT_EQ(event->repository, "o/r");
    EXPECT_EQ(event->clone_url, "https://h/o/r.git");
    EXPECT_EQ(event->default_branch, "main");
    EXPECT_EQ(event->branch, "a/b");
    EXPECT_EQ(event->tag, "");
    EXPECT_EQ(event->sha, kSha);
    EXPECT_EQ(event->before, kBefore);
    EXPECT_TRUE(event->forced);
    EXPECT_FALSE(event->created);
    EXPECT_EQ(event->commits, 2);
    EXPECT_EQ(event->title, "one");
    EXPECT_EQ(event->message, "one\ntwo");
    EXPECT_EQ(event->actor, "ann");
    EXPECT_EQ(event->actor_id, 3);
    EXPECT_FALSE(event->content_key.empty());
}

TEST(Payload, ReportsAnAnnotatedTagOnItsCommit) {
    auto event = scan("push", push("refs/tags/v1", kZero, std::string(40, 'c')));

    EXPECT_EQ(event->tag, "v1");
    EXPECT_EQ(event->branch, "");
    EXPECT_EQ(event->sha, kSha);
    EXPECT_TRUE(event->created);
}

TEST(Payload, KnowsADeletion) {
    auto event = scan(
        "push",
        R"({"ref":"refs/heads/x","before":")" + kBefore + R"(","after":")" + kZero +
            R"(","head_commit":null,"commits":null,)" + kRepository + "}"
    );

    EXPECT_TRUE(event->deleted);
    EXPECT_EQ(event->sha, "");
    EXPECT_EQ(event->commits, 0);
}

TEST(Payload, TellsTheSamePushFromALaterOneOfTheSameCommits) {
    const auto with_time = [](const std::string& seconds) {
        auto json = push("refs/heads/x", kBefore, kSha);
        return json.replace(json.find(R"("id":7)"), 6, R"("id":7,"pushed_at":)" + seconds);
    };
    const auto key = [](const std::string& json) { return scan("push", json)->content_key; };

    EXPECT_EQ(key(with_time("1")), key(with_time("1")));
    EXPECT_NE(key(with_time("1")), key(with_time("2")));
    EXPECT_EQ(key(push("refs/heads/x", kZero, kSha)), "");
}

TEST(Payload, ReadsAPullRequest) {
    const auto pull = [](const std::string& head_repository) {
        return R"({"action":"synchronize","before":"x","after":"y","pull_request":{"id":9,"number":5,)"
               R"("draft":true,"title":"T","merge_commit_sha":null,"head":{"sha":")" +
               kSha + R"(","ref":"topic","repo":)" + head_repository + R"(},"base":{"sha":")" +
               kBefore + R"(","ref":"main","repo":{"id":7}}},)" + kRepository + "}";
    };
    auto own = scan("pull_request", pull(R"({"id":7,"fork":true})"));
    auto fork = scan("pull_request", pull(R"({"id":8,"fork":false})"));
    auto gone = scan("pull_request", pull("null"));

    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(own->ref, "refs/pull/5/merge");
    EXPECT_EQ(own->sha, kSha);
    EXPECT_EQ(own->action, "synchronize");
    EXPECT_TRUE(own->pull_request->draft);
    EXPECT_EQ(own->pull_request->base_ref, "main");
    EXPECT_EQ(own->pull_request->merge_sha, "");
    EXPECT_FALSE(own->pull_request->from_fork);
    EXPECT_TRUE(fork->pull_request->from_fork);
    EXPECT_TRUE(gone->pull_request->from_fork);
    EXPECT_EQ(own->content_key, "pull_request 9 synchronize x y");
}

TEST(Payload, ReadsTheOtherEvents) {
    const auto with = [](const std::string& fields) {
        return "{" + fields + "," + kRepository + "}";
    };

    auto release = scan(
        "release",
        with(R"("action":"published","release":{"id":4,"tag_name":"v2","name":null,"body":"b"})")
    );
    auto created = scan("create", with(R"("ref":"v3","ref_type":"tag")"));
    auto removed = scan("delete", with(R"("ref":"old/x","ref_type":"branch")"));
    auto manual = scan(
        "workflow_dispatch",
        with(R"("ref":"refs/heads/main","workflow":".triphammer/a.yml","inputs":{"a":"b","n":1.5})")
    );
    auto remote = scan("repository_dispatch", with(R"("action":"go","branch":"main")"));
    auto other = scan("issues", with(R"("action":"opened")"));
    auto ping = scan("ping", R"({"zen":"z","hook_id":1})");

    EXPECT_EQ(release->tag, "v2");
    EXPECT_EQ(release->title, "v2");
    EXPECT_EQ(release->content_key, "release 4 published");
    EXPECT_EQ(created->ref, "refs/tags/v3");
    EXPECT_EQ(removed->branch, "old/x");
    EXPECT_TRUE(removed->deleted);
    EXPECT_FALSE(scan("workflow_dispatch", with(R"("ref":"refs/pull/7/head","workflow":"a.yml")")));
    EXPECT_EQ(manual->branch, "main");
    EXPECT_EQ(manual->inputs_json, R"({"a":"b","n":1.5})");
    EXPECT_EQ(remote->dispatch_type, "go");
    EXPECT_EQ(remote->ref, "refs/heads/main");
    EXPECT_EQ(other->action, "opened");
    EXPECT_EQ(other->repository_id, 7);
    EXPECT_EQ(ping->repository_id, 0);
}

TEST(Payload, ToleratesNullAndMissingFields) {
    auto event = scan(
        "push",
        R"({"ref":"refs/heads/x","before":")" + kBefore + R"(","after":")" + kSha +
            R"(","repository":{"id":7,"full_name":"o/r","clone_url":null},"sender":null,)"
            R"("pusher":{"name":"bob"},"unknown":[{"x":1}]})"
    );

    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->sha, kSha);
    EXPECT_EQ(event->clone_url, "");
    EXPECT_EQ(event->actor, "bob");
}

TEST(Payload, RefusesWhatIsNoEvent) {
    const std::string good = push("refs/heads/x", kBefore, kSha);
    EXPECT_TRUE(scan("push", good));
    const std::string cases[] = {
        "",
        " ",
        "Hello, World!",
        "[]",
        "null",
        "{",
        good.substr(0, good.size() - 1),
        good + "}",
        good + " {}",
        R"({"a":1,"b":2,"a":3})",
        R"({"a":1,"\u0061":3})",
        R"({"a":01})",
        R"({"a":[1 2]})",
        R"({"a":"\x"})",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "\xef\xbb\xbf{}",
        "{\"a\":\"\n\"}",
        nested(65),
        nested(10'000),
    };
    for (const auto& text : cases) {
        auto event = scan("issues", text);
        ASSERT_FALSE(event) << text.substr(0, 100);
        EXPECT_EQ(event.error().code, Code::invalid);
    }
    EXPECT_TRUE(scan("ping", nested(64)));
}

// events-that-trigger-workflows: the tables of GITHUB_SHA and GITHUB_REF
TEST(Payload, KnowsTheCommitOfEveryEventThatNamesOne) {
    const auto with = [](const std::string& fields) {
        return "{" + fields + "," + kRepository + "}";
    };

    const auto pull = R"("action":"submitted","pull_request":{"number":5,"head":{"sha":")" + kSha +
                      R"(","ref":"t","repo":{"id":7}},"base":{"sha":")" + kBefore +
                      R"(","ref":"main","repo":{"id":7}}})";

    const auto review = scan("pull_request_review", with(pull));
    const auto target = scan("pull_request_target", with(pull));
    const auto group = scan(
        "merge_group",
        with(
            R"("merge_group":{"head_sha":")" + kSha +
            R"(","head_ref":"refs/heads/gh-readonly-queue/main/pr-1","base_ref":"refs/heads/main"})"
        )
    );
    const auto deployment =
        scan("deployment", with(R"("deployment":{"sha":")" + kSha + R"(","ref":"v1"})"));
    const auto status = scan("status", with(R"("context":"triphammer/a","state":"success")"));
    const auto comment = scan("issue_comment", with(R"("issue":{"title":"Broken"})"));

    const auto merged = scan(
        "pull_request",
        with(
            R"("action":"closed","pull_request":{"number":5,"merged":true,"merge_commit_sha":")" +
            kBefore + R"(","head":{"sha":")" + kSha + R"(","ref":"t"},"base":{"sha":")" + kSha +
            R"(","ref":"main"}})"
        )
    );
    const auto package = scan(
        "registry_package",
        with(
            R"("action":"published","registry_package":{"package_version":{"target_oid":")" + kSha +
            R"(","target_commitish":"main"}})"
        )
    );

    EXPECT_EQ(merged->ref, "refs/heads/main");
    EXPECT_EQ(merged->sha, kBefore);
    EXPECT_EQ(package->ref, "refs/heads/main");
    EXPECT_EQ(package->sha, kSha);
    EXPECT_EQ(review->ref, "refs/pull/5/merge");
    EXPECT_EQ(review->content_key, "");
    EXPECT_EQ(target->ref + target->sha, "");
    EXPECT_EQ(group->sha, kSha);
    EXPECT_EQ(group->branch, "main");
    EXPECT_EQ(deployment->sha, kSha);
    EXPECT_EQ(status->title, "triphammer/a: success");
    EXPECT_EQ(comment->title, "Broken");
    EXPECT_EQ(comment->sha, "");
    EXPECT_FALSE(scan("issues", R"({"action":"opened"})"));
}

TEST(Payload, RefusesEventsWithoutWhatTheyAreAbout) {
    EXPECT_FALSE(scan("push", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("push", push("main", kBefore, kSha)));
    EXPECT_FALSE(scan("push", push("refs/heads/a b", kBefore, kSha)));
    EXPECT_FALSE(scan("push", push("refs/heads/x", kBefore, "--upload-pack=x")));
    EXPECT_FALSE(scan("push", push("refs/heads/x", "", kSha)));
    EXPECT_FALSE(scan("pull_request", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("release", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("create", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("workflow_dispatch", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("repository_dispatch", "{" + kRepository + "}"));
    EXPECT_FALSE(scan("create", R"({"ref":"x","ref_type":"tag"})"));
}

TEST(Payload, ReadsLargeOnesToo) {
    auto json = push("refs/heads/x", kBefore, kSha);
    json.insert(1, R"("filler":")" + std::string(3'000'000, 'x') + R"(",)");

    EXPECT_EQ(scan("push", json)->branch, "x");
    EXPECT_FALSE(scan("push", nested(65) + std::string(2'000'000, ' ')));
}

TEST(PayloadForm, IsUnwrapped) {
    EXPECT_EQ(unwrap_payload("application/json; charset=utf-8", "{}").value(), "{}");
    EXPECT_EQ(
        unwrap_payload("application/x-www-form-urlencoded", "x=1&payload=%7B%22a%22%3A+1%7D")
            .value(),
        R"({"a": 1})"
    );
    EXPECT_FALSE(unwrap_payload("application/x-www-form-urlencoded", "x=1"));
    EXPECT_FALSE(unwrap_payload("application/x-www-form-urlencoded", "payload=%7"));
    EXPECT_FALSE(unwrap_payload("application/x-www-form-urlencoded", "payload=1&payload=2"));
    EXPECT_FALSE(unwrap_payload("text/plain", "{}"));
    EXPECT_FALSE(unwrap_payload("", "{}"));
}
