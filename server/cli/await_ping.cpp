#include "cli/await_ping.hpp"

#include "cli/admin.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

namespace triphammer::cli {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kLongest =
    30s;  // GitHub tries for 10 s, and is asked every 15 s with github.mode: poll
constexpr auto kPause = 300ms;

/// The time of the last ping as text; empty: none, or nobody answers just now.
std::string pinged_at(const json& hook) {
    const auto found = hook.find("pinged_at");
    return found == hook.end() || !found->is_string() ? "" : found->get<std::string>();
}

json ask(const app::Config& config, const std::string& target) {
    const auto answer = send(config, {"GET", target, ""});
    if (!answer) return {{"advice", answer.error().message}};
    if (!answer->ok()) return {{"advice", message_of(*answer)}};
    auto body = json::parse(answer->body, nullptr, false);
    return body.is_object() ? body : json::object();
}

/// One line that counts, on a terminal only.
class Progress {
  public:
    ~Progress() {
        if (is_shown_) std::cerr << "\r\033[K";
    }

    void show(std::chrono::seconds since) {
        if (!is_shown_) return;
        std::cerr << "\rwaiting for GitHub's ping … " << since.count() << " s" << std::flush;
    }

  private:
    bool is_shown_ = ::isatty(STDERR_FILENO) != 0;
};

bool wait(const app::Config& config, const std::string& target, const std::string& earlier) {
    Progress progress;
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        const auto at = pinged_at(ask(config, target));
        if (!at.empty() && at != earlier) return true;
        const auto since = std::chrono::steady_clock::now() - begin;
        if (since > kLongest) return false;
        progress.show(std::chrono::duration_cast<std::chrono::seconds>(since));
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace

int await_ping(const Invocation& invocation, const json& hook) {
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    const auto name = hook.value("full_name", "");
    const auto again = "triphammer repo ping " + name;
    if (!hook.value("listening", false)) {
        print("The server does not run: start it, then see the ping arrive with: " + again + "\n");
        return kDone;
    }
    const auto target = "/api/v1/repositories/" + name + "/hook";
    if (wait(*config, target, pinged_at(hook))) {
        print("GitHub's ping arrived at " + hook.value("url", "") + "\n");
        return kDone;
    }
    const auto why = ask(*config, target + "?github=true").value("advice", "");
    return complain("no ping of GitHub arrived. " + why + ". Then: " + again, kFailed);
}

}  // namespace triphammer::cli
