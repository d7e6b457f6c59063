#pragma once
// The effective configuration: defaults, then the file, then TRIPHAMMER_… variables, then options
// of the command line. Pure; reading files is the caller's (cli/).

#include "access/github_accounts.hpp"
#include "app/disk_guard.hpp"
#include "artifacts/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/server.hpp"
#include "report/channel_settings.hpp"
#include "store/retention_store.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::app {

struct GithubConfig {
    std::string api_url = "https://api.github.com";
    std::string url = "https://github.com";
    Secret token;
    std::string app_id;          // of a GitHub App; it and its key, or neither
    Secret private_key;          // PEM
    std::string mode = "push";   // push: GitHub sends; poll: its log of deliveries is asked
    int poll_seconds = 15;       // how often, with poll
    int branches_seconds = 300;  // how often branches are compared with what deliveries said
    bool comments = true;        // on pull requests: one that shows what jobs report
    Secret webhook_secret;       // of POST /webhooks/github; empty: that route refuses everything
    Secret webhook_secret_previous;  // the one before, while GitHub still signs with it
};

/// auth.github; an empty client_id: nobody signs in by it.
struct GithubSignInConfig {
    std::string client_id;
    Secret client_secret;
    access::GithubRules rules;
};

struct Config {
    std::string listen = "127.0.0.1:7707";
    std::string public_url;  // what links in statuses start with; empty: http://LISTEN
    std::filesystem::path data = "data";
    std::filesystem::path run;                   // empty: beside `data`, named like it with "-run"
    std::filesystem::path master_key_file;       // empty: data/master.key
    int workers = 2;                             // jobs at once
    std::map<std::string, std::string> runs_on;  // label → host | docker:IMAGE
    std::string docker_host = "unix:///var/run/docker.sock";
    std::string switch_image = "nginx:stable";  // the nginx of `switch: nginx`
    int keep_images = 20;                       // of one image job, on the engine; 0: all
    std::string buildkit_network = "none";      // of BuildKit's commands: none, open
    GithubConfig github;
    GithubSignInConfig github_sign_in;
    std::vector<std::string> git_hosts;  // git.hosts: beside github.url's; "*": any
    std::vector<std::string> insecure_git_hosts;
    std::string submodules = "none";       // git.submodules: none, registered, same-host
    std::vector<std::string> known_hosts;  // git.known_hosts: lines, beside GitHub's own
    std::vector<std::string> lfs_hosts;    // git.lfs_hosts: where files of Git LFS may come from
    std::vector<std::string> allowed_actions;     // OWNER/REPO, OWNER/*: of github.url
    http::TlsFiles tls;                           // tls.certificate, tls.key; empty: plain HTTP
    std::string tls_redirect_from;                // plain address that leads to base_url
    std::vector<std::string> trusted_proxies;     // addresses and ranges; http/networks.hpp
    std::uint64_t webhook_max_body = 26'214'400;  // bytes; GitHub's own cap is 25 MiB
    std::int64_t log_max_bytes = 1LL << 30;       // of one step
    artifacts::Limits stored;                     // artifacts and caches
    store::RetentionSettings retention{{365, 0, 90, 10LL << 30}, 20LL << 30, 90};
    DiskLimits disk;                                // quota.low_water_bytes, quota.reserve_bytes
    std::vector<report::ChannelSettings> channels;  // notify.channels, by name
    std::vector<std::string> notify_private;        // notify.allow_private: addresses and ranges
    bool start_launcher = true;  // false where a unit or service runs `triphammer launcher`
    std::string cgroup;          // launcher: where attempts get control groups; empty: nowhere
    std::string daemon_user;     // launcher: who may connect; empty: its own user
    std::vector<std::filesystem::path> secret_files;  // that `…_file` keys name
    std::string log_level = "info";
    std::string log_format = "logfmt";

    std::filesystem::path run_directory() const;
    std::string base_url() const;
};

/// One scalar of a configuration file: "github.api_url", its text, its place. A list's items share
/// their path.
struct ConfigEntry {
    std::string path;
    std::string value;
    int line = 0;
};

/// Applies the file's entries. The error names file, line, key and the remedy.
Result<> apply_file(Config& config, std::string_view file, const std::vector<ConfigEntry>& entries);

/// Applies TRIPHAMMER_<PATH_IN_CAPITALS> variables ("NAME=value"); names that it does not know but
/// that start with TRIPHAMMER_ are errors, so that a typing mistake is not silence.
Result<> apply_environment(Config& config, const std::vector<std::string>& environment);

/// What every start needs to hold: address, ranges, secrets' lengths.
Result<> check(const Config& config);

/// (path, value) for `config check`; secrets as "(set)" or "(not set)".
std::vector<std::pair<std::string, std::string>> describe(const Config& config);

}  // namespace triphammer::app
