#pragma once

#include "execution/disk_quota.hpp"
#include "execution/leftovers.hpp"
#include "execution/network.hpp"
#include "execution/sandbox.hpp"
#include "runner/host/network_relay.hpp"
#include "runner/session/step_executor.hpp"

#include <optional>
#include <string_view>

namespace triphammer::runner {

/// Steps on this machine, in sandboxes, as root in one network of the job's own.
class HostExecutor final : public StepExecutor {
  public:
    /// `leads_out` false: the steps have no network but loopback.
    HostExecutor(JobFolders folders, std::vector<std::string> hidden, bool leads_out = true);

    /// As root, for steps that are to have a network which leads out: one that was made ahead, or
    /// why there is none. Without this it is made here.
    void offer(Result<execution::Network> network) { offered_ = std::move(network); }

    /// Before `prepare_ahead`: where the steps are to be limited. It outlives this.
    void enter_group(const execution::StepsGroup& group) { sandbox_.enter_group(group); }

    /// Whether the steps have written all they may, is asked of `quota` when one of them ends. It
    /// outlives this.
    void keep_to(execution::DiskQuota& quota) { quota_ = &quota; }

    /// What `offer` gave. For one more of these; this one makes no further sandbox.
    Result<execution::Network> take_network();

    /// Makes the first step's sandbox and the network before anybody knows what it will run. What
    /// goes wrong, `prepare` meets again.
    void prepare_ahead();

    Task<Result<>> prepare() override;
    Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) override;
    Task<> cleanup() override;

    const JobFolders& folders() const override { return folders_; }

    std::vector<std::string> base_environment() const override;
    bool has_bash() const override;

    Task<Result<std::uint64_t>> measure_disk() override;

    bool has_own_loopback() const override { return is_root_; }

    Result<> bring_in(const PortWay& way) override;

    std::string description() const override;

  private:
    Result<> make_network();
    Result<execution::Network> find_network();

    JobFolders folders_;
    bool leads_out_;
    bool is_root_;
    std::optional<Result<execution::Network>> offered_;
    std::optional<execution::Network> network_;
    std::optional<NetworkRelay> relay_;
    execution::Sandbox sandbox_;
    execution::DiskQuota* quota_ = nullptr;
    std::optional<execution::Leftovers> leftovers_;
};

/// At GitHub the workspace is /home/runner/work/NAME/NAME, and scripts go there by that name:
/// cd "${{ runner.workspace }}/NAME", cd ../NAME, or the whole path. Here links lead there; where
/// something is called so already, or a tool looks for its own folder (go), nothing is done.
void name_workspace(const JobFolders& folders, std::string_view repository);

}  // namespace triphammer::runner
