#pragma once
// The switch `alias`: in one of the engine's networks the service's name leads to the container
// that serves. The new one joins under the name, then the old one leaves: for a moment both answer,
// never nobody.

#include "docker/network_names.hpp"
#include "runner/deploy/container/traffic.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// Only who serves is in the network. What is read back is what the engine has written down; what a
/// client's resolver still remembers (the engine's answers may be kept for 600 s) nobody sees.
class AliasTraffic final : public Traffic {
  public:
    /// `names` and `plan` outlive it. `plan.networks` has at least one.
    AliasTraffic(docker::NetworkNames network, const DeployNames& names, const DeployPlan& plan)
        : network_{std::move(network)}, names_{names}, plan_{plan} {}

    std::string usual_image() const override { return {}; }

    /// The network is there, and nobody else answers to the name. Code::not_found, conflict.
    Task<Result<>> check() override;
    Task<Result<std::string>> ensure(std::string image) override;
    /// NETWORK/NAME.
    Task<Result<std::string>> find() override;
    Task<Result<>> move_to(Upstream upstream) override;
    Task<Result<Receivers>> read_back() override;
    /// What the old one had begun was cut off when it left.
    Task<> wait_drained(const Clock& clock) override;

  private:
    Task<Result<>> bring_in(Upstream upstream, std::vector<docker::Joined> joined);
    Task<Result<>> prove(Upstream upstream);

    docker::NetworkNames network_;
    const DeployNames& names_;
    const DeployPlan& plan_;
};

/// Of those in the network, who answers to `name` now. Pure.
Receivers answerers(const std::vector<docker::Joined>& joined, const std::string& name);

}  // namespace triphammer::runner
