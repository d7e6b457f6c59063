#pragma once
// The switch `kamal-proxy`: a container of ours that runs Kamal's proxy and owns the service's
// port. It is told by its own command in that container (`kamal-proxy deploy|remove|list`), asks
// the new container itself whether it is healthy, and drains the old one.
// Source: github.com/basecamp/kamal-proxy, README and the help of its commands (0.8, 0.9).

#include "docker/engine.hpp"
#include "runner/deploy/container/traffic.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// What is read back is the proxy's own list of its services; that requests go there as it says is
/// for `verify` to see.
class KamalTraffic final : public Traffic {
  public:
    /// All outlive it. `plan.ports` has exactly one.
    KamalTraffic(docker::Engine& engine, const DeployNames& names, const DeployPlan& plan)
        : engine_{engine}, names_{names}, plan_{plan} {}

    std::string usual_image() const override { return "basecamp/kamal-proxy:v0.9.0"; }

    Task<Result<>> check() override;
    Task<Result<std::string>> ensure(std::string image) override;
    Task<Result<std::string>> find() override;
    Task<Result<>> move_to(Upstream upstream) override;
    Task<Result<Receivers>> read_back() override;
    /// Its `deploy` has waited for that.
    Task<> wait_drained(const Clock& clock) override;

  private:
    docker::ContainerSpec spec(std::string image) const;
    std::vector<docker::PortBinding> ports() const;
    Task<Result<std::string>> create(std::string image);
    Task<Result<>> wait_ready();
    Task<Result<>> tell(std::vector<std::string> command, Upstream upstream);
    Task<Result<std::string>> list_targets();
    Task<Result<>> prove(Upstream upstream, std::int64_t looks);

    docker::Engine& engine_;
    const DeployNames& names_;
    const DeployPlan& plan_;
};

/// `kamal-proxy deploy` with the plan's health and drain times; to nobody: `kamal-proxy remove`.
std::vector<std::string> kamal_command(const DeployPlan& plan, const Upstream& upstream);

/// The host of the service's target in what `kamal-proxy list` prints ("web-1" of "web-1:3000");
/// empty: the service is not in it. Colours are passed over.
std::string target_in(std::string_view list);

}  // namespace triphammer::runner
