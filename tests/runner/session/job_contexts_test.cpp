#include "runner/session/job_contexts.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

constexpr const char* kContexts = R"({"github": {
    "actor": "mona", "actor_id": "1", "api_url": "https://api.github.com", "base_ref": "",
    "event": {"ref": "refs/heads/main"}, "event_name": "push",
    "graphql_url": "https://api.github.com/graphql", "head_ref": "", "job": "build",
    "ref": "refs/heads/main", "ref_name": "main", "ref_protected": false, "ref_type": "branch",
    "repository": "octo/roof", "repository_id": "7", "repository_owner": "octo",
    "repository_owner_id": "8", "repositoryUrl": "https://github.com/octo/roof.git",
    "retention_days": "90", "run_attempt": "1", "run_id": "5", "run_number": "3",
    "server_url": "https://github.com", "sha": "abc", "triggering_actor": "mona",
    "workflow": "ci", "workflow_ref": "octo/roof/.triphammer/ci.yml@refs/heads/main",
    "workflow_sha": "abc"}, "needs": {}, "vars": {}, "inputs": {}})";

const JobFolders kFolders{
    {"/out/work", "/parent/work"},
    {"/out/temp", "/temp"},
    {"/out/home", "/home"},
    {"/out/tmp", "/tmp"},
    {}};

JobContexts make(const model::JobDocument& document) {
    auto made = JobContexts::make(document, kFolders);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
}

model::JobDocument document() {
    model::JobDocument out;
    out.contexts_json = kContexts;
    return out;
}

// Every variable of docs.github.com, "Variables reference", "Default environment variables", that
// a job has throughout. Each step adds CI, GITHUB_ACTION, GITHUB_ACTIONS, GITHUB_ENV,
// GITHUB_OUTPUT, GITHUB_PATH and GITHUB_STEP_SUMMARY; actions theirs.
TEST(JobContexts, GiveEveryDocumentedVariable) {
    const auto contexts = make(document());
    const std::vector<std::pair<const char*, std::optional<std::string>>> variables{
        {"GITHUB_ACTOR", "mona"},
        {"GITHUB_ACTOR_ID", "1"},
        {"GITHUB_API_URL", "https://api.github.com"},
        {"GITHUB_BASE_REF", ""},
        {"GITHUB_EVENT_NAME", "push"},
        {"GITHUB_EVENT_PATH", "/temp/event.json"},
        {"GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"},
        {"GITHUB_HEAD_REF", ""},
        {"GITHUB_JOB", "build"},
        {"GITHUB_REF", "refs/heads/main"},
        {"GITHUB_REF_NAME", "main"},
        {"GITHUB_REF_PROTECTED", "false"},
        {"GITHUB_REF_TYPE", "branch"},
        {"GITHUB_REPOSITORY", "octo/roof"},
        {"GITHUB_REPOSITORY_ID", "7"},
        {"GITHUB_REPOSITORY_OWNER", "octo"},
        {"GITHUB_REPOSITORY_OWNER_ID", "8"},
        {"GITHUB_RETENTION_DAYS", "90"},
        {"GITHUB_RUN_ATTEMPT", "1"},
        {"GITHUB_RUN_ID", "5"},
        {"GITHUB_RUN_NUMBER", "3"},
        {"GITHUB_SERVER_URL", "https://github.com"},
        {"GITHUB_SHA", "abc"},
        {"GITHUB_TRIGGERING_ACTOR", "mona"},
        {"GITHUB_WORKFLOW", "ci"},
        {"GITHUB_WORKFLOW_REF", "octo/roof/.triphammer/ci.yml@refs/heads/main"},
        {"GITHUB_WORKFLOW_SHA", "abc"},
        {"GITHUB_WORKSPACE", "/parent/work"},
        {"RUNNER_ARCH", {}},
        {"RUNNER_ENVIRONMENT", "self-hosted"},
        {"RUNNER_NAME", {}},
        {"RUNNER_OS", "Linux"},
        {"RUNNER_TEMP", "/temp"},
        {"RUNNER_TOOL_CACHE", {}},
        {"RUNNER_WORKSPACE", "/parent"},
    };

    for (const auto& [name, wanted] : variables) {
        const auto* value = contexts.reserved().find(name);
        ASSERT_NE(value, nullptr) << name;
        EXPECT_EQ(*value, wanted.value_or(*value)) << name;
        EXPECT_TRUE(wanted || !value->empty()) << name;
    }
    for (const char* name : {"GITHUB_TOKEN", "GITHUB_EVENT", "GITHUB_ENV", "RUNNER_DEBUG"}) {
        EXPECT_EQ(contexts.reserved().find(name), nullptr) << name;
    }
}

// Every property of docs.github.com, "Contexts reference", that a job has throughout, but
// job.check_run_id (there is no check run) and those of containers, services and actions.
TEST(JobContexts, GiveEveryDocumentedProperty) {
    const auto contexts = make(document()).contexts();
    const std::vector<std::pair<const char*, std::vector<const char*>>> properties{
        {"github", {"actor",         "actor_id",
                    "api_url",       "base_ref",
                    "event",         "event_name",
                    "event_path",    "graphql_url",
                    "head_ref",      "job",
                    "ref",           "ref_name",
                    "ref_protected", "ref_type",
                    "repository",    "repository_id",
                    "repositoryUrl", "repository_owner",
                    "run_id",        "repository_owner_id",
                    "run_number",    "run_attempt",
                    "secret_source", "retention_days",
                    "server_url",    "sha",
                    "token",         "triggering_actor",
                    "workflow",      "workflow_ref",
                    "workflow_sha",  "workspace"}},
        {"job",
         {"status", "workflow_ref", "workflow_sha", "workflow_repository", "workflow_file_path"}},
        {"runner", {"name", "os", "arch", "temp", "tool_cache", "environment"}},
        {"strategy", {"fail-fast", "job-index", "job-total", "max-parallel"}},
    };

    for (const auto& [name, members] : properties) {
        const auto context = contexts.find(name);
        ASSERT_TRUE(context) << name;
        for (const auto* member : members) {
            EXPECT_FALSE(context->member(member).is_null()) << name << "." << member;
        }
    }
    for (const char* name : {"env", "vars", "secrets", "needs", "inputs"}) {
        EXPECT_TRUE(contexts.find(name)) << name;
    }
    const auto job = *contexts.find("job");
    EXPECT_EQ(job.member("workflow_repository").to_text(), "octo/roof");
    EXPECT_EQ(job.member("workflow_file_path").to_text(), ".triphammer/ci.yml");
}

// contexts#job-context: a called workflow's file defines its jobs
TEST(JobContexts, NameTheFileThatDefinesTheJob) {
    auto called = document();
    called.contexts_json.back() = ',';
    called.contexts_json += R"("job": {"workflow_ref": "octo/tools/ci/build.yml@abc",
        "workflow_sha": "abc"}})";

    const auto job = *make(called).contexts().find("job");

    EXPECT_EQ(job.member("workflow_ref").to_text(), "octo/tools/ci/build.yml@abc");
    EXPECT_EQ(job.member("workflow_repository").to_text(), "octo/tools");
    EXPECT_EQ(job.member("workflow_file_path").to_text(), "ci/build.yml");
    EXPECT_EQ(job.member("workflow_sha").to_text(), "abc");
    EXPECT_EQ(job.member("status").to_text(), "success");
}

TEST(JobContexts, HaveATokenOnlyWhereAnAdminStoredOne) {
    auto with = document();
    with.secrets.push_back({"GITHUB_TOKEN", Secret{"ghs_123456"}});

    EXPECT_FALSE(make(document()).has_token());
    EXPECT_EQ(make(document()).github().member("token").to_text(), "");
    EXPECT_EQ(make(document()).github().member("secret_source").to_text(), "None");
    EXPECT_TRUE(make(with).has_token());
    EXPECT_EQ(make(with).github().member("token").to_text(), "ghs_123456");
}

TEST(JobContexts, ShowDebugLinesWhereASecretOrAVariableAsksForThem) {
    auto variable = document();
    variable.contexts_json = R"({"github": {}, "vars": {"ACTIONS_STEP_DEBUG": "true"}})";
    auto secret = variable;
    secret.secrets.push_back({"ACTIONS_STEP_DEBUG", Secret{"false"}});

    EXPECT_FALSE(make(document()).is_debugging());
    EXPECT_TRUE(make(variable).is_debugging());
    EXPECT_EQ(*make(variable).reserved().find("RUNNER_DEBUG"), "1");
    EXPECT_FALSE(make(secret).is_debugging());
}

}  // namespace
}  // namespace triphammer::runner
