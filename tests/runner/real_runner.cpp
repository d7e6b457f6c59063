#include "runner/real_runner.hpp"

#include <nlohmann/json.hpp>

#include <signal.h>
#include <unistd.h>

namespace triphammer::runner::testing {

namespace fs = std::filesystem;

namespace {

fs::path runner_program() {
    return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "server" /
           "triphammer-runner";
}

}  // namespace

model::Step a_step(const std::string& run) {
    model::Step step;
    step.run.text = run;
    return step;
}

model::JobDocument a_job(std::vector<model::Step> steps) {
    model::JobDocument out;
    out.fence = 7;
    out.server_id = "s1";
    out.workflow = "ci";
    out.job.key = "build";
    out.job.kind = "steps";
    out.job.steps = std::move(steps);
    out.executor.label = "host";
    out.source = {"octo/app", std::string(40, 'a'), "refs/heads/main"};
    out.contexts_json =
        R"({"github":{"repository":"octo/app","sha":"abc","event":{"x":1}},"needs":{},"vars":{},)"
        R"("inputs":{},"strategy":{},"matrix":{}})";
    out.grace_seconds = 1;
    return out;
}

void RealRunner::start(const model::JobDocument& document, const std::string& repository) {
    settings_.run = fs::canonical(run_.path());
    fs::permissions(settings_.run, fs::perms{0711});  // as the launcher makes it
    settings_.runner_program = runner_program();
    daemon_.emplace(settings_.run / "daemon.sock", nlohmann::json(document).dump());
    if (!repository.empty()) daemon_->serve_source(repository, document.source.sha);
    launcher::Request request;
    request.fence = 7;
    request.token = Secret{"t0ken"};
    request.endpoint = settings_.run / "daemon.sock";
    request.server_id = "s1";
    auto child = attempts_.start(request);
    ASSERT_TRUE(child) << child.error().message;
    child_ = std::move(*child);
}

protocol::End RealRunner::finish() {
    auto end = daemon_->wait_for_end();
    EXPECT_TRUE(child_.wait().ok());
    ended_ = true;
    EXPECT_EQ(fs::file_size(run_ / "7" / "spool"), 0U);
    return end;
}

void RealRunner::kill_runner() {
    ASSERT_GT(child_.pid(), 1);  // -1 would mean everybody
    ::kill(child_.pid(), SIGKILL);
    child_.wait();
    ended_ = true;
}

void RealRunner::TearDown() {
    attempts_.kill(7);
    if (!ended_ && child_.pid() > 1) child_.wait();
    (void)attempts_.set_aside(7);
}

}  // namespace triphammer::runner::testing
