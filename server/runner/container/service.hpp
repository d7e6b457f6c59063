#pragma once
// One service of a job: its container, its log as a step of its own, and whether it is ready.

#include "base/task_group.hpp"
#include "runner/container/engine_place.hpp"
#include "runner/container/plan.hpp"
#include "runner/deploy/probe.hpp"

#include <memory>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Where the steps find a service's ports.
enum class Reach {
    machine,    // steps on this machine, that have its loopback: there
    own,        // steps on this machine, that have one of their own: there
    name,       // steps in the file's own container: at the service's name alone, as GitHub's
    localhost,  // steps in a label's container: at that one's loopback as well
};

class Service {
  public:
    /// `step`: the number of its log.
    Service(JobSession& session, EnginePlace& place, ContainerPlan plan, int step, Reach reach);

    /// Gets the image and makes the container; its network may still be missing.
    Task<Result<>> make();
    /// Starts it and waits until it is ready. `logs` gets the task that keeps its output.
    Task<Result<>> start(TaskGroup& logs);
    /// Looks how it fared, before it is removed.
    Task<Result<>> look_back();
    /// Ends its log; when its output has been kept.
    Task<> finish();

    /// Those that lead to the machine.
    const std::vector<docker::PortBinding>& ports() const { return plan_.spec.ports; }

    /// Its ports on a loopback of the steps' own, once it runs.
    std::vector<PortWay> ways() const;

    JobPlace::Service facts() const;
    /// "PORT=ADDRESS:PORT" for each TCP port, once it runs.
    std::vector<std::string> leads() const;

  private:
    Task<Result<>> bring_up(TaskGroup& logs);
    Task<Result<>> create();
    Task<Result<>> run(TaskGroup& logs);
    Task<> keep_log();
    Task<Result<>> wait_ready();
    Task<Result<>> wait_as_asked();
    Task<Result<>> wait_healthy();
    Task<Result<bool>> look(const docker::HealthCheck& check);
    Task<bool> answers();
    Error not_running(const docker::ContainerInfo& info) const;
    ProbeTarget target(std::uint16_t port) const;
    docker::HealthCheck health() const;
    Error explain(Error error) const;
    Error blame(const Error& error) const;

    JobSession& session_;
    EnginePlace& place_;
    ContainerPlan plan_;
    int step_;
    docker::ImageInfo image_;
    std::string id_;
    std::string guard_;
    std::vector<docker::PortBinding> seen_;  // by the steps, where the engine's are others
    docker::ContainerInfo info_;             // once it runs
    std::unique_ptr<docker::AttachedStream> output_;
    bool has_log_ = false;
    protocol::StepEnd end_;
};

}  // namespace triphammer::runner
