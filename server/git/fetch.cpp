#include "git/fetch.hpp"

#include "base/text.hpp"
#include "git/ssh_access.hpp"

#include <algorithm>
#include <optional>

namespace triphammer::git {

namespace {

using Setting = std::pair<std::string, std::string>;

std::string make_header(const Secret& token) {
    return "Authorization: Basic " + to_base64("x-access-token:" + token.reveal());
}

/// Nothing that a repository or its host says may run something here or lead elsewhere.
std::vector<Setting> make_settings(const FetchRequest& request) {
    const auto silence = std::max<std::int64_t>(1, request.limits.silence.count() * 2 / 3000);
    std::vector<Setting> settings = {
        {"core.hooksPath", "/dev/null"},
        {"core.fsmonitor", "false"},
        {"credential.helper", ""},
        {"fetch.recurseSubmodules", "false"},
        // Always a pack, renamed into place when it is whole: a fetch that is killed leaves no
        // commit without its files.
        {"fetch.unpackLimit", "1"},
        {"gc.auto", "0"},
        {"maintenance.auto", "false"},
        {"http.followRedirects", "false"},
        {"http.lowSpeedLimit", "50"},  // bytes a second
        {"http.lowSpeedTime", std::to_string(silence)},
    };
    if (request.remote.as_user) std::erase(settings, Setting{"credential.helper", ""});
    if (!request.remote.token.empty()) {
        settings.emplace_back(
            "http." + request.remote.url.origin() + ".extraHeader",
            make_header(request.remote.token)
        );
    }
    return settings;
}

/// Where there is no key of ours, with those of this machine.
constexpr std::string_view kMachinesSsh =
    "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=20 "
    "-oServerAliveInterval=10 -oServerAliveCountMax=3";

ChildRequest make_request(const FetchRequest& request, std::string_view ssh) {
    ChildRequest made;
    made.arguments = {
        "-C",
        request.mirror.string(),
        "fetch",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        request.prune ? "--prune" : "--no-prune",
        "--progress",
        "--force",
        "--end-of-options",
        request.remote.url.text()};
    made.arguments.insert(made.arguments.end(), request.refspecs.begin(), request.refspecs.end());
    made.settings = make_settings(request);
    made.environment = {// A person may have told git to go another way (url.….insteadOf).
                        "GIT_ALLOW_PROTOCOL=" + request.remote.url.scheme() +
                            (request.remote.as_user ? ":https:ssh" : ""),
                        "GIT_SSH_VARIANT=ssh",
                        "GIT_SSH_COMMAND=" + std::string{ssh}};
    made.limits = request.limits;
    made.as_user = request.remote.as_user;
    return made;
}

bool has_any(const std::string& text, const std::vector<std::string_view>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return text.find(part) != std::string::npos;
    });
}

/// The last line that is no progress, without git's own prefix.
std::string find_cause(const std::string& errors) {
    std::string cause = "git says nothing of the cause";
    for (const auto line : split(errors, '\n')) {
        const auto text = trim(line.substr(line.rfind('\r') + 1));
        if (!text.empty()) cause = text;
    }
    for (const std::string_view prefix : {"fatal: ", "error: "}) {
        if (cause.starts_with(prefix)) cause.erase(0, prefix.size());
    }
    return cause;
}

}  // namespace

Error explain_failure(const std::string& errors, const std::string& host) {
    const auto text = to_lower(errors);
    if (has_any(
            text,
            {"couldn't find remote ref",
             "not our ref",
             "no such remote ref",
             "cannot lock ref",
             "unadvertised object"}
        )) {
        return conflict("the git host " + host + " does not have what was asked for");
    }
    if (has_any(text, {"host key verification failed", "remote host identification has changed"})) {
        return {
            Code::unauthorized,
            "the host " + host +
                " shows a key that is not known to be its own: an admin compares it, and lists it "
                "under git.known_hosts"};
    }
    if (has_any(text, {"permission denied (publickey"})) {
        return {
            Code::unauthorized,
            "the git host " + host +
                " does not take the deploy key: enter its public half (repo list --json) there"};
    }
    if (has_any(
            text,
            {"error: 401",
             "error: 403",
             "authentication failed",
             "permission denied",
             "could not read username",
             "invalid username"}
        )) {
        return {
            Code::unauthorized,
            "the git host " + host +
                " wants another credential: check the repository's token, and that it is still "
                "there"};
    }
    if (has_any(text, {"error: 404", "not found", "does not exist", "does not appear to be"})) {
        return not_found("the repository is gone from " + host + ", or its token may not see it");
    }
    if (has_any(text, {"error: 301", "error: 302", "error: 307", "error: 308", "redirect"})) {
        return {
            Code::unavailable,
            "the git host " + host + " moved the repository; set its new address with repo add"};
    }
    if (has_any(text, {"too slow", "timed out", "timeout"})) {
        return {Code::timed_out, "the git host " + host + " is silent or too slow"};
    }
    return {Code::unavailable, "fetching from " + host + " failed: " + find_cause(errors)};
}

Task<Result<>> fetch(Spawner& spawner, FetchRequest request) {
    const auto host = request.remote.url.host();
    std::string ssh{kMachinesSsh};
    std::optional<SshAccess> access;  // as long as the child
    if (!request.remote.ssh_key.empty()) {
        auto opened = SshAccess::open(request.remote.ssh_key, request.remote.known_hosts);
        if (!opened) co_return opened.error();
        access.emplace(std::move(*opened));
        ssh = access->command();
    }
    auto running = run_child(spawner, make_request(request, ssh), {});
    const auto end = co_await std::move(running);
    if (!end && end.error().code == Code::timed_out) {
        co_return Error{Code::timed_out, "the git host " + host + " is silent or too slow"};
    }
    if (!end) co_return end.error();
    if (end->status.ok()) co_return Result<>{};
    auto failure = explain_failure(end->errors, host);
    if (request.remote.as_user) {
        failure.message += "; your own git was to reach it without asking: git ls-remote " +
                           request.remote.url.text();
    }
    co_return failure;
}

}  // namespace triphammer::git
