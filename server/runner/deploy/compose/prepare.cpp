// Preflight of the driver `compose`: everything that can go wrong without anybody noticing.
#include "docker/server_volumes.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/compose/target.hpp"
#include "runner/session/job_file.hpp"
#include "runner/session/unless_stopped.hpp"
#include "workflow/yaml/yaml.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace triphammer::runner {

namespace {

/// The ids of all containers that served, as ids_json has written them.
std::string containers_in(const std::string& previous_json) {
    const auto previous = nlohmann::json::parse(previous_json, nullptr, false);
    const nlohmann::json::json_pointer place{"/target_ids/containers"};
    if (!previous.is_object() || !previous.contains(place)) return {};
    return previous[place].is_string() ? previous[place].get<std::string>() : std::string{};
}

bool has_own_health(const ComposeService& service, const docker::ImageInfo& image) {
    const auto& check = service.container.health;
    if (!check || check->test.empty()) return image.has_health_check;
    return check->test.front() != "NONE";
}

}  // namespace

ComposeTarget::ComposeTarget(
    JobSession& session,
    std::unique_ptr<docker::Engine> engine,
    DeployPlan plan,
    DeployNames names,
    const Clock& clock
)
    : session_{session},
      connection_{std::move(engine)},
      engine_{*connection_},
      plan_{std::move(plan)},
      names_{std::move(names)},
      clock_{clock} {}

Task<Result<>> ComposeTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto reading = read_file();
    auto read = co_await std::move(reading);
    if (!read) co_return read;
    auto guarding = check_server_objects();
    auto guarded = co_await std::move(guarding);
    if (!guarded) co_return guarded;
    auto looking = unless_stopped(find_image(log), stop);
    auto found = co_await std::move(looking);
    if (!found) co_return found;
    auto seeking = unless_stopped(find_other_images(log), stop);
    auto sought = co_await std::move(seeking);
    if (!sought) co_return sought;
    auto checking = check_external();
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked;
    auto finding = find_previous(spec);
    auto known = co_await std::move(finding);
    if (known) describe();
    co_return known;
}

Task<Result<>> ComposeTarget::read_file() {
    auto fetching = session_.fetch_source(step_);
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    const auto text = read_job_file(session_.folders(), plan_.file, workflow::kMaxFileBytes);
    if (!text) co_return with_context("deploy.file " + plan_.file, text.error());
    ComposeVariables variables{{plan_.env.begin(), plan_.env.end()}};
    auto project = read_compose(*text, {plan_.file, plan_.service}, variables);
    if (!project) co_return project.error();
    project_ = std::move(*project);
    co_return Result<>{};
}

/// A digest names its content: what the engine has of that name needs no registry.
Task<Result<>> ComposeTarget::fetch_image(StepLog& log) {
    const auto& named = plan_.image.digest;
    if (!named.empty()) {
        terms_.digest = named;
        terms_.image = plan_.image.by_digest(named);
        auto inspecting = engine_.inspect_image(terms_.image);
        const auto known = co_await std::move(inspecting);
        if (known) co_return Result<>{};
    }
    auto asking = engine_.registry_digest(plan_.image, plan_.credentials);
    auto digest = co_await std::move(asking);
    if (!digest) co_return digest.error();
    if (!named.empty() && *digest != named) {
        co_return Error{
            Code::protocol,
            "for " + plan_.image.text() + " the registry serves another manifest, " + *digest};
    }
    terms_.digest = std::move(*digest);
    terms_.image = plan_.image.by_digest(terms_.digest);
    auto pinned = plan_.image;
    pinned.digest = terms_.digest;
    auto pulling = engine_.pull(pinned, plan_.credentials, &log);
    co_return co_await std::move(pulling);
}

Task<Result<>> ComposeTarget::find_image(StepLog& log) {
    auto& deployed =
        *std::find_if(project_.services.begin(), project_.services.end(), [this](const auto& one) {
            return one.name == plan_.service;
        });
    if (!plan_.image_id.empty()) {
        terms_.image = terms_.digest = plan_.image_id;
    } else {
        auto fetching = fetch_image(log);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    }
    deployed.container.image = terms_.image;
    auto inspecting = engine_.inspect_image(terms_.image);
    auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    image_info_ = std::move(*info);
    co_return check_volumes(deployed, image_info_);
}

/// A tag that has moved changes nothing: the other services change when the file does.
Task<Result<>> ComposeTarget::find_other_images(StepLog& log) {
    std::map<std::string, bool> with_health{
        {plan_.service, has_own_health(*project_.find(plan_.service), image_info_)}};
    for (const auto& service : project_.services) {
        if (service.name == plan_.service) continue;
        const auto& name = service.container.image;
        auto inspecting = engine_.inspect_image(name);
        auto info = co_await std::move(inspecting);
        if (!info && info.error().code == Code::not_found) {
            const auto reference = docker::parse_reference(name);
            if (!reference) co_return with_context(service.name, reference.error());
            const bool is_same = reference->registry() == plan_.image.registry();
            auto pulling =
                engine_.pull(*reference, is_same ? plan_.credentials : docker::Credentials{}, &log);
            auto pulled = co_await std::move(pulling);
            if (!pulled) co_return with_context("the image of " + service.name, pulled.error());
            auto again = engine_.inspect_image(name);
            info = co_await std::move(again);
        }
        if (!info) co_return with_context("the image of " + service.name, info.error());
        if (auto checked = check_volumes(service, *info); !checked) co_return checked;
        with_health[service.name] = has_own_health(service, *info);
    }
    for (const auto& service : project_.services) {
        for (const auto& dependency : service.depends_on) {
            if (!dependency.wants_health || with_health[dependency.service]) continue;
            co_return invalid(
                service.name + " waits until " + dependency.service +
                " is healthy, which has no health check: write healthcheck for it"
            );
        }
    }
    co_return Result<>{};
}

/// What the image keeps in a volume without a name would go with its container.
Result<> ComposeTarget::check_volumes(const ComposeService& service, const docker::ImageInfo& image)
    const {
    std::set<std::string> named;
    for (const auto& [path, options] : service.container.tmpfs) named.insert(path);
    for (const auto& mount : service.container.volumes) {
        const auto path = mount.substr(mount.find(':') + 1);
        named.insert(path.substr(0, path.find(':')));
    }
    for (const auto& path : image.volumes) {
        if (named.contains(path)) continue;
        return invalid(
            "the image of " + service.name + " keeps data in " + path +
            ", which would be lost with its container: write volumes: [NAME:" + path +
            "] there, or tmpfs"
        );
    }
    return {};
}

/// Whether they are external or only get such a name from the project's.
Task<Result<>> ComposeTarget::check_server_objects() {
    std::vector<std::string> volumes;
    for (const auto& volume : project_.volumes) volumes.push_back(volume.name);
    auto checking =
        docker::check_server_volumes(engine_, std::move(volumes), names_.owner_labels());
    if (auto checked = co_await std::move(checking); !checked) co_return checked;
    std::vector<std::string> networks;
    for (const auto& network : project_.networks) networks.push_back(network.name);
    auto guarding =
        docker::check_server_networks(engine_, std::move(networks), names_.owner_labels());
    co_return co_await std::move(guarding);
}

Task<Result<>> ComposeTarget::check_external() {
    std::set<std::string> there;
    auto listing = engine_.list_networks({});
    const auto networks = co_await std::move(listing);
    if (!networks) co_return networks.error();
    for (const auto& network : *networks) there.insert(network.name);
    for (const auto& network : project_.networks) {
        if (!network.is_external || there.contains(network.name)) continue;
        co_return invalid(
            "there is no network " + network.name + ": docker network create " + network.name
        );
    }
    auto asking = engine_.list_volumes({});
    const auto volumes = co_await std::move(asking);
    if (!volumes) co_return volumes.error();
    for (const auto& volume : project_.volumes) {
        const bool is_there =
            std::find(volumes->begin(), volumes->end(), volume.name) != volumes->end();
        if (!volume.is_external || is_there) continue;
        co_return invalid(
            "there is no volume " + volume.name + ": docker volume create " + volume.name
        );
    }
    co_return Result<>{};
}

Task<Result<>> ComposeTarget::find_previous(const model::DeploymentSpec& spec) {
    auto listing = list();
    const auto members = co_await std::move(listing);
    if (!members) co_return members.error();
    if (auto checked = check_owner(*members); !checked) co_return checked;
    take_previous(*members, containers_in(spec.previous_json), spec.losses > 0);
    co_return Result<>{};
}

Result<> ComposeTarget::check_owner(const ComposeMembers& members) const {
    for (const auto& member : members) {
        if (names_.is_of_service(member.labels, model::kAppRole)) continue;
        return conflict(
            "the engine has a project " + project_.name + " (container " + member.name +
            ") that was not made by this repository, environment and service: give the file "
            "another name:, or take that one away (docker compose -p " +
            project_.name + " down leaves its volumes)"
        );
    }
    return {};
}

/// Where the ledger's containers are gone, what runs is what serves; a runner that was lost may
/// have stopped it.
void ComposeTarget::take_previous(
    const ComposeMembers& members, const std::string& recorded, bool is_resumed
) {
    ComposeMembers serving;
    for (const auto& member : members) {
        if (names_.is_ours(member.labels)) continue;
        const bool is_recorded = recorded.find(member.id) != std::string::npos;
        if (is_recorded) serving.push_back(member);
        if (!is_recorded && (member.is_running || is_resumed)) strays_.push_back(member);
    }
    if (serving.empty()) serving.swap(strays_);
    for (auto& member : serving) {
        const auto* service = project_.find(member.service);
        const bool is_same = service != nullptr && member.is_running &&
                             member.service != plan_.service &&
                             member.config == hash_of_service(*service);
        (is_same ? kept_ : previous_).push_back(std::move(member));
    }
}

void ComposeTarget::describe() {
    terms_.strategy = rollout::Strategy::recreate;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_before = !plan_.before.empty();
    terms_.has_previous = !previous_.empty();
    terms_.service = plan_.service;
    terms_.remark = " in project " + project_.name + " (recreate: short downtime)";
    for (const auto& member : kept_) terms_.remark += "\n" + member.service + " has not changed";
    terms_.gate_kind = name_of(plan_.health.kind);
    terms_.verify_kind = name_of(plan_.verify.kind);
}

ImageFailure ComposeTarget::explain(const Error& error) const {
    return explain_push(error, plan_.image.registry());
}

}  // namespace triphammer::runner
