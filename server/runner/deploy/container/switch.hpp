#pragma once
// The switch: an nginx container of ours that owns a service's ports as long as the service lives.
// Traffic moves by a new configuration: written, tested, taken over with HUP, read back. nginx
// finishes what it has begun with the old configuration, so no request is lost.

#include "base/clock.hpp"
#include "docker/engine.hpp"
#include "runner/deploy/container/traffic.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// Without an upstream: 503 to everybody. Names and tokens of ours only; nothing is quoted.
std::string switch_config(
    const std::vector<docker::PortBinding>& ports, const Upstream& upstream, Milliseconds drain
);

/// The processes that a list shows, a line for each. Nothing where not even nginx itself is in it:
/// such a list proves nothing of its workers.
std::optional<std::vector<std::string>> read_titles(std::string_view list);

/// Of nginx: those that take requests, and those that finish what they have.
struct Workers {
    int accepting = 0;
    int leaving = 0;
};

/// One that was just begun has its master's title still, and may take requests already. Pure.
Workers count_workers(const std::vector<std::string>& titles);

class Switch final : public Traffic {
  public:
    Switch(docker::Engine& engine, const DeployNames& names, const DeployPlan& plan)
        : engine_{engine}, names_{names}, plan_{plan} {}

    std::string usual_image() const override { return "nginx:stable"; }

    Task<Result<>> check() override;
    Task<Result<std::string>> ensure(std::string image) override;
    Task<Result<std::string>> find() override;
    /// Ok only after the read-back on every port, and when no worker takes requests for what was
    /// before.
    Task<Result<>> move_to(Upstream upstream) override;
    Task<Result<Receivers>> read_back() override;
    /// Until nginx has finished what it began before the last move, at most the plan's drain time.
    Task<> wait_drained(const Clock& clock) override;

  private:
    Task<Result<std::string>> create(std::string image);
    Task<Result<>> write_config(const char* name, std::string text);
    Task<Result<>> test_config(std::string text);
    Task<std::optional<Result<>>> install_by_shell(std::string text);
    Task<Result<>> install(std::string text);
    Task<Result<>> wait_taken_over(Upstream upstream);
    Task<Result<std::string>> read_answer();
    Task<Result<Workers>> look_at_workers();
    Task<Result<std::vector<std::string>>> list_titles();
    Task<Result<std::string>> ask(docker::PortBinding port);
    docker::ContainerSpec spec(std::string image) const;

    docker::Engine& engine_;
    const DeployNames& names_;
    const DeployPlan& plan_;
};

}  // namespace triphammer::runner
