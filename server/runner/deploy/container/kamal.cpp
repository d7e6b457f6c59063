#include "runner/deploy/container/kamal.hpp"

#include "base/deadline.hpp"
#include "base/text.hpp"
#include "runner/deploy/container/switch_container.hpp"
#include "runner/deploy/target.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kKamal = "kamal-proxy";
/// A proxy has one service, whatever its name is here: a list is a table with columns of 30.
constexpr const char* kService = "app";
constexpr std::uint16_t kInside = 80;  // where the proxy listens without an option
constexpr std::chrono::milliseconds kBetweenLists{100};
constexpr std::chrono::seconds kOwnTime{30};  // of a command, besides what it waits for
constexpr int kMostLists = 100;               // 10 s for the proxy to answer its own command

std::string seconds(std::chrono::milliseconds time) {
    return std::to_string(std::max<std::int64_t>(time.count() / 1000, 1)) + "s";
}

std::string without_colours(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b')
            i = std::min(text.find('m', i), text.size() - 1);
        else
            out += text[i];
    }
    return out;
}

}  // namespace

std::vector<std::string> kamal_command(const DeployPlan& plan, const Upstream& upstream) {
    if (upstream.name.empty()) return {"kamal-proxy", "remove", kService};
    const auto inside = std::to_string(plan.ports.front().container_port);
    std::vector<std::string> out{
        "kamal-proxy",
        "deploy",
        kService,
        "--target",
        upstream.name + ":" + inside,
        "--health-check-path",
        plan.health.path,
        "--deploy-timeout",
        seconds(plan.health.timeout),
        "--drain-timeout",
        seconds(plan.drain)};
    if (plan.health.port != 0 && plan.health.port != plan.ports.front().container_port) {
        out.insert(out.end(), {"--health-check-port", std::to_string(plan.health.port)});
    }
    return out;
}

std::string target_in(std::string_view list) {
    const auto plain = without_colours(list);
    for (const auto line : split(plain, '\n')) {
        std::vector<std::string_view> words;
        for (const auto word : split(line, ' ')) {
            if (!trim(word).empty()) words.push_back(trim(word));
        }
        if (words.empty() || words.front() != kService) continue;
        for (auto word : words) {
            constexpr std::string_view kHttp = "http://";
            if (word.starts_with(kHttp)) word.remove_prefix(kHttp.size());
            const auto colon = word.find(':');
            if (colon == word.npos || colon == 0) continue;
            return std::string{word.substr(0, colon)};
        }
    }
    return {};
}

std::vector<docker::PortBinding> KamalTraffic::ports() const {
    auto port = plan_.ports.front();
    port.container_port = kInside;
    return {port};
}

docker::ContainerSpec KamalTraffic::spec(std::string image) const {
    docker::ContainerSpec spec;
    spec.name = names_.switch_container();
    spec.image = std::move(image);
    spec.command = {"kamal-proxy", "run"};
    spec.labels = names_.service_labels(kSwitchRole);
    spec.labels[kLeadsLabel] = kKamal;
    spec.network = names_.network();
    spec.ports = ports();
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = {"NET_BIND_SERVICE"};
    spec.restart = "unless-stopped";
    return spec;
}

Task<Result<>> KamalTraffic::check() {
    co_return Result<>{};
}

Task<Result<std::string>> KamalTraffic::create(std::string image) {
    auto creating = engine_.create_container(spec(std::move(image)));
    auto created = co_await std::move(creating);
    if (!created) co_return with_context("the switch", created.error());
    auto starting = engine_.start_container(*created);
    const auto started = co_await std::move(starting);
    if (started) co_return *created;
    auto removing = engine_.remove_container(*created);
    co_await std::move(removing);
    co_return with_context("the switch", started.error());
}

Task<Result<std::string>> KamalTraffic::ensure(std::string image) {
    auto keeping = keep_switch(engine_, names_, kKamal, ports());
    auto id = co_await std::move(keeping);
    if (id && id->empty()) {
        auto creating = create(std::move(image));
        id = co_await std::move(creating);
    }
    if (!id) co_return id;
    auto waiting = wait_ready();
    const auto ready = co_await std::move(waiting);
    if (!ready) co_return ready.error();
    co_return id;
}

Task<Result<std::string>> KamalTraffic::find() {
    return find_switch(engine_, names_, kKamal);
}

/// It answers its command once its socket is there.
Task<Result<>> KamalTraffic::wait_ready() {
    for (int look = 1;; ++look) {
        auto listing = list_targets();
        const auto list = co_await std::move(listing);
        if (list) co_return Result<>{};
        if (look == kMostLists) co_return with_context("the switch", list.error());
        co_await sleep_for(kBetweenLists);
    }
}

Task<Result<std::string>> KamalTraffic::list_targets() {
    std::vector<std::string> command{"kamal-proxy", "list"};
    auto executing = engine_.exec(names_.switch_container(), std::move(command));
    auto outcome = co_await std::move(executing);
    if (!outcome) co_return outcome.error();
    if (outcome->exit_status == 0) co_return std::move(outcome->output);
    co_return Error{Code::unavailable, "kamal-proxy list: " + std::string{trim(outcome->output)}};
}

Task<Result<>> KamalTraffic::move_to(Upstream upstream) {
    if (upstream.name.empty()) {
        // Nothing is there to be removed where nothing was ever led to.
        auto reading = read_back();
        const auto serving = co_await std::move(reading);
        if (serving && serving->empty()) co_return Result<>{};
    }
    auto telling = tell(kamal_command(plan_, upstream), upstream);
    co_return co_await std::move(telling);
}

/// Where the answer is lost the command goes on in the container: then the list tells.
Task<Result<>> KamalTraffic::tell(std::vector<std::string> command, Upstream upstream) {
    const auto longest = plan_.health.timeout + plan_.drain;
    auto executing = with_deadline(
        engine_.exec(names_.switch_container(), std::move(command)), longest + kOwnTime
    );
    const auto outcome = co_await std::move(executing);
    if (!outcome && !is_silence(outcome.error())) co_return outcome.error();
    if (outcome && outcome->exit_status != 0) {
        co_return conflict("kamal-proxy: " + std::string{trim(outcome->output)});
    }
    const auto looks = outcome ? 1 : 1 + longest / kBetweenLists;
    auto proving = prove(std::move(upstream), looks);
    co_return co_await std::move(proving);
}

Task<Result<>> KamalTraffic::prove(Upstream upstream, std::int64_t looks) {
    const auto wanted = upstream.container.empty() ? Receivers{} : Receivers{upstream.container};
    for (std::int64_t look = 1;; ++look) {
        auto reading = read_back();
        const auto serving = co_await std::move(reading);
        if (serving && *serving == wanted) co_return Result<>{};
        if (look >= looks) {
            if (!serving) co_return with_context("the switch", serving.error());
            co_return Error{Code::timed_out, "kamal-proxy still leads somewhere else"};
        }
        co_await sleep_for(kBetweenLists);
    }
}

Task<Result<Receivers>> KamalTraffic::read_back() {
    auto listing = list_targets();
    const auto list = co_await std::move(listing);
    if (!list) co_return list.error();
    auto name = target_in(*list);
    if (name.empty()) co_return Receivers{};
    auto inspecting = engine_.inspect_container(name);
    const auto info = co_await std::move(inspecting);
    if (info) co_return Receivers{info->id};
    if (info.error().code != Code::not_found) co_return info.error();
    // Of a container that is gone: it gets requests, and nobody takes them.
    co_return Receivers{std::move(name)};
}

Task<> KamalTraffic::wait_drained(const Clock&) {
    co_return;
}

}  // namespace triphammer::runner
