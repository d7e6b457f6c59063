#include "app/single_run.hpp"

#include "access/secrets.hpp"
#include "app/kept_caches.hpp"
#include "app/launcher_process.hpp"
#include "app/run_here.hpp"
#include "app/workshop.hpp"
#include "base/task_group.hpp"
#include "launcher/attempts.hpp"
#include "launcher/held.hpp"
#include "queue/queue.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <signal.h>

#include <map>
#include <optional>

namespace triphammer::app {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// How often it is looked whether the launcher lives, and what the steps have written; all else is
/// told.
constexpr auto kHeartbeat = 200ms;
/// How long the runners may take to end after their jobs have.
constexpr auto kLeaveLimit = 5s;
constexpr std::uint64_t kShownLines = 2'000;

struct JobView {
    store::JobRow job;
    std::vector<store::StepRow> steps;  // of the newest attempt
};

struct RunView {
    store::RunRow run;
    std::vector<JobView> jobs;
};

Result<RunView> read_view(store::Connection& db, model::RunId id) {
    auto run = store::find_run(db, id);
    if (!run) return not_found("the run");
    RunView view{std::move(*run), {}};
    for (auto& job : store::list_jobs(db, id)) {
        const auto attempts = store::list_attempts(db, job.id);
        auto steps = attempts.empty() ? std::vector<store::StepRow>{}
                                      : store::list_steps(db, attempts.back().fence);
        view.jobs.push_back({std::move(job), std::move(steps)});
    }
    return view;
}

struct Stored {
    std::vector<store::ArtifactRow> artifacts;
    std::vector<store::CacheRow> caches;
};

class SingleRun {
  public:
    SingleRun(SingleRunRequest& request, Core& core, Executor executor, RunWatcher& watcher)
        : request_{request},
          core_{core},
          executor_{executor},
          watcher_{watcher},
          shop_{request.config, core, executor},
          kept_{request.caches, request.repository},
          signals_{executor, SIGTERM, SIGINT},
          news_{executor},
          tasks_{executor, {}} {
        shop_.services.asks_as_user = true;
        core.database->on_changes([this](const store::ChangeNews&) {
            asio::post(executor_, [this] { on_changes(); });
        });
    }

    ~SingleRun() { core_.database->on_changes({}); }

    Task<Result<store::RunRow>> run() {
        if (auto listening = shop_.listen(); !listening) co_return listening.error();
        auto creating = create();
        if (auto created = co_await std::move(creating); !created) co_return created.error();
        auto launcher = spawn_launcher(request_.config, {"--once"});
        if (!launcher) co_return launcher.error();
        launcher_ = std::move(*launcher);
        tasks_.spawn("signals", obey_signals());
        auto dispatching = shop_.dispatcher.start();
        co_await std::move(dispatching);
        auto watching = watch();
        auto ended = co_await std::move(watching);
        if (ended) {
            auto saving = save_stored();
            const auto saved = co_await std::move(saving);
            if (!saved) ended = saved.error();
        }
        auto leaving = leave();
        co_await std::move(leaving);
        co_return ended;
    }

  private:
    // ── before ───────────────────────────────────────────────────────────────────────────────

    Task<Result<>> create() {
        auto add = [this](store::Transaction& tx) { return add_rows(tx); };
        auto adding = core_.database->write(add);
        const auto repository = co_await std::move(adding);
        if (!repository) co_return repository.error();
        std::error_code failure;
        const auto mirror = shop_.mirrors.path_of(*repository);
        fs::create_directories(mirror.parent_path(), failure);
        fs::rename(request_.tree, mirror, failure);
        if (failure) co_return from_errno("move " + request_.tree.string(), failure.value());
        co_return Result<>{};
    }

    /// There is nobody to be asked.
    static Result<> check_alone(const plan::PlannedRun& planned) {
        for (const auto& job : planned.jobs) {
            if (job.kind != model::JobKind::approve || is_final(job.state)) continue;
            return invalid(
                "job '" + job.own_key() +
                "' asks people, which only a server can; name the jobs to "
                "run with --job"
            );
        }
        return {};
    }

    Result<model::RepositoryId> add_rows(store::Transaction& tx) {
        store::NewRepository wanted;
        wanted.full_name = request_.repository;
        wanted.clone_url = request_.origin;
        wanted.hook = "none";
        const auto repository = store::add_repository(tx, wanted);
        if (!repository) return repository.error();
        for (const auto& [name, value] : request_.secrets) {
            const access::NewSecret secret{{*repository, ""}, name, value, "run"};
            auto set = access::set_secret(tx, *core_.sealer, secret);
            if (!set) return with_context("secret " + name, set.error());
        }
        queue::Origin origin;
        origin.repository = *repository;
        repository_ = *repository;
        if (auto taken = kept_.take(tx, *repository, shop_.keeper); !taken) return taken.error();
        const auto& planned = request_.plan.runs.front();
        origin.texts[planned.path] = request_.workflow_text;
        origin.texts[planned.blob] = request_.workflow_text;
        if (auto alone = check_alone(planned); !alone) return alone.error();
        // Whoever runs it here has decided so.
        if (auto set = store::set_fork_approval(tx, *repository, "none", "run"); !set)
            return set.error();
        auto runs = queue::create_runs(tx, origin, request_.plan);
        if (!runs) return runs.error();
        run_ = runs->front();
        return *repository;
    }

    // ── while it runs ────────────────────────────────────────────────────────────────────────

    void on_changes() {
        shop_.dispatcher.wake();
        has_news_ = true;
        news_.cancel();
    }

    Task<Result<store::RunRow>> watch() {
        for (;;) {
            has_news_ = false;
            auto read = [this](store::Connection& db) { return read_view(db, run_); };
            auto reading = core_.database->read(read);
            auto view = co_await std::move(reading);
            if (!view) co_return view.error();
            auto telling = tell(*view);
            co_await std::move(telling);
            if (model::is_final(view->run.state)) co_return std::move(view->run);
            if (launcher_.try_wait()) {
                has_launcher_ = false;
                co_return Error{Code::io, "the launcher ended; see launcher.log"};
            }
            if (has_news_) continue;
            auto waiting = wait(kHeartbeat);
            co_await std::move(waiting);
        }
    }

    Task<> wait(std::chrono::milliseconds limit) {
        boost::system::error_code ignored;
        news_.expires_after(limit);
        co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    /// What has changed since it was last told.
    Task<> tell(const RunView& view) {
        for (const auto& [job, steps] : view.jobs) {
            if (is_worth_telling(job)) tell_job(job);
            for (const auto& step : steps) {
                auto told = tell_step(job, step);
                co_await std::move(told);
            }
            if (model::is_final(job.state)) tell_job(job);
        }
    }

    /// One that is blocked may still get another name, or become several.
    static bool is_worth_telling(const store::JobRow& job) {
        if (job.state == model::JobState::running) return job.attempts > 0;
        return job.state != model::JobState::blocked && !model::is_final(job.state);
    }

    void tell_job(const store::JobRow& job) {
        const auto known = jobs_.find(job.id);
        if (known != jobs_.end() && known->second == job.state) return;
        jobs_[job.id] = job.state;
        watcher_.on_job(job);
    }

    Task<> tell_step(const store::JobRow& job, const store::StepRow& step) {
        const std::pair key{step.attempt, step.number};
        const auto known = steps_.find(key);
        const bool is_told = known != steps_.end() && known->second == step.state;
        if (is_told && model::is_final(step.state)) co_return;
        auto telling = tell_output(job, step);
        co_await std::move(telling);
        if (is_told) co_return;
        steps_[key] = step.state;
        std::string log;
        if (model::is_final(step.state)) {
            auto reading = read_log(step);
            log = co_await std::move(reading);
        }
        watcher_.on_step(job, step, log);
    }

    Task<> tell_output(const store::JobRow& job, const store::StepRow& step) {
        auto& shown = shown_lines_[{step.attempt, step.number}];
        for (;;) {
            auto reading = read_lines(step, shown);
            auto lines = co_await std::move(reading);
            const bool is_cut = !lines.bytes.empty() && lines.bytes.back() != '\n';
            if (is_cut && !model::is_final(step.state)) {
                const auto end = lines.bytes.rfind('\n');
                lines.bytes.resize(end == std::string::npos ? 0 : end + 1);
                --lines.count;
            }
            if (lines.count == 0) co_return;
            shown += lines.count;
            watcher_.on_output(job, step, lines.bytes);
        }
    }

    Task<logs::LogLines> read_lines(const store::StepRow& step, std::uint64_t first) {
        const logs::LogId id{step.attempt.value, step.number};
        auto read = [this, id, first] { return core_.logs->lines(id, {first, kShownLines, 0}); };
        auto reading = offload(core_.log_thread, read);
        auto lines = co_await std::move(reading);
        co_return lines ? std::move(*lines) : logs::LogLines{};
    }

    Task<std::string> read_log(const store::StepRow& step) {
        const logs::LogId id{step.attempt.value, step.number};
        auto read = [this, id]() -> Result<std::string> {
            const auto total = core_.logs->line_count(id);
            if (!total) return total.error();
            const auto first = *total > kShownLines ? *total - kShownLines : 0;
            auto lines = core_.logs->lines(id, {first, kShownLines, 0});
            if (!lines) return lines.error();
            return std::move(lines->bytes);
        };
        auto reading = offload(core_.log_thread, read);
        auto text = co_await std::move(reading);
        co_return text ? std::move(*text) : std::string{};
    }

    Task<> obey_signals() {
        co_await signals_.async_wait(asio::use_awaitable);
        watcher_.on_interrupt(false);
        auto cancel = [this](store::Transaction& tx) {
            return queue::request_cancel(tx, run_, {"interrupted", "run"});
        };
        auto cancelling = core_.database->write(cancel);
        (void)co_await std::move(cancelling);
        shop_.dispatcher.wake();
        co_await signals_.async_wait(asio::use_awaitable);
        watcher_.on_interrupt(true);
        kill_runners();
    }

    void kill_runners() const {
        launcher::Settings settings;
        settings.run = request_.config.run_directory();
        const launcher::Attempts attempts{settings};
        for (const auto& attempt : attempts.list()) attempts.kill(attempt.fence);
    }

    Task<Result<>> save_stored() {
        auto list = [this](store::Connection& db) -> Result<Stored> {
            return Stored{store::list_artifacts(db, run_), store::list_caches(db, repository_)};
        };
        auto listing = core_.database->read(list);
        const auto stored = co_await std::move(listing);
        if (!stored) co_return stored.error();
        if (auto left = kept_.leave(stored->caches, shop_.keeper); !left) co_return left;
        co_return save_artifacts(stored->artifacts);
    }

    Result<> save_artifacts(const std::vector<store::ArtifactRow>& rows) const {
        if (request_.artifacts.empty()) return {};
        std::error_code failure;
        fs::create_directories(request_.artifacts, failure);
        for (const auto& row : rows) {
            const auto from = shop_.keeper.path_of(row);
            const auto to = request_.artifacts / (row.name + ".zip");
            fs::copy_file(from, to, fs::copy_options::overwrite_existing, failure);
            if (failure) return from_errno("copy to " + to.string(), failure.value());
            fs::permissions(to, fs::perms{0644}, failure);
        }
        return {};
    }

    // ── after ────────────────────────────────────────────────────────────────────────────────

    Task<> leave() {
        const auto until = core_.clock.instant() + kLeaveLimit;
        while (shop_.dispatcher.open_attempts() > 0 && core_.clock.instant() < until) {
            auto waiting = wait(20ms);
            co_await std::move(waiting);
        }
        kill_runners();
        auto stopping = tasks_.stop();
        co_await std::move(stopping);
        auto dispatcher = shop_.dispatcher.stop();
        co_await std::move(dispatcher);
        auto server = shop_.server.stop(0ms);
        co_await std::move(server);
        if (has_launcher_) {
            launcher_.signal_group(SIGTERM);
            launcher_.wait();
        }
        launcher::hold_all(request_.config.run_directory(), core_.clock.now());
    }

    SingleRunRequest& request_;
    Core& core_;
    Executor executor_;
    RunWatcher& watcher_;
    Workshop shop_;
    KeptCaches kept_;
    asio::signal_set signals_;
    asio::steady_timer news_;
    TaskGroup tasks_;
    Child launcher_;
    bool has_launcher_ = true;
    bool has_news_ = false;
    model::RunId run_;
    model::RepositoryId repository_;
    std::map<model::JobId, model::JobState> jobs_;
    std::map<std::pair<model::Fence, std::int64_t>, model::StepState> steps_;
    std::map<std::pair<model::Fence, std::int64_t>, std::uint64_t> shown_lines_;
};

/// The run and all that it is made of end with this coroutine, before its event loop does.
Task<> carry_out(
    SingleRunRequest& request,
    Core& core,
    Executor executor,
    RunWatcher& watcher,
    std::optional<Result<store::RunRow>>& out
) {
    SingleRun run{request, core, executor, watcher};
    auto running = run.run();
    out.emplace(co_await std::move(running));
}

}  // namespace

Result<store::RunRow> run_single(SingleRunRequest request, RunWatcher& watcher) {
    auto core = open_core(request.config);
    if (!core) return Error{Code::io, core.error().message};
    std::optional<Result<store::RunRow>> out;
    run_here([&](Executor executor) { return carry_out(request, **core, executor, watcher, out); });
    return std::move(*out);
}

}  // namespace triphammer::app
