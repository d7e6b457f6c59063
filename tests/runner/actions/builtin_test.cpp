// Artifacts and caches through a real runner, in its sandbox; the daemon's store is a map.
#include "base/digest.hpp"
#include "base/text.hpp"
#include "runner/real_runner.hpp"

#include <map>

namespace triphammer::runner {
namespace {

using model::JobState;
using model::StepState;
using testing::a_job;
using testing::a_step;

/// Answers as api/runner/runner_artifacts.cpp does.
struct Shelf {
    std::map<std::string, std::string> artifacts;
    std::map<std::string, std::string> caches;
    std::vector<std::string> refused;  // why something was not taken

    std::string answer(const std::string& head, const std::string& body) {
        const auto target =
            head.substr(head.find(' ') + 1, head.find(" HTTP/") - head.find(' ') - 1);
        const bool is_post = head.starts_with("POST");
        const auto path = target.substr(0, target.find('?'));
        if (is_post && field(target, "sha256") != sha256_hex(body)) refused.push_back("sha256");
        if (is_post && field(target, "bytes") != std::to_string(body.size()))
            refused.push_back("bytes");
        if (path == "/runner/v1/artifacts") {
            if (is_post) return keep_artifact(target, body);
            return reply(200, list());
        }
        if (path == "/runner/v1/caches" && is_post) {
            caches[field(target, "key")] = body;
            return reply(201, "{}");
        }
        if (path == "/runner/v1/caches") return find_cache(target);
        const auto id = path.substr(path.rfind('/') + 1);
        const bool is_cache = path.find("/caches/") != std::string::npos;
        return reply(200, is_cache ? caches[id] : artifacts[id]);
    }

    std::string keep_artifact(const std::string& target, const std::string& body) {
        const auto name = field(target, "name");
        if (artifacts.contains(name)) {
            return reply(409, R"({"error": {"code": "conflict", "message": "there already"}})");
        }
        artifacts[name] = body;
        return reply(
            201, R"({"id": "1", "url": "http://x/1", "sha256": "sum", "expires_at": "then"})"
        );
    }

    std::string find_cache(const std::string& target) const {
        const auto wanted = field(target, "key");
        for (const auto& prefix : {wanted, field(target, "restore")}) {
            for (const auto& [key, bytes] : caches) {
                if (prefix.empty() || !key.starts_with(prefix)) continue;
                return reply(
                    200, R"({"id": ")" + key + R"(", "key": ")" + key + R"(", "bytes": 1})"
                );
            }
        }
        return reply(404, R"({"error": {"code": "not_found", "message": "none"}})");
    }

    std::string list() const {
        std::string items;
        for (const auto& [name, bytes] : artifacts) {
            items += items.empty() ? "" : ",";
            items += R"({"id": ")" + name + R"(", "name": ")" + name + R"(", "bytes": 1})";
        }
        return R"({"items": [)" + items + "]}";
    }

    static std::string field(const std::string& target, const std::string& name) {
        const auto at = target.find(name + "=");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 1;
        return *percent_decode(target.substr(begin, target.find('&', begin) - begin));
    }

    static std::string reply(int status, const std::string& body) {
        return "HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

model::Step a_use(
    const std::string& uses, const std::vector<std::pair<std::string, std::string>>& with
) {
    model::Step step;
    step.uses = uses;
    for (const auto& [name, value] : with) step.with.push_back({name, {value, {}}});
    return step;
}

class BuiltInActions : public testing::RealRunner {
  protected:
    protocol::End run(std::vector<model::Step> steps) {
        start(a_job(std::move(steps)));
        daemon_->answer_with([this](const std::string& head, const std::string& body) {
            return shelf_.answer(head, body);
        });
        return finish();
    }

    Shelf shelf_;
};

TEST_F(BuiltInActions, CarryAnArtifactFromOneStepToAnother) {
    auto upload = a_use(
        "actions/upload-artifact@v4", {{"name", "report"}, {"path", "out/**\n!out/**/*.tmp"}}
    );
    upload.id = "up";

    const auto end = run(
        {a_step("mkdir -p out/a; echo one > out/one; echo two > out/a/two; echo no > out/x.tmp"),
         upload,
         a_use("actions/download-artifact@v4", {{"name", "report"}, {"path", "in"}}),
         a_step("cat in/one in/a/two; ls in; echo '${{ steps.up.outputs.artifact-id }}'"),
         a_use("actions/upload-artifact@v4", {{"name", "report"}, {"path", "out"}})}
    );

    EXPECT_EQ(daemon_->log(4), "one\ntwo\na\none\n1\n") << daemon_->log(2) << daemon_->log(3);
    EXPECT_TRUE(shelf_.refused.empty());
    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_NE(daemon_->log(5).find("there already"), std::string::npos);
}

TEST_F(BuiltInActions, WarnOfPathsThatMeanNothingOrFailByThem) {
    auto strict =
        a_use("actions/upload-artifact@v4", {{"path", "none"}, {"if-no-files-found", "error"}});

    run({a_use("actions/upload-artifact@v4", {{"path", "none/*"}}), strict});

    EXPECT_EQ(daemon_->step_end(1).state, StepState::succeeded);
    EXPECT_NE(daemon_->log(1).find("##[warning]No files were found"), std::string::npos);
    EXPECT_EQ(daemon_->step_end(2).state, StepState::failed);
    EXPECT_TRUE(shelf_.artifacts.empty());
}

TEST_F(BuiltInActions, SeeNoMoreThanTheStepsDo) {
    const auto hidden = (std::filesystem::canonical(run_.path()) / "7" / "spool").string();

    run(
        {a_step("mkdir out; ln -s " + hidden + " out/spool; echo x > out/x"),
         a_use("actions/upload-artifact@v4", {{"name", "a"}, {"path", "out"}}),
         a_use("actions/download-artifact@v4", {{"name", "a"}, {"path", "in"}}),
         a_step("ls in")}
    );

    EXPECT_EQ(daemon_->log(4), "x\n") << daemon_->log(2);
}

TEST_F(BuiltInActions, SaveACacheAtTheEndAndRestoreItByItsPrefix) {
    const std::vector<std::pair<std::string, std::string>> with{
        {"path", "deps\n~/.tool"}, {"key", "k-1"}, {"restore-keys", "k-"}};
    auto cache = a_use("actions/cache@v4", with);
    cache.id = "cache";
    const auto fill = a_step(
        "echo \"hit=${{ steps.cache.outputs.cache-hit }}\"; mkdir -p deps ~/.tool; echo p > "
        "deps/p; "
        "chmod 755 deps/p; ln -s p deps/link; echo t > ~/.tool/t"
    );

    const auto end = run({cache, fill});

    EXPECT_EQ(end.state, JobState::succeeded) << daemon_->log(1) << daemon_->log(3);
    EXPECT_EQ(daemon_->log(2), "hit=\n");
    EXPECT_NE(daemon_->log(3).find("Cache saved with key: k-1"), std::string::npos);
    ASSERT_TRUE(shelf_.caches.contains("k-1"));
}

TEST_F(BuiltInActions, RestoreWhatWasSavedBefore) {
    const auto save = a_use("actions/cache/save@v4", {{"path", "deps\n~/.tool"}, {"key", "k-1"}});
    auto restore = a_use(
        "actions/cache/restore@v4",
        {{"path", "deps\n~/.tool"}, {"key", "k-2"}, {"restore-keys", "k-"}}
    );
    restore.id = "r";

    const auto end = run(
        {a_step("mkdir -p deps ~/.tool; echo p > deps/p; chmod 755 deps/p; ln -s p deps/l; echo t "
                "> ~/.tool/t"),
         save,
         a_step("rm -r deps ~/.tool"),
         restore,
         a_step("test -x deps/p; cat deps/l ~/.tool/t; readlink deps/l; "
                "echo '${{ steps.r.outputs.cache-hit }} ${{ steps.r.outputs.cache-matched-key }}'")}
    );

    EXPECT_EQ(end.state, JobState::succeeded) << daemon_->log(2) << daemon_->log(4);
    EXPECT_EQ(daemon_->log(5), "p\nt\np\nfalse k-1\n");
}

TEST_F(BuiltInActions, FailByAMissWhereThatIsAsked) {
    const auto end = run(
        {a_use("actions/cache@v4", {{"path", "x"}, {"key", "k"}, {"fail-on-cache-miss", "true"}})}
    );

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_NE(daemon_->log(1).find("fail-on-cache-miss"), std::string::npos);
}

}  // namespace
}  // namespace triphammer::runner
