#include "app/daemon.hpp"

#include "api/server/metrics_text.hpp"
#include "app/audit_keeper.hpp"
#include "app/chores.hpp"
#include "app/descriptor_limit.hpp"
#include "app/disk_guard.hpp"
#include "app/examination.hpp"
#include "app/forge_app.hpp"
#include "app/forge_examination.hpp"
#include "app/launcher_process.hpp"
#include "app/listening.hpp"
#include "app/process_metrics.hpp"
#include "app/remotes.hpp"
#include "app/reporting.hpp"
#include "app/retention.hpp"
#include "app/run_here.hpp"
#include "app/setup_notice.hpp"
#include "app/webhook_metrics.hpp"
#include "app/workshop.hpp"
#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/systemd.hpp"
#include "base/task_group.hpp"
#include "base/text.hpp"
#include "intake/branch_watch.hpp"
#include "intake/catch_up.hpp"
#include "intake/github_feeds.hpp"
#include "intake/hook_book.hpp"
#include "intake/planner.hpp"
#include "intake/receiver.hpp"
#include "schedule/timekeeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <iostream>

namespace triphammer::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr Milliseconds kStopGrace{3'000};
/// How long a delivery that GitHub could not hand over may be missed.
constexpr Milliseconds kMissedPause = 5min;
/// How long a push's delivery may be on its way before the push counts as missed.
constexpr Milliseconds kDeliveryGrace = 1min;

int complain(const StartError& error) {
    std::cerr << "triphammer: " << error.message << '\n';
    return static_cast<int>(error.status);
}

StartError bad_start(const Error& error) {
    return {StartFailure::configuration, error.message};
}

intake::ReceiverSettings receiver_settings(const Config& config) {
    intake::ReceiverSettings settings;
    settings.max_body = config.webhook_max_body;
    settings.spool = config.data / "incoming";
    return settings;
}

intake::FeedSettings feed_settings(const Config& config, const std::string& server_id) {
    intake::FeedSettings settings;
    settings.api = api_settings(config);
    settings.token_host = remote_settings(config).token_host;
    settings.hooks = hooks_url(config, server_id);
    return settings;
}

/// How often GitHub's log of deliveries is asked.
Milliseconds catch_up_pause(const Config& config) {
    if (config.github.mode == "poll") return std::chrono::seconds{config.github.poll_seconds};
    return kMissedPause;
}

template <class Count>
double to_double(Count count) {
    return static_cast<double>(count);
}

/// The owner of everything. The order of the members is the order of their making; they are
/// destroyed in reverse, so that nothing uses what is gone.
class Daemon {
  public:
    Daemon(const Config& config, Core& core, asio::io_context& context)
        : config_{config},
          core_{core},
          executor_{context.get_executor()},
          signals_{executor_, SIGTERM, SIGINT},
          hangups_{executor_, SIGHUP},
          shop_{config, core, executor_},
          disk_{
              config.data,
              config.run_directory(),
              config.disk,
              [this](bool there) { on_reserve(there); }},
          retention_{shop_, core, config},
          hooks_{*core.database, *core.sealer, core.clock},
          plans_{
              {*core.database, shop_.mirrors, shop_.git_thread, *core.sealer, &shop_.clients},
              remote_settings(config)},
          timekeeper_{{executor_, *core.database, core.clock, [this] { planner_.wake(); }}},
          planner_{
              {executor_,
               *core.database,
               plans_,
               core.clock,
               [this] { timekeeper_.wake(); },
               [this] { shop_.dispatcher.look_for_jobs(); }}},
          receiver_{
              {executor_,
               *core.database,
               hooks_,
               hash_thread_,
               core.random,
               core.clock,
               [this] { return disk_.give_up_reserve(); }},
              receiver_settings(config),
              [this](model::RepositoryId repository) { planner_.wake_for(repository); }},
          feeds_{
              {*core.database, *core.sealer, core.clock, shop_.github_app},
              feed_settings(config, core.server_id)},
          catch_up_{
              {executor_, *core.database, feeds_, receiver_, core.clock}, catch_up_pause(config)},
          branches_{
              {executor_, *core.database, feeds_, receiver_, core.clock},
              std::chrono::seconds{config.github.branches_seconds},
              kDeliveryGrace},
          reporting_{executor_, config, core, shop_.clients},
          examination_{config, shop_.services, disk_},
          audit_{executor_, core, config.data},
          chores_{executor_, {}} {
        connect();
    }

    StartResult<> listen();
    Task<> run(const ServeOptions& options);

  private:
    void connect();
    Task<Result<>> use_forge_app();
    Task<Result<>> reload_forge_app();
    void on_changes(const store::ChangeNews& news);
    void on_reserve(bool there);
    void measure(api::MetricsText& out) const;
    Task<> wait_for_jobs();
    Task<> stop(const ServeOptions& options);

    const Config& config_;
    Core& core_;
    Executor executor_;
    asio::signal_set signals_;  // from the first moment on: a stop may come before `ready`
    asio::signal_set hangups_;
    NamedThread hash_thread_{"hash"};
    Workshop shop_;
    DiskGuard disk_;
    Retention retention_;
    intake::HookBook hooks_;
    intake::PlanMaker plans_;
    schedule::Timekeeper timekeeper_;
    intake::Planner planner_;
    intake::Receiver receiver_;
    intake::GitHubFeeds feeds_;
    intake::CatchUp catch_up_;
    intake::BranchWatch branches_;
    Reporting reporting_;
    Examination examination_;
    AuditKeeper audit_;
    TaskGroup chores_;
    bool is_stopping_ = false;
};

/// Every committed change wakes whoever may have something to do; each asks the tables what.
void Daemon::on_changes(const store::ChangeNews& news) {
    shop_.live.on_changes(news.last);
    audit_.wake();
    if (is_stopping_ || !news.has_work) return;
    shop_.dispatcher.wake();
    reporting_.wake();
    if (planner_.follows_runs()) planner_.wake();
}

/// What only fills the disk further waits until there is room again.
void Daemon::on_reserve(bool there) {
    core_.logs->refuse_appends(!there);
    shop_.keeper.refuse_uploads(there ? "" : "the server's disk is full");
    shop_.dispatcher.look_for_jobs();  // from now on it asks by itself whether there is room
}

void Daemon::connect() {
    shop_.dispatcher.hold_back([this] { return disk_.find_shortage(); });
    shop_.services.pause_reason = [this] { return shop_.dispatcher.pause_reason(); };
    shop_.services.apply_retention = [this](std::string actor) {
        return retention_.carry_out_now(std::move(actor));
    };
    core_.database->on_changes([this](const store::ChangeNews& news) {
        const auto ready = core_.clock.instant();
        asio::post(executor_, [this, news, ready] {
            shop_.services.loop_lag.observe(core_.clock.instant() - ready);
            on_changes(news);
        });
    });
    shop_.services.on_delivery = [this] { planner_.wake(); };
    shop_.services.on_hook = [this](const std::string& hook) { hooks_.forget(hook); };
    shop_.services.on_outbox = [this] { reporting_.wake(); };
    shop_.services.measure = [this](api::MetricsText& out) { measure(out); };
    shop_.services.unready = [this] {
        return std::string{is_stopping_ ? "the server is stopping" : ""};
    };
    shop_.services.repository_remote = [this](store::RepositoryRow repository) {
        return plans_.find_remote(std::move(repository));
    };
    shop_.services.examine = [this](bool fresh) { return examination_.report(fresh); };
    shop_.services.examine_forge = [this](std::string repository) {
        return examine_forge(
            config_, core_, shop_.github_app, shop_.clients, std::move(repository)
        );
    };
    shop_.services.reload_app = [this] { return reload_forge_app(); };
    shop_.services.planner = &planner_;
    shop_.services.receiver = &receiver_;
    shop_.services.catch_up = &catch_up_;
    shop_.services.channels = &reporting_.channels();
}

/// The GitHub App: the configuration's, else the one that was made here.
Task<Result<>> Daemon::use_forge_app() {
    auto load = [this](store::Connection& db) { return load_forge_app(db, *core_.sealer); };
    auto loading = core_.database->read(load);
    const auto made = co_await std::move(loading);
    const bool is_ours = made && *made && config_.github.app_id.empty();
    if (is_ours) {
        shop_.github_app.use((*made)->identity);
    } else {
        shop_.github_app.use(app_identity(config_));
    }
    hooks_.set_server_secrets(
        {config_.github.webhook_secret,
         config_.github.webhook_secret_previous,
         is_ours ? (*made)->webhook_secret : Secret{}},
        is_ours ? (*made)->old_webhook_secret : intake::OldSecret{}
    );
    if (!made) co_return made.error();
    co_return Result<>{};
}

Task<Result<>> Daemon::reload_forge_app() {
    auto using_it = use_forge_app();
    const auto used = co_await std::move(using_it);
    reporting_.start();
    catch_up_.wake();
    branches_.wake();
    co_return used;
}

void Daemon::measure(api::MetricsText& out) const {
    append_process_metrics(out);
    if (const auto expiry = shop_.server.certificate_expiry()) {
        out.gauge(
            {"triphammer_certificate_expiry_timestamp_seconds", "When the TLS certificate ends."},
            to_double(to_unix_ms(*expiry) / 1000)
        );
    }
    append_disk_metrics(out, disk_, shop_.dispatcher.pause_reason());
    const auto http = shop_.server.counters();
    out.gauge({"triphammer_http_connections", "Open connections."}, to_double(http.open));
    out.counter({"triphammer_http_requests_total", "Requests read."}, to_double(http.requests));
    append_webhook_metrics(out, receiver_, catch_up_, branches_);
    out.gauge(
        {"triphammer_runners_connected", "Runners that are connected."},
        to_double(shop_.gateway.connected())
    );
    out.gauge(
        {"triphammer_attempts_open", "Attempts that have not ended."},
        to_double(shop_.dispatcher.open_attempts())
    );
    out.counter(
        {"triphammer_git_fetches_total", "Fetches begun."}, to_double(shop_.mirrors.fetches())
    );
}

StartResult<> Daemon::listen() {
    // Before the first webhook: it may be signed with the App's secret.
    if (const auto used = run_here(use_forge_app()); !used) {
        log::error("the GitHub App cannot be used", {{"error", used.error().message}});
    }
    if (auto opened = open_public_listeners(config_, shop_.server); !opened)
        return bad_start(opened.error());
    const auto incoming = make_directory(config_.data / "incoming", 0700);
    if (!incoming) return bad_start(incoming.error());
    auto admin = shop_.server.listen_unix(
        config_.data / "admin.sock", 0600, std::string{api::kAdminListener}
    );
    if (!admin) return bad_start(admin.error());
    if (auto runners = shop_.listen(); !runners) return bad_start(runners.error());
    return {};
}

Task<> Daemon::wait_for_jobs() {
    while (shop_.dispatcher.open_attempts() > 0) {
        auto pause = sleep_for(100ms);
        co_await std::move(pause);
    }
}

Task<> Daemon::stop(const ServeOptions& options) {
    log::info("stopping");
    (void)tell_systemd("STOPPING=1");
    shop_.dispatcher.drain();
    if (options.drain_jobs) {
        auto waiting = wait_for_jobs();
        co_await std::move(waiting);
    }
    is_stopping_ = true;
    auto closing = shop_.server.stop(kStopGrace);
    co_await std::move(closing);
    auto chores = chores_.stop();
    co_await std::move(chores);
    auto catching_up = catch_up_.stop();
    co_await std::move(catching_up);
    auto comparing = branches_.stop();
    co_await std::move(comparing);
    auto receiver = receiver_.stop();
    co_await std::move(receiver);
    auto timekeeper = timekeeper_.stop();
    co_await std::move(timekeeper);
    auto planner = planner_.stop();
    co_await std::move(planner);
    auto dispatcher = shop_.dispatcher.stop();
    co_await std::move(dispatcher);
    auto reporting = reporting_.stop();
    co_await std::move(reporting);
    core_.database->on_changes({});
    auto auditing = audit_.stop();
    co_await std::move(auditing);
}

Task<> Daemon::run(const ServeOptions& options) {
    auto following = shop_.live.start();
    co_await std::move(following);
    auto dispatching = shop_.dispatcher.start();
    co_await std::move(dispatching);
    audit_.wake();
    planner_.start();
    timekeeper_.start();
    catch_up_.start();
    branches_.start();
    reporting_.start();
    chores_.spawn("retention", retention_.run());
    spawn_chores(chores_, {config_, core_, shop_.server, hangups_});
    chores_.spawn("tokens", shop_.tokens.run());
    auto noticing = print_setup_notice(shop_.services);
    co_await std::move(noticing);
    (void)tell_systemd("READY=1");
    log::info("ready", {{"listen", config_.listen}, {"data", config_.data.string()}});
    co_await signals_.async_wait(asio::use_awaitable);
    signals_.async_wait([](boost::system::error_code failure, int) {
        if (!failure) std::_Exit(1);  // asked twice: at once; everything that counts is on disk
    });
    auto stopping = stop(options);
    co_await std::move(stopping);
    signals_.cancel();
}

}  // namespace

int serve(const Config& config, const ServeOptions& options) {
    auto core = open_core(config);
    if (!core) return complain(core.error());
    asio::io_context context{1};
    Daemon daemon{config, **core, context};
    if (auto listening = daemon.listen(); !listening) return complain(listening.error());
    if (config.start_launcher) {
        if (auto started = start_launcher(config); !started) {
            return complain({StartFailure::configuration, started.error().message});
        }
    }
    // Behind the launcher: what it starts has the limit that this process was started with.
    raise_descriptor_limit();
    std::exception_ptr failure;
    asio::co_spawn(context, daemon.run(options), [&](std::exception_ptr thrown) {
        failure = thrown;
        context.stop();
    });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return 0;
}

}  // namespace triphammer::app
