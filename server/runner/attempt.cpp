#include "runner/attempt.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/task_group.hpp"
#include "runner/container/plan.hpp"
#include "runner/deploy/aws/targets.hpp"
#include "runner/deploy/job.hpp"
#include "runner/hold.hpp"
#include "runner/host/executor.hpp"
#include "runner/host/resource_watch.hpp"
#include "runner/session/session.hpp"
#include "runner/session/time_limit.hpp"
#include "runner/set_up.hpp"
#include "runner/start.hpp"
#include "runner/steps/files.hpp"
#include "runner/steps_job.hpp"
#include "runner/targets.hpp"
#include "runner/terraform/job.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <signal.h>

#include <cstdlib>

namespace triphammer::runner {

namespace asio = boost::asio;
using model::Cause;
using model::JobState;

namespace {

JobOutcome failed_job(Cause cause, std::string reason) {
    return {JobState::failed, cause, std::move(reason), {}, {}, {}};
}

JobFolders folders_with(const launcher::StartLine& line, std::optional<Underlay> underlay) {
    auto out = folders_of(line);
    out.underlay = std::move(underlay);
    return out;
}

/// More than it takes the link to connect and to send its request.
constexpr int kTurnsOfLink = 16;

class Attempt {
  public:
    Attempt(
        Executor executor,
        const launcher::StartLine& line,
        Belongings& belongings,
        Random& random,
        const JobDrivers& drivers
    )
        : executor_{executor},
          line_{line},
          drivers_{drivers},
          belongings_{belongings},
          machine_{identity_of(line, random), clock_.instant()},
          session_{
              executor,
              Session::Parts{
                  machine_,
                  belongings.spool,
                  clock_,
                  line.endpoint,
                  line.token,
                  hidden_from_steps(line),
                  folders_with(line, std::move(belongings.underlay)),
                  line.pool,
                  std::move(belongings.layer_problem)}},
          link_{
              machine_,
              belongings.spool,
              {line.endpoint, line.server_id, line.folder},
              clock_,
              session_},
          tasks_{executor, [](const auto& name, const auto& what) {
                     log::error("a task of the runner failed", {{"task", name}, {"error", what}});
                 }} {
        session_.set_link(link_);
    }

    Task<Result<>> run() {
        auto opened = belongings_.spool.append(machine_.opening_record(clock_.now()));
        if (!opened) co_return opened;
        host_ = std::make_unique<HostExecutor>(session_.folders(), session_.parts().hidden);
        host_->offer(std::move(belongings_.network));
        bound(*host_);
        tasks_.spawn("link", link_.run());
        tasks_.spawn("sandbox", prepare_ahead());
        tasks_.spawn("signals", obey_signals());
        auto waiting = session_.wait_for_document();
        auto document = co_await std::move(waiting);
        if (document) {
            auto working = work(std::move(*document));
            co_await std::move(working);
        }
        auto over = session_.wait_until_over();
        co_await std::move(over);
        if (session_.is_finished()) belongings_.spool.clear();
        co_return Result<>{};
    }

  private:
    Task<> work(std::string document) {
        const auto begun = session_.begin(document);
        wipe(document);
        JobOutcome outcome;
        auto limit =
            begun ? read_time_limit(session_) : Result<std::chrono::milliseconds>{begun.error()};
        if (limit) {
            time_limit_ = *limit;
            tasks_.spawn("time limit", watch_time());
            auto running = run_job();
            outcome = co_await std::move(running);
        } else {
            outcome = failed_job(Cause::invalid, limit.error().message);
        }
        auto ending = session_.end(std::move(outcome));
        co_await std::move(ending);
    }

    /// While the daemon thinks about letting us in: most jobs run their steps on the host. The link
    /// has its turns first, up to its request; a copy of this process takes longer than they do.
    Task<> prepare_ahead() {
        for (int turn = 0; turn < kTurnsOfLink; ++turn) {
            co_await asio::post(executor_, asio::use_awaitable);
        }
        if (host_) host_->prepare_ahead();
    }

    Task<JobOutcome> run_job() {
        const auto& kind = session_.document().job.kind;
        if (kind == "steps") return run_in_place(&Attempt::run_steps);
        if (kind == "deploy" && is_by_program()) return run_in_place(&Attempt::deploy_by_program);
        if (kind == "terraform") return run_in_place(&Attempt::run_terraform);
        if (belongings_.quota) belongings_.quota->leave();
        host_.reset();
        if (kind == "image" && drivers_.image) return run_with_engine(drivers_.image);
        if (kind == "deploy" && drivers_.deploy && is_far())
            return run_driver(drivers_.deploy, "AWS");
        if (kind == "deploy" && drivers_.deploy) return run_with_engine(drivers_.deploy);
        return refuse_kind();
    }

    Task<JobOutcome> refuse_kind() {
        co_return failed_job(
            Cause::invalid,
            "jobs of kind '" + session_.document().job.kind + "' are not supported yet"
        );
    }

    /// A deployment by a program of the user's, which runs as a step does.
    bool is_by_program() const {
        const auto& deploy = session_.document().job.deploy;
        return drivers_.deploy && deploy && is_program(deploy->to);
    }

    Task<JobOutcome> deploy_by_program() {
        return with_reason(run_deploy_job(session_, make_target, place_.get()));
    }

    Task<JobOutcome> run_terraform() { return with_reason(run_terraform_job(session_, *place_)); }

    Task<JobOutcome> run_steps() {
        session_.contexts().set_place(place_->place());
        auto running = run_steps_job(session_, *place_);
        auto outcome = co_await std::move(running);
        auto holding = hold(outcome);
        co_await std::move(holding);
        co_return outcome;
    }

    Task<JobOutcome> run_in_place(Task<JobOutcome> (Attempt::*kind)()) {
        auto made = make_executor();
        if (!made) co_return failed_set_up(made.error());
        place_ = std::move(*made);
        session_.set_folders(place_->folders());
        const auto& wanted = session_.document().job.resources;
        auto limits = read_limits(wanted, session_.contexts().contexts());
        if (!limits) co_return failed_job(Cause::invalid, limits.error().message);
        limits_ = *limits;
        auto preparing = set_up_job(session_, place_->description(), notes(), place_.get());
        auto ready = co_await std::move(preparing);
        if (ready) watch_limits();
        JobOutcome outcome = ready ? JobOutcome{} : failed_set_up(ready.error());
        if (ready) {
            auto working = (this->*kind)();
            outcome = co_await std::move(working);
        }
        auto cleaning = place_->cleanup();
        co_await std::move(cleaning);
        co_return outcome;
    }

    /// A job that was cancelled is of no interest.
    Task<> hold(JobOutcome& outcome) {
        const auto& wish = session_.document().job.hold_on_failure;
        const bool failed =
            outcome.state == JobState::failed || outcome.state == JobState::timed_out;
        if (!failed || wish.empty()) co_return;
        const auto time = read_hold(wish, session_.contexts().contexts());
        if (time && !*time) co_return;
        auto keeping = keep_workspace(session_);
        const auto kept = co_await std::move(keeping);
        Result<std::string> asked = std::string{};
        if (!time || !kept) {
            asked = time ? kept.error() : time.error();
        } else {
            asked = ask_for_hold(line_.folder, clock_.now() + **time);
        }
        outcome.reason += "; " + (asked ? *asked : asked.error().message);
    }

    /// In a container the engine keeps all but the disk, in a control group the kernel.
    void watch_limits() {
        auto watched = limits_;
        auto& group = belongings_.group;
        auto& quota = belongings_.quota;
        KeptByKernel kernel;
        if (on_host_) {
            if (watched.cpu) keep_to_processors(*watched.cpu);
            if (!watched.pids) watched.pids = usual_pids();
            kernel = limit_by_kernel(watched, group ? &*group : nullptr, quota ? &*quota : nullptr);
            if (kernel.group != nullptr) watched.memory.reset();
        } else {
            watched.memory.reset();
            watched.pids.reset();
            if (quota) quota->leave();
            if (!watched.disk) return;
        }
        tasks_.spawn("resources", watch_resources(session_, watched, *place_, kernel));
    }

    JobOutcome failed_set_up(const Error& error) const {
        if (session_.is_stopped()) return stopped_outcome(session_);
        return failed_job(cause_of(error), error.message);
    }

    /// A deployment that needs nothing of this machine.
    bool is_far() const {
        const auto& deploy = session_.document().job.deploy;
        return deploy && is_of_aws(deploy->to);
    }

    Task<JobOutcome> run_with_engine(std::function<Task<JobOutcome>(JobSession&)> driver) {
        const auto& engine = engine_of(session_.document());
        // Of one elsewhere the launcher knows nothing.
        if (engine == session_.document().executor.docker_host) mark_engine();
        return run_driver(std::move(driver), "the engine at " + engine);
    }

    Task<JobOutcome> run_driver(
        std::function<Task<JobOutcome>(JobSession&)> driver, std::string where
    ) {
        auto preparing = set_up_job(session_, std::move(where), notes(), nullptr);
        const auto ready = co_await std::move(preparing);
        if (!ready) co_return failed_set_up(ready.error());
        auto running = with_reason(driver(session_));
        co_return co_await std::move(running);
    }

    /// Cancelled by somebody, by the time limit or by the server: the jobs only know that, and may
    /// say after it what they have left.
    Task<JobOutcome> with_reason(Task<JobOutcome> job) {
        auto outcome = co_await std::move(job);
        if (outcome.state != JobState::cancelled) co_return outcome;
        const auto stopped = stopped_outcome(session_);
        outcome.state = stopped.state;
        outcome.cause = stopped.cause;
        const auto why = session_.stop().why();
        const auto left = outcome.reason.starts_with(why) ? outcome.reason.substr(why.size()) : "";
        outcome.reason = stopped.reason + left;
        co_return outcome;
    }

    /// To what the kernel keeps, once the job is known.
    void bound(HostExecutor& host) {
        if (belongings_.group) host.enter_group(*belongings_.group);
        if (belongings_.quota) host.keep_to(*belongings_.quota);
    }

    /// What was made ahead knows nothing of processors that the job is going to be kept to, nor
    /// that it must have no network.
    std::unique_ptr<HostExecutor> take_host() {
        const auto& wanted = session_.document().job.resources;
        if (wanted.cpu.empty() && wanted.network.empty()) return std::move(host_);
        const bool leads_out = wanted.network.empty();
        auto out =
            std::make_unique<HostExecutor>(session_.folders(), session_.parts().hidden, leads_out);
        out->offer(host_->take_network());
        bound(*out);
        host_.reset();
        return out;
    }

    Result<std::unique_ptr<StepExecutor>> make_executor() {
        const auto& document = session_.document();
        const auto in_container = has_container(session_);
        if (!in_container) return in_container.error();
        on_host_ = document.executor.kind != "docker" && !*in_container;
        if (!on_host_ || !document.job.services.empty()) mark_engine();
        std::unique_ptr<StepExecutor> host = take_host();
        if (!on_host_) {
            host.reset();
            forget_workspace_in_home();
            return drivers_.container(session_);
        }
        name_workspace(session_.folders(), document.source.repository);
        if (document.job.services.empty()) return host;
        return drivers_.services(session_, std::move(host));
    }

    void forget_workspace_in_home() const {  // a container gets the home as it is
        std::error_code ignored;
        const auto& home = session_.folders().home.outside;
        for (auto name : {"/workspace", "/work"}) std::filesystem::remove(home + name, ignored);
    }

    /// The launcher's sweep asks the engine only about attempts that say so.
    void mark_engine() const {
        (void)write_new_file(line_.folder + "/" + launcher::kEngineMark, "", 0640);
    }

    /// Of the first log.
    std::string notes() const {
        const auto limits = limits_.describe();
        return (limits.empty() ? "" : "limits: " + limits + "\n") + belongings_.note;
    }

    Task<> watch_time() {
        const auto limit = time_limit_;
        auto waiting = sleep_for(limit);
        co_await std::move(waiting);
        protocol::Cancel cancel;
        cancel.why = "the job's time limit of " + limit_text(limit) + " is over";
        cancel.cause = Cause::timeout;
        cancel.grace_ms = session_.document().grace_seconds * 1000;
        session_.cancel(cancel);
    }

    /// TERM comes from the launcher, when nobody else may end this attempt.
    Task<> obey_signals() {
        asio::signal_set signals{executor_, SIGTERM, SIGINT};
        co_await signals.async_wait(asio::use_awaitable);
        protocol::Cancel cancel;
        cancel.why = "the server stopped this runner";
        cancel.cause = Cause::infrastructure;
        session_.cancel(cancel);
    }

    Executor executor_;
    const launcher::StartLine& line_;
    const JobDrivers& drivers_;
    Belongings& belongings_;
    SystemClock clock_;
    protocol::RunnerMachine machine_;
    Session session_;
    DaemonLink link_;
    TaskGroup tasks_;
    std::unique_ptr<HostExecutor> host_;  // until the job is known
    std::chrono::milliseconds time_limit_{0};
    bool on_host_ = false;   // where the steps run
    ResourceLimits limits_;  // of a steps job
    /// Of a steps job. Kept to the end of the process: taking a sandbox's mounts down takes longer
    /// than anybody should wait for the job's end.
    std::unique_ptr<StepExecutor> place_;
};

/// Nothing is stopped, taken down or freed in order: the kernel does it in less time, and the next
/// job waits for that. What was thrown ends the program and says so.
[[noreturn]] void leave(std::exception_ptr thrown, const Result<>& done) noexcept {
    if (thrown) std::rethrow_exception(thrown);
    if (!done) log::error("the attempt failed", {{"error", done.error().message}});
    std::_Exit(done ? 0 : 1);
}

}  // namespace

void run_attempt(
    const launcher::StartLine& line, const JobDrivers& drivers, Belongings belongings
) {
    execution::become_subreaper();
    asio::io_context context{1};
    SystemRandom random;
    Attempt attempt{context.get_executor(), line, belongings, random, drivers};
    asio::co_spawn(context, attempt.run(), leave);
    context.run();
    std::_Exit(1);  // it does not come back without an end
}

}  // namespace triphammer::runner
