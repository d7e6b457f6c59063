#include "runner/deploy/probe.hpp"

#include "base/deadline.hpp"
#include "http/client.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::chrono::milliseconds kOneLook{5'000};
constexpr std::chrono::milliseconds kSoon{50};
/// Without anything to ask, an image counts as well when it has kept running for this long.
constexpr std::chrono::milliseconds kKeepsRunning{3'000};

http::Endpoint endpoint_of(const ProbeTarget& target) {
    http::Endpoint endpoint;
    endpoint.host = target.address;
    endpoint.port = target.port;
    endpoint.authority = target.address + ":" + std::to_string(target.port);
    return endpoint;
}

Task<Finding> look_by_http(ProbeSpec spec, ProbeTarget target) {
    const http::Client client{endpoint_of(target)};
    http::Call call{http::Method::get, spec.path};
    call.deadline = kOneLook;
    auto sending = client.send(std::move(call));
    auto answer = co_await std::move(sending);
    const auto shown = "GET " + spec.path + ": ";
    if (!answer) co_return shown + answer.error().message;
    if (answer->status / 100 == 2) co_return Finding{};
    co_return shown + "status " + std::to_string(answer->status);
}

Task<Finding> look_by_tcp(ProbeTarget target) {
    auto connecting = with_deadline(http::connect(endpoint_of(target)), kOneLook);
    auto stream = co_await std::move(connecting);
    if (stream) co_return Finding{};
    co_return "port " + std::to_string(target.port) + ": " + stream.error().message;
}

Task<Finding> look_by_command(docker::Engine& engine, ProbeSpec spec, std::string container) {
    std::vector<std::string> command{"sh", "-c", spec.command};
    auto executing = with_deadline(engine.exec(container, std::move(command)), kOneLook);
    auto outcome = co_await std::move(executing);
    if (!outcome) co_return outcome.error().message;
    if (outcome->exit_status == 0) co_return Finding{};
    co_return "the command ended with " + std::to_string(outcome->exit_status) + ": " +
        outcome->output;
}

Finding look_by_state(const docker::ContainerInfo& info, bool has_health_check) {
    if (!has_health_check || info.health == "healthy") return {};
    return "the image's health check says " + info.health;
}

Task<Finding> look_inside(docker::Engine& engine, ProbeTarget target) {
    auto inspecting = engine.inspect_container(target.container);
    auto info = co_await std::move(inspecting);
    if (!info) co_return info.error().message;
    co_return look_by_state(*info, target.has_health_check);
}

std::string describe_end(const docker::ContainerInfo& info) {
    if (info.oom_killed) return "the container was killed: out of memory";
    if (!info.error.empty()) return "the container did not start: " + info.error;
    return "the container ended with exit status " + std::to_string(info.exit_status);
}

/// Follows one container over the looks of a gate.
class Gate {
  public:
    Gate(docker::Engine& engine, ProbeSpec spec, ProbeTarget target, const Clock& clock)
        : engine_{engine}, spec_{std::move(spec)}, target_{std::move(target)}, clock_{clock} {
        const bool is_blind = spec_.kind == ProbeSpec::Kind::none && !target_.has_health_check;
        if (is_blind) spec_.hold = std::max(spec_.hold, kKeepsRunning);
    }

    Task<GateOutcome> run() {
        const auto begin = clock_.instant();
        const auto deadline = begin + spec_.timeout;
        for (;;) {
            auto looking = look();
            co_await std::move(looking);
            const auto now = clock_.instant();
            outcome_.milliseconds = std::chrono::duration_cast<Milliseconds>(now - begin).count();
            if (is_over_ || is_good_enough(now)) break;
            if (now >= deadline) {
                outcome_.reason = "not healthy within " +
                                  std::to_string(spec_.timeout.count() / 1000) +
                                  " s: " + outcome_.reason;
                break;
            }
            co_await sleep_for(pause());
        }
        co_return outcome_;
    }

  private:
    Milliseconds pause() {
        if (good_ > 0) return spec_.interval;
        pause_ = next_pause(pause_, spec_.interval);
        return pause_;
    }

    bool is_good_enough(Instant now) {
        outcome_.passed = good_ >= spec_.good_in_a_row && now - good_since_ >= spec_.hold;
        return outcome_.passed;
    }

    Task<> look() {
        ++outcome_.looks;
        auto inspecting = engine_.inspect_container(target_.container);
        auto info = co_await std::move(inspecting);
        if (!info || !is_same_run(*info)) co_return;
        auto probing = probe_once(engine_, spec_, target_);
        auto finding = co_await std::move(probing);
        if (!finding.empty()) {
            good_ = 0;
            outcome_.reason = std::move(finding);
            co_return;
        }
        if (good_++ == 0) good_since_ = clock_.instant();
        outcome_.reason.clear();
    }

    bool is_same_run(const docker::ContainerInfo& info) {
        if (started_at_.empty()) started_at_ = info.started_at;
        const bool is_same = info.running && info.started_at == started_at_;
        if (is_same) return true;
        is_over_ = true;
        outcome_.reason = info.running ? "the container was started again" : describe_end(info);
        if (!info.running) outcome_.exit_status = info.exit_status;
        return false;
    }

    docker::Engine& engine_;
    ProbeSpec spec_;
    ProbeTarget target_;
    const Clock& clock_;
    GateOutcome outcome_;
    std::string started_at_;
    Instant good_since_{};
    Milliseconds pause_{0};  // the last one, of what was not well
    int good_ = 0;
    bool is_over_ = false;
};

}  // namespace

Milliseconds next_pause(Milliseconds last, Milliseconds interval) {
    return std::min(interval, std::max(kSoon, last * 2));
}

Task<Finding> probe_once(docker::Engine& engine, ProbeSpec spec, ProbeTarget target) {
    switch (spec.kind) {
        case ProbeSpec::Kind::http:
            return look_by_http(std::move(spec), std::move(target));
        case ProbeSpec::Kind::tcp:
            return look_by_tcp(std::move(target));
        case ProbeSpec::Kind::command:
            return look_by_command(engine, std::move(spec), std::move(target.container));
        case ProbeSpec::Kind::none:
            break;
    }
    return look_inside(engine, std::move(target));
}

Task<GateOutcome> watch_health(
    docker::Engine& engine, ProbeSpec spec, ProbeTarget target, const Clock& clock
) {
    Gate gate{engine, std::move(spec), std::move(target), clock};
    auto running = gate.run();
    co_return co_await std::move(running);
}

Task<GateOutcome> watch_address(
    ProbeSpec spec, std::string address, std::uint16_t port, const Clock& clock
) {
    const ProbeTarget target{"", std::move(address), port, false};
    const auto begin = clock.instant();
    GateOutcome outcome;
    Instant good_since{};
    for (int good = 0;;) {
        ++outcome.looks;
        auto looking =
            spec.kind == ProbeSpec::Kind::http ? look_by_http(spec, target) : look_by_tcp(target);
        outcome.reason = co_await std::move(looking);
        const auto now = clock.instant();
        outcome.milliseconds = std::chrono::duration_cast<Milliseconds>(now - begin).count();
        if (!outcome.reason.empty()) good = 0;
        if (outcome.reason.empty() && good++ == 0) good_since = now;
        outcome.passed = good >= spec.good_in_a_row && now - good_since >= spec.hold;
        if (outcome.passed || now >= begin + spec.timeout) break;
        co_await sleep_for(spec.interval);
    }
    if (!outcome.passed) outcome.reason = target.address + " is not well: " + outcome.reason;
    co_return outcome;
}

namespace {

/// For the shell that the engine starts.
std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return out + "'";
}

}  // namespace

std::string http_command(const std::string& path, std::uint16_t port) {
    const auto url = shell_quoted("http://127.0.0.1:" + std::to_string(port) + path);
    return "wget -q -O /dev/null " + url + " || curl -fsS -o /dev/null " + url;
}

const char* name_of(ProbeSpec::Kind kind) {
    switch (kind) {
        case ProbeSpec::Kind::none:
            return "state";
        case ProbeSpec::Kind::http:
            return "http";
        case ProbeSpec::Kind::tcp:
            return "tcp";
        case ProbeSpec::Kind::command:
            return "command";
    }
    return "";
}

}  // namespace triphammer::runner
