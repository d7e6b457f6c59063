#pragma once
// What the handlers work with: references to objects that App owns. No behaviour.

#include "access/begun_sign_ins.hpp"
#include "access/failure_limit.hpp"
#include "access/github_accounts.hpp"
#include "access/password_threads.hpp"
#include "base/clock.hpp"
#include "base/histogram.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"
#include "git/url.hpp"
#include "github/app.hpp"
#include "store/retention_store.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace triphammer {
class Spawner;
}

namespace triphammer::access {
class KeyRotation;
class Sealer;
}  // namespace triphammer::access

namespace triphammer::artifacts {
class Keeper;
}

namespace triphammer::git {
class Mirrors;
struct Remote;
}  // namespace triphammer::git

namespace triphammer::store {
class Database;
struct RepositoryRow;
}  // namespace triphammer::store

namespace triphammer::logs {
class LogStore;
}

namespace triphammer::intake {
class CatchUp;
class Planner;
class Receiver;
}  // namespace triphammer::intake

namespace triphammer::report {
class Channels;
}

namespace triphammer::launch {
class Dispatcher;
class JobTokens;
class RunnerGateway;
}  // namespace triphammer::launch

namespace triphammer::api {

class LiveHub;
class MetricsText;

/// Which submodules a checkout may bring: git.submodules of the configuration.
enum class Submodules { none, registered, same_host };

struct Services {
    const Clock& clock;
    Random& random;
    store::Database& database;
    logs::LogStore& logs;
    NamedThread& log_thread;  // every call of `logs` runs there
    const access::Sealer& sealer;
    LiveHub& live;

    std::filesystem::path data;
    std::string server_id;  // of the data directory
    uid_t launcher = 0;     // the run directory's user; others than it, us and runners hear nothing
    access::KeyRotation* rotation = nullptr;
    std::string base_url;
    std::string version;
    git::UrlRules url_rules;
    std::string github_url;
    github::ApiSettings github_api = {};  // with github.token
    std::string hooks_url =
        {};              // what addresses of our hooks begin with; empty: GitHub reaches none
    bool polls = false;  // github.mode: poll
    Secret server_hook_secret = {};  // github.webhook_secret
    bool app_is_configured = false;  // github.app_id: then none is made here
    std::optional<github::OAuthClient> github_sign_in = {};  // auth.github
    access::GithubRules github_rules = {};

    // Told after a commit; null in the command line's own process, where nothing runs.
    std::function<void()> on_delivery;  // a delivery is pending again
    std::function<void()> on_queue;     // something may be claimable, or was cancelled
    std::function<void()> on_outbox;
    std::function<void(const std::string&)> on_hook = {};  // another secret counts
    std::function<void(MetricsText&)> measure;             // the daemon's own part of /metrics
    std::function<std::string()> unready;                  // why /readyz says no; empty: ready
    std::function<std::string()> pause_reason = {};        // why no job starts; empty: they do
    store::RetentionSettings retention = {};
    /// Carries the rules out now, for that actor; what was removed, as JSON.
    std::function<Task<Result<std::string>>(std::string)> apply_retention = {};
    /// What `triphammer doctor` says, as JSON; true: not what was found some seconds ago.
    std::function<Task<std::string>(bool)> examine;
    /// `triphammer doctor github`, of one repository or (empty) all.
    std::function<Task<Result<std::string>>(std::string)> examine_forge = {};

    Histogram loop_lag{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}};

    access::FailureLimit failures{clock};  // with tokens and set-up links
    /// With passwords, of a client and a name: ten, then pauses of six seconds, twelve, ….
    access::FailureLimit guesses{
        clock,
        {.in_a_row = 10, .refill = std::chrono::seconds{6}, .longest = std::chrono::minutes{15}}};
    access::PasswordThreads passwords = {};
    access::BegunSignIns sign_ins{clock};  // that have gone to GitHub
    access::FailureLimit begun{clock};     // of one client
    /// Refusals that the audit keeps, by who was refused; beyond: how many it did not.
    access::FailureLimit refusals{clock, {.in_a_row = 30, .refill = std::chrono::seconds{10}}};
    std::map<std::string, std::int64_t> left_out = {};

    std::map<std::string, Instant> touched;  // cookies and when their use was last noted

    // Null where there is no daemon.
    intake::Planner* planner = nullptr;
    intake::Receiver* receiver = nullptr;
    intake::CatchUp* catch_up = nullptr;
    report::Channels* channels = nullptr;
    launch::RunnerGateway* gateway = nullptr;
    launch::JobTokens* tokens = nullptr;
    github::App* forge_app = nullptr;
    /// Uses the GitHub App that the table has now, or none.
    std::function<Task<Result<>>()> reload_app = {};
    git::Mirrors* mirrors = nullptr;
    NamedThread* git_thread = nullptr;       // that of `mirrors`
    git::Mirrors* action_mirrors = nullptr;  // of unregistered repositories: source_place.hpp
    /// Where a repository is fetched from, and with what; empty in a run without a daemon.
    std::function<Task<Result<git::Remote>>(store::RepositoryRow)> repository_remote;
    /// The same for the repository of an action; Code::refused where no pattern allows it.
    std::function<Result<git::Remote>(const std::string&)> action_remote;
    Submodules submodules = Submodules::none;
    std::vector<std::string> lfs_hosts = {};  // git.lfs_hosts; none: files of Git LFS are off
    bool asks_as_user = false;  // a run without a daemon: fetches are whoever runs it's
    Spawner* spawner = nullptr;
    artifacts::Keeper* keeper = nullptr;
};

}  // namespace triphammer::api
