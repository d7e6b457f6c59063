#include "runner/host/executor.hpp"

#include "base/file.hpp"
#include "execution/network_policy.hpp"
#include "runner/host/resource_watch.hpp"

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace triphammer::runner {

namespace {

execution::SandboxPaths paths_of(const JobFolders& folders, std::vector<std::string> hidden) {
    execution::SandboxPaths out;
    out.temp = folders.tmp.outside;
    out.home = folders.home.outside;
    out.home_inside = folders.home.inside;
    for (const auto& [outside, inside] : {folders.workspace, folders.temp}) {
        out.moved.push_back({outside, inside});
    }
    out.readable = {folders.actions.outside};
    out.hidden = std::move(hidden);
    return out;
}

/// Tools keep their own things in a home: ~/go is GOPATH, in which Go takes no module.
bool is_taken(std::string_view name) {
    return name.empty() || name.starts_with('.') || name == "go" || name == "work" ||
           name == "workspace";
}

}  // namespace

HostExecutor::HostExecutor(JobFolders folders, std::vector<std::string> hidden, bool leads_out)
    : folders_{std::move(folders)},
      leads_out_{leads_out},
      is_root_{::geteuid() == 0},
      sandbox_{paths_of(folders_, std::move(hidden))} {
    if (!is_root_ && !leads_out_) sandbox_.cut_off();
}

Result<execution::Network> HostExecutor::take_network() {
    if (network_) return std::move(*std::exchange(network_, {}));
    return find_network();
}

void HostExecutor::prepare_ahead() {
    if (!make_directory(folders_.actions.outside, 0755)) return;
    if (make_network()) sandbox_.prepare();
}

Result<> HostExecutor::make_network() {
    if (!is_root_ || network_) return {};
    auto found = find_network();
    if (!found) return found.error();
    network_ = std::move(*found);
    sandbox_.enter_network(network_->descriptor());
    return {};
}

Result<execution::Network> HostExecutor::find_network() {
    if (!leads_out_) return execution::Network::make({});
    if (!offered_) return execution::Network::make(execution::find_borders());
    if (!*offered_) return offered_->error();
    return std::move(**offered_);
}

/// Says why it could not be made ahead.
Task<Result<>> HostExecutor::prepare() {
    if (auto made = make_directory(folders_.actions.outside, 0755); !made) co_return made;
    if (auto made = make_network(); !made) co_return made;
    const auto loop = co_await boost::asio::this_coro::executor;
    leftovers_.emplace(loop);
    if (!network_) co_return Result<>{};
    relay_.emplace(loop, *network_);
    const auto& borders = network_->borders();
    co_return borders ? relay_->start(*borders) : Result<>{};
}

Result<> HostExecutor::bring_in(const PortWay& way) {
    if (!relay_) return {};  // it is the steps' loopback too
    const execution::Address inside{execution::kLoopback, way.port};
    const execution::Address outside{execution::kLoopback, way.outside};
    return way.is_udp ? relay_->lead_datagrams(inside, outside)
                      : relay_->lead_connections(inside, outside);
}

Task<Result<execution::ProcessEnd>> HostExecutor::run_step(
    StepCommand command,
    execution::ProcessLimits limits,
    execution::OutputSink& output,
    execution::StopToken& stop
) {
    execution::Command enclosed;
    enclosed.arguments = std::move(command.arguments);
    enclosed.environment = std::move(command.environment);
    enclosed.directory = std::move(command.directory);
    enclosed.sandbox = &sandbox_;
    enclosed.leftovers = leftovers_ ? &*leftovers_ : nullptr;
    auto running = execution::run_process(std::move(enclosed), limits, output, stop);
    auto ended = co_await std::move(running);
    if (quota_ == nullptr || !quota_->is_full()) co_return ended;
    quota_->open_reserve();
    if (ended && ended->cause == execution::EndCause::exited && !ended->status.ok()) {
        ended->cause = execution::EndCause::disk_full;
    }
    co_return ended;
}

Task<Result<std::uint64_t>> HostExecutor::measure_disk() {
    co_return measure_folders(folders_);
}

/// What steps that were ended had, went with them; the others' leftovers go now.
Task<> HostExecutor::cleanup() {
    if (leftovers_) {
        auto ending = leftovers_->end();
        co_await std::move(ending);
    }
    if (!relay_) co_return;
    auto stopping = relay_->stop();
    co_await std::move(stopping);
}

std::vector<std::string> HostExecutor::base_environment() const {
    const auto& home = folders_.home.inside;
    std::vector<std::string> out{
        "LANG=C.UTF-8", "PATH=" + home + "/.local/bin:" + home + "/.cargo/bin:" + kUsualPath};
    if (is_root_) {  // as the sandbox's /etc/passwd has it
        out.insert(out.end(), {"USER=runner", "LOGNAME=runner"});
    }
    return out;
}

bool HostExecutor::has_bash() const {
    return ::access("/bin/bash", X_OK) == 0;
}

std::string HostExecutor::description() const {
    const std::string place = "a sandbox on this machine, ";
    if (!is_root_) {
        return place + "as the launcher's own user (it is not root), " +
               (leads_out_ ? "in the machine's network" : "without a network");
    }
    const auto user = leads_out_ ? "with a network of its own" : "without a network";
    return place + "as a user of its own, " + user;
}

void name_workspace(const JobFolders& folders, std::string_view repository) {
    namespace fs = std::filesystem;
    const fs::path home{folders.home.outside};
    const auto name = repository.substr(repository.rfind('/') + 1);
    std::error_code ignored;
    if (!is_taken(name)) fs::create_symlink("workspace", home / name, ignored);
    const auto work = home / "work";
    if (!make_directory(work, 0755)) return;
    if (!is_taken(name)) fs::create_symlink("..", work / name, ignored);
    fs::create_symlink(folders.temp.inside, work / "_temp", ignored);
}

}  // namespace triphammer::runner
