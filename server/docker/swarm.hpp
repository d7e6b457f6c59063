#pragma once
// The services of a swarm, through one of its managers (Engine API 1.41 … 1.47, "Service" and
// "Task" of docs.docker.com/engine/api). On the logic thread; errors as engine.hpp's.

#include "docker/engine.hpp"
#include "http/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::docker {

/// Where an engine stands in a swarm.
struct SwarmMember {
    std::string node;  // its id; empty: the engine is in no swarm
    bool is_manager = false;
};

struct ServiceInfo {
    std::string id;
    std::string name;
    std::uint64_t version = 0;  // goes up with every change, also of the update's state
    /// The whole specification, as JSON with sorted keys: equal text is an equal service.
    std::string spec;
    std::string previous_spec;  // before the last change; empty: there was none
    Labels labels;
    std::string image;           // as the specification says
    std::uint64_t replicas = 0;  // of a replicated service
    bool is_replicated = false;
    /// updating | paused | completed | rollback_started | rollback_paused | rollback_completed;
    /// empty: its tasks were never updated
    std::string update_state;
    std::string update_message;
};

struct TaskInfo {
    std::string id;
    std::string node;
    /// new … running | complete | shutdown | failed | rejected | remove | orphaned
    std::string state;
    std::string desired;  // running | shutdown | remove
    std::string error;    // why it failed or cannot be placed
    std::string container;
    std::string image;
    Labels labels;  // of its container
    int exit_status = 0;
};

/// Code::protocol where it is not a service as the API describes it.
Result<ServiceInfo> parse_service(const nlohmann::json& inspect);
TaskInfo parse_task(const nlohmann::json& entry);
/// The labels in a service's specification.
Labels labels_of_spec(const std::string& spec);

class Swarm {
  public:
    /// `address` of an engine that was connected to, `api`: EngineVersion's. Code::invalid.
    static Result<Swarm> at(const std::string& address, const std::string& api);

    Task<Result<SwarmMember>> member();
    /// By name or id. Code::not_found.
    Task<Result<ServiceInfo>> inspect_service(std::string name);
    /// Its id. The credentials go to the nodes that pull. Code::conflict: the name is taken.
    Task<Result<std::string>> create_service(std::string spec, Credentials credentials);
    /// Only where `version` is still the service's. Code::conflict: it was changed since, and
    /// nothing was done.
    Task<Result<>> update_service(
        std::string id, std::uint64_t version, std::string spec, Credentials credentials
    );
    /// Fine when it is gone already; its containers end a little later.
    Task<Result<>> remove_service(std::string id);
    /// Old ones, too, as long as the swarm remembers them.
    Task<Result<std::vector<TaskInfo>>> list_tasks(std::string service);

  private:
    Swarm(http::Endpoint endpoint, std::string prefix)
        : client_{std::move(endpoint)}, prefix_{std::move(prefix)} {}

    http::Call call(http::Method method, const std::string& path) const;
    Task<Result<std::string>> send(http::Call call, const char* what) const;
    Task<Result<std::string>> get(std::string path, const char* what) const;

    http::Client client_;
    std::string prefix_;  // "/v1.41"
};

}  // namespace triphammer::docker
