#include "runner/container/ready_network.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "docker/tar.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/name_hold.hpp"
#include "runner/container/supervisor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <set>
#include <utility>

namespace triphammer::runner {

namespace {

/// Nothing is in it: what a keeper needs is in the supervisor's volume.
constexpr const char* kNothing = "triphammer-nothing";
/// The machine's name servers when the keeper was made, which the engine has told it.
constexpr const char* kResolverLabel = "triphammer.resolver";
constexpr std::uint64_t kMostResolverBytes = 64U << 10U;
constexpr std::int64_t kKeeperProcesses = 16;
constexpr std::size_t kNameBytes = 6;

std::string digest_of_resolver() {
    const auto text = read_file("/etc/resolv.conf", kMostResolverBytes);
    return sha256_hex(text ? *text : std::string{}).substr(0, 16);
}

std::string label_of(const std::map<std::string, std::string>& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string{} : found->second;
}

docker::ContainerSpec keeper_of(
    std::string name, const std::string& network, docker::Labels labels
) {
    docker::ContainerSpec spec;
    spec.image = kNothing;
    spec.name = std::move(name);
    spec.labels = std::move(labels);
    spec.labels[model::kNetworkLabel] = network;
    spec.labels[kResolverLabel] = digest_of_resolver();
    spec.entrypoint = {supervisor_path(), "keep"};
    spec.user = "0:0";
    spec.network = network;
    spec.volumes = {supervisor_mount()};
    spec.log_driver = "none";
    spec.read_only = true;
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = {"NET_ADMIN"};
    spec.pids_limit = kKeeperProcesses;
    return spec;
}

Task<Result<std::string>> create_of_nothing(docker::Engine& engine, docker::ContainerSpec spec) {
    auto trying = engine.create_container(spec);
    auto id = co_await std::move(trying);
    if (id || id.error().code != Code::not_found) co_return id;
    docker::TarBuilder nothing;
    docker::TextSource source{nothing.finish()};
    auto importing = engine.import_image(kNothing, source);
    const auto imported = co_await std::move(importing);
    if (!imported) co_return imported.error();
    auto again = engine.create_container(std::move(spec));
    co_return co_await std::move(again);
}

/// Of two that rename a container at once the engine lets both succeed, and the later one has it:
/// it looks the name up before it locks. So whoever takes a keeper holds its name meanwhile.
/// Code::conflict: somebody takes it at this moment; Code::not_found: it is gone.
Task<Result<>> take_keeper(docker::Engine& engine, std::string keeper, std::string name) {
    const auto held = hold_name("keeper/" + keeper);
    if (!held) co_return held.error();
    auto renaming = engine.rename_container(std::move(keeper), std::move(name));
    co_return co_await std::move(renaming);
}

bool is_missed(const Error& error) {
    return error.code == Code::not_found || error.code == Code::conflict;
}

class Tender {
  public:
    Tender(docker::Engine& engine, std::string server_id, int count)
        : engine_{engine}, server_id_{std::move(server_id)}, count_{count} {}

    Task<Result<>> tend();

  private:
    docker::Labels labels() const {
        return {{model::kServerLabel, server_id_}, {model::kRoleLabel, model::kReadyRole}};
    }

    std::string new_name() const {
        SystemRandom random;
        return model::engine_prefix(server_id_) + "made-" + random_hex(random, kNameBytes);
    }

    bool is_ready(const docker::ContainerSummary& keeper) const;
    Task<Result<>> sort(docker::ContainerSummary keeper);
    Task<Result<>> remove_networks();
    Task<Result<>> make(int slot);
    Task<Result<>> make_keeper(const std::string& network, int slot);

    docker::Engine& engine_;
    std::string server_id_;
    int count_;
    std::set<std::string> ready_;  // names of keepers
    std::set<std::string> kept_;   // networks that have a keeper
};

Task<Result<>> Tender::tend() {
    auto listing = engine_.list_containers(labels());
    const auto keepers = co_await std::move(listing);
    if (!keepers) co_return keepers.error();
    for (const auto& keeper : *keepers) {
        auto sorting = sort(keeper);
        const auto sorted = co_await std::move(sorting);
        if (!sorted) co_return sorted;
    }
    auto removing = remove_networks();
    auto done = co_await std::move(removing);
    for (int slot = 1; slot <= count_ && done; ++slot) {
        if (ready_.count(model::ready_network(server_id_, slot)) != 0) continue;
        auto making = make(slot);
        done = co_await std::move(making);
    }
    co_return done;
}

bool Tender::is_ready(const docker::ContainerSummary& keeper) const {
    if (keeper.state != "running") return false;
    if (label_of(keeper.labels, kResolverLabel) != digest_of_resolver()) return false;
    for (int slot = 1; slot <= count_; ++slot) {
        if (keeper.name == model::ready_network(server_id_, slot)) return true;
    }
    return false;
}

/// An attempt may take it at this moment: what is removed is taken before.
Task<Result<>> Tender::sort(docker::ContainerSummary keeper) {
    const auto network = label_of(keeper.labels, model::kNetworkLabel);
    kept_.insert(network);
    if (keeper.name.ends_with(model::kTakenEnding)) co_return Result<>{};
    if (is_ready(keeper)) {
        ready_.insert(keeper.name);
        co_return Result<>{};
    }
    auto taking = take_keeper(engine_, keeper.name, new_name());
    const auto taken = co_await std::move(taking);
    if (!taken && is_missed(taken.error())) co_return Result<>{};
    if (!taken) co_return taken;
    kept_.erase(network);
    auto removing = engine_.remove_container(keeper.id);
    co_return co_await std::move(removing);
}

/// One that a job's services still use stays until its attempt removes it.
Task<Result<>> Tender::remove_networks() {
    auto listing = engine_.list_networks(labels());
    const auto networks = co_await std::move(listing);
    if (!networks) co_return networks.error();
    for (const auto& network : *networks) {
        if (kept_.count(network.name) != 0) continue;
        auto removing = engine_.remove_network(network.id);
        const auto removed = co_await std::move(removing);
        if (!removed) log::warning("a network stays", {{"why", removed.error().message}});
    }
    co_return Result<>{};
}

/// What fails half way the next one removes.
Task<Result<>> Tender::make(int slot) {
    const auto network = new_name();
    auto creating = engine_.create_network(network, labels());
    const auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    auto making = make_keeper(network, slot);
    co_return co_await std::move(making);
}

/// It gets the name under which attempts find it when all is done.
Task<Result<>> Tender::make_keeper(const std::string& network, int slot) {
    auto starting = start_keeper(engine_, network, network, labels());
    const auto id = co_await std::move(starting);
    if (!id) co_return id.error();
    auto naming = engine_.rename_container(*id, model::ready_network(server_id_, slot));
    co_return co_await std::move(naming);
}

Task<Result<>> connect_and_tend(std::string docker_host, std::string server_id, int count) {
    auto connecting = docker::Engine::connect(std::move(docker_host));
    const auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    auto tending = tend_ready_networks(**engine, std::move(server_id), count);
    co_return co_await std::move(tending);
}

}  // namespace

Task<Result<std::string>> start_keeper(
    docker::Engine& engine, std::string name, std::string network, docker::Labels labels
) {
    auto creating = create_of_nothing(engine, keeper_of(std::move(name), network, labels));
    auto id = co_await std::move(creating);
    if (!id) co_return id.error();
    auto starting = start_supervised(engine, *id, false, std::move(labels));
    const auto output = co_await std::move(starting);
    if (!output) co_return output.error();
    auto waiting = wait_ready(**output);
    const auto ready = co_await std::move(waiting);
    if (!ready) co_return ready.error();
    co_return std::move(*id);
}

Task<Result<std::optional<ReadyNetwork>>> take_ready_network(
    docker::Engine& engine, std::string server_id, std::int64_t fence
) {
    ReadyNetwork out;
    out.keeper = model::taken_network(server_id, fence);
    Result<> taken = Error{Code::not_found, "none is ready"};
    for (int slot = 1; slot <= model::kReadyNetworks && !taken; ++slot) {
        auto taking = take_keeper(engine, model::ready_network(server_id, slot), out.keeper);
        taken = co_await std::move(taking);
        if (!taken && !is_missed(taken.error())) co_return taken.error();
    }
    if (!taken) co_return std::optional<ReadyNetwork>{};
    auto inspecting = engine.inspect_container(out.keeper);
    const auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    out.name = label_of(info->labels, model::kNetworkLabel);
    out.is_usable = info->running && !out.name.empty() &&
                    label_of(info->labels, kResolverLabel) == digest_of_resolver();
    co_return std::optional{std::move(out)};
}

Task<Result<>> tend_ready_networks(docker::Engine& engine, std::string server_id, int count) {
    Tender tender{engine, std::move(server_id), count};
    auto tending = tender.tend();
    co_return co_await std::move(tending);
}

int run_network_keeper(
    const std::string& docker_host, const std::string& server_id, const std::string& count
) {
    const auto wanted = parse_integer(count);
    if (!wanted || *wanted < 0 || *wanted > model::kReadyNetworks) return 2;
    boost::asio::io_context context{1};
    Result<> done;
    const auto finish = [&](std::exception_ptr thrown, Result<> result) {
        if (thrown) std::rethrow_exception(thrown);
        done = std::move(result);
    };
    auto work = connect_and_tend(docker_host, server_id, static_cast<int>(*wanted));
    boost::asio::co_spawn(context, std::move(work), finish);
    context.run();
    if (done) return 0;
    log::warning("networks are not ready ahead", {{"why", done.error().message}});
    return 1;
}

}  // namespace triphammer::runner
