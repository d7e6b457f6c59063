#include "runner/container/service.hpp"

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "runner/container/guard.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1'000};

template <class Duration>
Duration or_else(Duration value, Duration fallback) {
    return value.count() == 0 ? fallback : value;
}

milliseconds to_milliseconds(nanoseconds span) {
    return std::chrono::duration_cast<milliseconds>(span);
}

/// The command of a health check as an exec takes it.
std::vector<std::string> command_of(const docker::HealthCheck& check) {
    if (check.test.size() == 2 && check.test.front() == "CMD-SHELL") {
        return {"/bin/sh", "-c", check.test.back()};
    }
    return {check.test.begin() + 1, check.test.end()};
}

/// When the engine itself would have given up, and a little more.
milliseconds longest_wait(const docker::HealthCheck& check) {
    const auto rounds = (check.retries + 1) * (check.interval + check.timeout);
    return to_milliseconds(check.start_period + rounds) + milliseconds{5'000};
}

std::string seconds_text(Instant begin, Instant now) {
    const auto tenths = std::chrono::duration_cast<milliseconds>(now - begin).count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Service::Service(JobSession& session, EnginePlace& place, ContainerPlan plan, int step, Reach reach)
    : session_{session}, place_{place}, plan_{std::move(plan)}, step_{step} {
    plan_.spec.aliases.insert(plan_.spec.aliases.begin(), plan_.name);
    // A port of the machine would only be in the way of other jobs.
    if (reach == Reach::machine) return;
    if (reach == Reach::own) {
        seen_ = plan_.spec.ports;
        for (auto& port : plan_.spec.ports) port.host_port = 0;
        return;
    }
    info_.published = std::exchange(plan_.spec.ports, {});
    if (reach == Reach::localhost) return;
    for (auto& port : info_.published) port.host_port = port.container_port;
}

Error Service::blame(const Error& error) const {
    return with_context("service " + plan_.name, error);
}

Task<Result<>> Service::make() {
    auto getting = place_.get_image(plan_);
    auto image = co_await std::move(getting);
    if (!image) co_return blame(image.error());
    image_ = std::move(*image);
    auto creating = create();
    const auto created = co_await std::move(creating);
    if (!created) co_return blame(created.error());
    co_return Result<>{};
}

Task<Result<>> Service::start(TaskGroup& logs) {
    protocol::StepBegin begin;
    begin.number = step_;
    begin.name = "Service " + plan_.name;
    auto beginning = session_.step_begin(std::move(begin));
    auto done = co_await std::move(beginning);
    if (!done) co_return done;
    has_log_ = true;
    end_.number = step_;
    auto bringing = bring_up(logs);
    done = co_await std::move(bringing);
    if (done) co_return done;
    end_.state = model::StepState::failed;
    end_.cause = model::Cause::infrastructure;
    end_.reason = done.error().message;
    co_return blame(done.error());
}

Task<Result<>> Service::bring_up(TaskGroup& logs) {
    auto running = run(logs);
    const auto done = co_await std::move(running);
    if (!done) co_return done;
    auto waiting = wait_ready();
    co_return co_await std::move(waiting);
}

Task<Result<>> Service::create() {
    auto spec = plan_.spec;
    spec.image = image_.id;
    if (spec.health) spec.health = health();
    if (auto hidden = hide_behind_gate(spec, image_); !hidden) co_return hidden;
    auto creating = place_.create_container(spec, plan_.name);
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    id_ = std::move(*created);
    auto guarding = make_guard(place_, id_, image_.id, plan_.name + ".guard");
    auto guard = co_await std::move(guarding);
    if (!guard) co_return guard.error();
    guard_ = std::move(*guard);
    co_return Result<>{};
}

Task<Result<>> Service::run(TaskGroup& logs) {
    auto starting = place_.start_container(id_, false);
    auto output = co_await std::move(starting);
    if (!output) co_return explain(output.error());
    output_ = std::move(*output);
    logs.spawn("log of " + plan_.name, keep_log());
    auto opening = open_gate(place_, guard_);
    const auto opened = co_await std::move(opening);
    if (!opened) co_return opened;
    auto inspecting = place_.engine().inspect_container(id_);
    auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    if (!plan_.spec.ports.empty()) info_.published = info->published;
    std::swap(info->published, info_.published);
    info_ = std::move(*info);
    co_return Result<>{};
}

Error Service::explain(Error error) const {
    if (error.code != Code::conflict) return error;
    error.message +=
        ": a port of this machine belongs to another job or program; write the "
        "container's port alone, and job.services." +
        plan_.name + ".ports says which one the engine chose";
    return error;
}

Task<> Service::keep_log() {
    bool ends_line = true;
    for (;;) {
        auto reading = output_->read();
        auto bytes = co_await std::move(reading);
        if (!bytes || bytes->empty()) break;
        ends_line = bytes->back() == '\n';
        auto writing = session_.log(step_, std::move(*bytes));
        if (auto written = co_await std::move(writing); !written) co_return;
    }
    if (ends_line) co_return;
    auto ending = session_.log(step_, "\n");
    co_await std::move(ending);
}

Task<Result<>> Service::wait_ready() {
    const SystemClock clock;
    const auto begin = clock.instant();
    const bool asked = plan_.ready.kind != ProbeSpec::Kind::none;
    const auto check = health();
    const bool has_check = !check.test.empty() && check.test.front() != "NONE";
    if (!asked && !has_check) co_return Result<>{};
    auto waiting = asked ? wait_as_asked() : wait_healthy();
    const auto ready = co_await std::move(waiting);
    if (!ready) co_return ready;
    auto saying = session_.log(
        0,
        "service " + plan_.name + " is ready after " + seconds_text(begin, clock.instant()) + "\n"
    );
    co_return co_await std::move(saying);
}

/// Where `port` answers: in its network where the engine is this machine's, else at the engine.
ProbeTarget Service::target(std::uint16_t port) const {
    ProbeTarget out;
    out.container = id_;
    out.port = port;
    const auto address = info_.addresses.find(place_.network());
    if (address != info_.addresses.end()) out.address = address->second;
    return out;
}

Task<Result<>> Service::wait_as_asked() {
    const SystemClock clock;
    auto watching = watch_health(place_.engine(), plan_.ready, target(plan_.ready.port), clock);
    const auto outcome = co_await std::move(watching);
    if (outcome.passed) co_return Result<>{};
    co_return Error{outcome.exit_status ? Code::io : Code::timed_out, outcome.reason};
}

/// What the options say over what the image says over the engine's own defaults.
docker::HealthCheck Service::health() const {
    const auto& own = image_.health;
    const auto asked = plan_.spec.health.value_or(docker::HealthCheck{});
    docker::HealthCheck out;
    out.test = asked.test.empty() ? own.test : asked.test;
    const nanoseconds usual = std::chrono::seconds{30};
    out.interval = or_else(or_else(asked.interval, own.interval), usual);
    out.timeout = or_else(or_else(asked.timeout, own.timeout), usual);
    out.start_period = or_else(asked.start_period, own.start_period);
    out.retries = asked.retries != 0 ? asked.retries : own.retries != 0 ? own.retries : 3;
    return out;
}

/// The engine asks for the first time after a whole interval, ten seconds mostly. Until then we run
/// the same command ourselves. A server that is being set up (PostgreSQL, MySQL) answers it too,
/// but on no port: so this counts when a port answers as well, or after an interval of it.
Task<Result<>> Service::wait_healthy() {
    const SystemClock clock;
    const auto check = health();
    const auto begin = clock.instant();
    auto pause = kFirstPause;
    std::optional<Instant> good_since;
    for (;;) {
        auto inspecting = place_.engine().inspect_container(id_);
        const auto info = co_await std::move(inspecting);
        if (!info) co_return info.error();
        if (!info->running) co_return not_running(*info);
        if (info->health == "healthy") co_return Result<>{};
        if (info->health == "unhealthy") co_return invalid("its health check failed");
        auto answering = answers();
        const bool is_open = co_await std::move(answering);
        auto looking = look(check);
        const auto good = co_await std::move(looking);
        if (!good) co_return good.error();
        const auto now = clock.instant();
        if (!*good) good_since.reset();
        if (*good && !good_since) good_since = now;
        if (*good && (is_open || now - *good_since >= check.interval)) co_return Result<>{};
        if (now - begin > longest_wait(check)) {
            co_return Error{Code::timed_out, "its health check did not succeed in time"};
        }
        co_await sleep_for(pause);
        pause = std::min(pause * 2, kLongestPause);
    }
}

/// Whether the health check's command succeeds now. An error: it cannot be run at all.
Task<Result<bool>> Service::look(const docker::HealthCheck& check) {
    auto running =
        with_deadline(place_.engine().exec(id_, command_of(check)), to_milliseconds(check.timeout));
    const auto outcome = co_await std::move(running);
    if (outcome) co_return outcome->exit_status == 0;
    const auto code = outcome.error().code;
    if (code == Code::timed_out || code == Code::conflict) co_return false;
    // One that ended meanwhile is refused with 409, or, an instant later, with 500.
    auto inspecting = place_.engine().inspect_container(id_);
    const auto info = co_await std::move(inspecting);
    if (info && !info->running) co_return not_running(*info);
    co_return outcome.error();
}

/// Whether the ports that the file names accept, or one of those that the image names.
Task<bool> Service::answers() {
    ProbeSpec tcp;
    tcp.kind = ProbeSpec::Kind::tcp;
    bool all = !info_.published.empty();
    for (const auto& port : info_.published) {
        if (port.protocol != "tcp") continue;
        auto probing = probe_once(place_.engine(), tcp, target(port.container_port));
        all = (co_await std::move(probing)).empty() && all;
    }
    if (!info_.published.empty()) co_return all;
    for (const auto port : image_.exposed_ports) {
        auto probing = probe_once(place_.engine(), tcp, target(port));
        if ((co_await std::move(probing)).empty()) co_return true;
    }
    co_return false;
}

Error Service::not_running(const docker::ContainerInfo& info) const {
    if (info.oom_killed) return {Code::io, "it was killed: its memory limit was reached"};
    if (!info.error.empty()) return {Code::io, "it did not start: " + info.error};
    return {
        Code::io,
        "it ended with exit status " + std::to_string(info.exit_status) + " before it was ready"};
}

Task<Result<>> Service::look_back() {
    if (id_.empty()) co_return Result<>{};
    auto inspecting = place_.engine().inspect_container(id_);
    const auto info = co_await std::move(inspecting);
    // Nobody knows, and the job's own end does not depend on it.
    if (!info || info->running || info->status == "created") co_return Result<>{};
    end_.exit_status = info->exit_status;
    if (info->exit_status == 0) co_return Result<>{};
    end_.state = model::StepState::failed;
    end_.cause = info->oom_killed ? model::Cause::oom : model::Cause::exit;
    end_.reason = info->oom_killed ? "killed: its memory limit was reached"
                                   : "exited with status " + std::to_string(info->exit_status);
    co_return Result<>{};
}

Task<> Service::finish() {
    if (!std::exchange(has_log_, false)) co_return;
    auto ending = session_.step_end(std::move(end_));
    co_await std::move(ending);
}

std::vector<std::string> Service::leads() const {
    std::vector<std::string> out;
    for (const auto& port : info_.published) {
        if (port.protocol != "tcp") continue;
        out.push_back(
            std::to_string(port.host_port) + "=" + target(port.container_port).address + ":" +
            std::to_string(port.container_port)
        );
    }
    return out;
}

JobPlace::Service Service::facts() const {
    JobPlace::Service out;
    out.name = plan_.name;
    out.id = id_;
    for (const auto& port : seen_.empty() ? info_.published : seen_) {
        out.ports.emplace_back(std::to_string(port.container_port), std::to_string(port.host_port));
    }
    return out;
}

std::vector<PortWay> Service::ways() const {
    std::vector<PortWay> out;
    for (const auto& seen : seen_) {
        const auto leads = [&seen](const auto& port) {
            return port.container_port == seen.container_port && port.protocol == seen.protocol;
        };
        const auto& all = info_.published;
        const auto found = std::find_if(all.begin(), all.end(), leads);
        if (found != all.end())
            out.push_back({seen.host_port, found->host_port, seen.protocol == "udp"});
    }
    return out;
}

}  // namespace triphammer::runner
