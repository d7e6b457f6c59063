#include "app/config.hpp"

#include "app/auth_config.hpp"
#include "app/channel_config.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <functional>

namespace triphammer::app {

namespace {

using Setter = std::function<Result<>(Config&, const std::string&)>;
using Getter = std::function<std::string(const Config&)>;

enum class Kind { scalar, list, map, secret };

/// A key of the configuration. Maps are written as `path.*`.
struct Setting {
    std::string path;
    Kind kind;
    Setter set;
    Getter get;
};

template <class Member>
Setting text_setting(std::string path, Member member) {
    return {
        std::move(path),
        Kind::scalar,
        [member](Config& config, const std::string& value) -> Result<> {
            std::invoke(member, config) = value;
            return {};
        },
        [member](const Config& config) { return std::string{std::invoke(member, config)}; }};
}

/// A number of something that the configuration holds: `member` gives it.
template <class Member>
Setting inner_number_setting(std::string path, Member member, std::int64_t least) {
    return {
        std::move(path),
        Kind::scalar,
        [member, least](Config& config, const std::string& value) -> Result<> {
            const auto number = parse_integer(value);
            if (!number || *number < least) {
                return invalid("must be a whole number of at least " + std::to_string(least));
            }
            auto& target = member(config);
            target = static_cast<std::decay_t<decltype(target)>>(*number);
            return {};
        },
        [member](const Config& config) { return std::to_string(member(config)); }};
}

template <class Number>
Setting number_setting(std::string path, Number Config::*member, std::int64_t least) {
    const auto find = [member](auto& config) -> auto& {
        return config.*member;
    };
    return inner_number_setting(std::move(path), find, least);
}

/// How much room artifacts and caches have.
std::vector<Setting> room_settings() {
    return {
        inner_number_setting(
            "artifacts.retention_days",
            [](auto& config) -> auto& { return config.stored.retention_days; },
            1
        ),
        inner_number_setting(
            "artifacts.max_bytes",
            [](auto& config) -> auto& { return config.stored.artifacts.all; },
            0
        ),
        inner_number_setting(
            "artifacts.repository_max_bytes",
            [](auto& config) -> auto& { return config.stored.artifacts.repository; },
            0
        ),
        inner_number_setting(
            "caches.max_bytes", [](auto& config) -> auto& { return config.stored.caches.all; }, 0
        ),
        inner_number_setting(
            "caches.repository_max_bytes",
            [](auto& config) -> auto& { return config.stored.caches.repository; },
            0
        ),
    };
}

std::vector<Setting> tls_settings() {
    return {
        text_setting(
            "tls.certificate", [](auto& config) -> auto& { return config.tls.certificate; }
        ),
        text_setting(
            "tls.key", [](auto& config) -> auto& { return config.tls.key; }
        ),
    };
}

/// How long history stays, and how much of it.
std::vector<Setting> retention_settings() {
    return {
        inner_number_setting(
            "retention.run_days",
            [](auto& config) -> auto& { return config.retention.repository.run_days; },
            0
        ),
        inner_number_setting(
            "retention.runs",
            [](auto& config) -> auto& { return config.retention.repository.runs; },
            0
        ),
        inner_number_setting(
            "retention.log_days",
            [](auto& config) -> auto& { return config.retention.repository.log_days; },
            0
        ),
        inner_number_setting(
            "retention.delivery_days",
            [](auto& config) -> auto& { return config.retention.delivery_days; },
            0
        ),
        inner_number_setting(
            "quota.log_bytes", [](auto& config) -> auto& { return config.retention.log_bytes; }, 0
        ),
        inner_number_setting(
            "quota.repository_log_bytes",
            [](auto& config) -> auto& { return config.retention.repository.log_bytes; },
            0
        ),
        inner_number_setting(
            "quota.low_water_bytes", [](auto& config) -> auto& { return config.disk.low_water; }, 0
        ),
        inner_number_setting(
            "quota.reserve_bytes", [](auto& config) -> auto& { return config.disk.reserve; }, 0
        ),
    };
}

Setting list_setting(std::string path, std::vector<std::string> Config::*member) {
    return {
        std::move(path),
        Kind::list,
        [member](Config& config, const std::string& value) -> Result<> {
            (config.*member).push_back(value);
            return {};
        },
        [member](const Config& config) { return join(config.*member, ", "); }};
}

Setting secret_setting(std::string path, Secret GithubConfig::*member) {
    return {
        std::move(path),
        Kind::secret,
        [member](Config& config, const std::string& value) -> Result<> {
            config.github.*member = Secret{value};
            return {};
        },
        [member](const Config& config) {
            return std::string{(config.github.*member).empty() ? "(not set)" : "(set)"};
        }};
}

template <class Member>
Setting choice_setting(std::string path, Member member, std::vector<std::string> choices) {
    return {
        std::move(path),
        Kind::scalar,
        [member, choices](Config& config, const std::string& value) -> Result<> {
            if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
                return invalid("must be one of: " + join(choices, ", "));
            }
            std::invoke(member, config) = value;
            return {};
        },
        [member](const Config& config) { return std::string{std::invoke(member, config)}; }};
}

template <class Member>
Setting bool_setting(std::string path, Member member) {
    return {
        std::move(path),
        Kind::scalar,
        [member](Config& config, const std::string& value) -> Result<> {
            if (value != "true" && value != "false") return invalid("must be true or false");
            member(config) = value == "true";
            return {};
        },
        [member](const Config& config) { return std::string{member(config) ? "true" : "false"}; }};
}

Result<> add_label(Config& config, const std::string& label, const std::string& target) {
    if (target != "host" && !target.starts_with("docker:")) {
        return invalid("must be host or docker:IMAGE, not '" + target + "'");
    }
    config.runs_on[label] = target;
    return {};
}

// NOLINTNEXTLINE(readability-function-size): a table
std::vector<Setting> make_settings() {
    const auto github = [](auto member) {
        return [member](auto& config) -> auto& {
            return config.github.*member;
        };
    };
    std::vector<Setting> all{
        text_setting("listen", &Config::listen),
        text_setting("public_url", &Config::public_url),
        text_setting("tls.redirect_from", &Config::tls_redirect_from),
        text_setting("data", &Config::data),
        text_setting("run", &Config::run),
        text_setting("master_key_file", &Config::master_key_file),
        number_setting("workers", &Config::workers, 1),
        text_setting("docker.host", &Config::docker_host),
        text_setting("docker.switch_image", &Config::switch_image),
        number_setting("docker.keep_images", &Config::keep_images, 0),
        choice_setting("docker.buildkit_network", &Config::buildkit_network, {"none", "open"}),
        text_setting("github.api_url", github(&GithubConfig::api_url)),
        text_setting("github.url", github(&GithubConfig::url)),
        choice_setting("github.mode", github(&GithubConfig::mode), {"push", "poll"}),
        inner_number_setting(
            "github.poll_seconds",
            [](auto& config) -> auto& { return config.github.poll_seconds; },
            1
        ),
        inner_number_setting(
            "github.branches_seconds",
            [](auto& config) -> auto& { return config.github.branches_seconds; },
            1
        ),
        secret_setting("github.token", &GithubConfig::token),
        text_setting("github.app_id", github(&GithubConfig::app_id)),
        secret_setting("github.private_key", &GithubConfig::private_key),
        secret_setting("github.webhook_secret", &GithubConfig::webhook_secret),
        secret_setting("github.webhook_secret_previous", &GithubConfig::webhook_secret_previous),
        list_setting("git.hosts", &Config::git_hosts),
        list_setting("git.insecure_hosts", &Config::insecure_git_hosts),
        choice_setting("git.submodules", &Config::submodules, {"none", "registered", "same-host"}),
        list_setting("git.known_hosts", &Config::known_hosts),
        list_setting("git.lfs_hosts", &Config::lfs_hosts),
        list_setting("actions.allow", &Config::allowed_actions),
        list_setting("trusted_proxies", &Config::trusted_proxies),
        list_setting("notify.allow_private", &Config::notify_private),
        number_setting("webhook.max_body", &Config::webhook_max_body, 1024),
        number_setting("logs.max_bytes", &Config::log_max_bytes, 4096),
        bool_setting(
            "launcher.start", [](auto& config) -> auto& { return config.start_launcher; }
        ),
        bool_setting("github.comments", github(&GithubConfig::comments)),
        text_setting("launcher.cgroup", &Config::cgroup),
        text_setting("launcher.daemon_user", &Config::daemon_user),
        choice_setting("log.level", &Config::log_level, {"debug", "info", "warning", "error"}),
        choice_setting("log.format", &Config::log_format, {"logfmt", "json"}),
    };
    for (auto& setting : room_settings()) all.push_back(std::move(setting));
    for (auto& setting : tls_settings()) all.push_back(std::move(setting));
    for (auto& setting : retention_settings()) all.push_back(std::move(setting));
    return all;
}

const std::vector<Setting>& settings() {
    static const auto kSettings = make_settings();
    return kSettings;
}

/// Keys of the product's plan that this release does not act on: said, not ignored.
constexpr std::string_view kNotYet[] = {"swarm.", "metrics.", "runners."};

const Setting* find_setting(std::string_view path) {
    const auto found =
        std::find_if(settings().begin(), settings().end(), [&](const Setting& setting) {
            return setting.path == path;
        });
    return found == settings().end() ? nullptr : &*found;
}

Error unknown_key(const std::string& path) {
    for (const auto prefix : kNotYet) {
        if (path.starts_with(prefix)) return invalid("is not supported yet; remove the key");
    }
    std::vector<std::string> names{"runs_on"};
    for (const auto& setting : settings()) {
        names.push_back(setting.path);
        if (setting.kind == Kind::secret) names.push_back(setting.path + "_file");
    }
    const auto near = nearest_name(path, names);
    return invalid(near ? "is not a key; did you mean '" + *near + "'?" : "is not a key");
}

/// The first line of the file that a `…_file` key names.
Result<std::string> read_secret_file(const std::string& path) {
    auto text = read_file(path, 65536);
    if (!text) return text.error();
    return std::string{trim(*text)};
}

Result<> apply_one(Config& config, const std::string& path, const std::string& value) {
    if (path.starts_with("runs_on.")) return add_label(config, path.substr(8), value);
    if (path.starts_with(kAuthKeys)) return set_auth_key(config, path, value);
    if (path.starts_with(kChannelKeys)) return set_channel_key(config, path, value);
    if (const auto* setting = find_setting(path)) return setting->set(config, value);
    if (path.ends_with("_file")) {
        const auto* secret = find_setting(path.substr(0, path.size() - 5));
        if (secret == nullptr || secret->kind != Kind::secret) return unknown_key(path);
        auto text = read_secret_file(value);
        if (!text) return text.error();
        config.secret_files.emplace_back(value);
        return secret->set(config, *text);
    }
    return unknown_key(path);
}

std::string variable_name(std::string_view path) {
    std::string name = "TRIPHAMMER_";
    for (const char c : path) {
        name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

/// The key that a variable means; empty when there is none.
std::string path_of_variable(std::string_view variable) {
    for (const auto& setting : settings()) {
        if (variable_name(setting.path) == variable) return setting.path;
        auto file = setting.path + "_file";
        if (setting.kind == Kind::secret && variable_name(file) == variable) return file;
    }
    for (const auto& path : auth_paths()) {
        if (variable_name(path) == variable) return path;
    }
    return {};
}

Result<> apply_variable(Config& config, const std::string& name, const std::string& value) {
    const auto path = path_of_variable(name);
    if (path.empty()) return invalid("no key of the configuration has this name");
    const auto* setting = find_setting(path);
    if (setting == nullptr || setting->kind != Kind::list) return apply_one(config, path, value);
    for (const auto item : split(value, ',')) {
        if (auto done = setting->set(config, std::string{trim(item)}); !done) return done;
    }
    return {};
}

}  // namespace

std::filesystem::path Config::run_directory() const {
    if (!run.empty()) return run;
    auto folder = std::filesystem::absolute(data).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    return folder.parent_path() / (folder.filename().string() + "-run");
}

std::string Config::base_url() const {
    if (!public_url.empty()) return public_url;
    return (tls.certificate.empty() ? "http://" : "https://") + listen;
}

Result<> apply_file(
    Config& config, std::string_view file, const std::vector<ConfigEntry>& entries
) {
    for (const auto& entry : entries) {
        auto applied = apply_one(config, entry.path, entry.value);
        if (applied) continue;
        const auto place = std::string{file} + ":" + std::to_string(entry.line) + ": " + entry.path;
        return Error{Code::invalid, place + " " + applied.error().message};
    }
    return {};
}

Result<> apply_environment(Config& config, const std::vector<std::string>& environment) {
    for (const auto& variable : environment) {
        if (!variable.starts_with("TRIPHAMMER_")) continue;
        const auto equals = variable.find('=');
        const auto name = variable.substr(0, equals);
        auto applied = apply_variable(config, name, variable.substr(equals + 1));
        if (!applied)
            return Error{Code::invalid, "variable " + name + ": " + applied.error().message};
    }
    return {};
}

std::vector<std::pair<std::string, std::string>> describe(const Config& config) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& setting : settings()) out.emplace_back(setting.path, setting.get(config));
    for (const auto& [label, target] : config.runs_on) out.emplace_back("runs_on." + label, target);
    for (auto& [path, value] : describe_auth(config)) out.emplace_back(path, value);
    for (auto& [path, value] : describe_channels(config)) out.emplace_back(path, value);
    return out;
}

}  // namespace triphammer::app
