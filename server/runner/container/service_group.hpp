#pragma once
// The services of a job, all together.

#include "base/task_group.hpp"
#include "runner/container/engine_place.hpp"
#include "runner/container/service.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace triphammer::runner {

/// The first step number of a service's log: behind the workflow's own steps and clean-up.
constexpr int kFirstServiceStep = 9001;

class ServiceGroup {
  public:
    ServiceGroup(JobSession& session, EnginePlace& place) : session_{session}, place_{place} {}

    /// Evaluates and checks all of them. Code::invalid names the service.
    Result<> plan(Reach reach);

    bool empty() const { return services_.empty(); }

    /// The ports of the machine that the file itself chose.
    std::vector<std::uint16_t> fixed_ports() const;

    // What may run beside each other: first images and containers, then, in the network, the
    // starts.
    std::vector<Task<Result<>>> makes();
    std::vector<Task<Result<>>> starts(const Executor& executor);

    /// Before the containers are removed.
    Task<> look_back();
    /// After that: ends the logs.
    Task<> finish();

    std::vector<JobPlace::Service> facts() const;

    /// Their ports on a loopback of the steps' own.
    std::vector<PortWay> ways() const;

    /// Their ports for the loopback of the steps' container.
    std::vector<std::string> leads() const;

  private:
    JobSession& session_;
    EnginePlace& place_;
    std::vector<std::unique_ptr<Service>> services_;
    std::optional<TaskGroup> logs_;
};

}  // namespace triphammer::runner
