#include "launcher/network_stock.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "launcher/json_fields.hpp"
#include "launcher/wait_readable.hpp"
#include "model/engine_labels.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace triphammer::launcher {

namespace {

constexpr std::uint64_t kMostNoteBytes = 4096;
/// An engine that does not answer keeps what it has; the note stays.
constexpr std::chrono::seconds kPatience{20};

Result<Child> start_keeper(const Settings& settings, const EngineUse& use, int count) {
    SpawnRequest request;
    request.arguments = {
        settings.runner_program.string(),
        kNetworksArgument,
        use.docker_host,
        use.server_id,
        std::to_string(count)};
    request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    request.error = STDERR_FILENO;
    request.new_session = true;
    SystemSpawner spawner;
    return spawner.spawn(request);
}

}  // namespace

NetworkStock::NetworkStock(
    Executor executor, const Settings& settings, std::function<Task<>()> quiet
)
    : settings_{settings}, quiet_{std::move(quiet)}, tasks_{std::move(executor), {}} {
    if (auto left = find_noted()) fill_soon(std::move(*left));
}

void NetworkStock::fill_soon(EngineUse use) {
    use_ = std::move(use);
    is_wanted_ = true;
    if (!std::exchange(is_filling_, true)) tasks_.spawn("networks", fill());
}

Task<> NetworkStock::fill() {
    while (std::exchange(is_wanted_, false)) {
        auto waiting = quiet_();
        co_await std::move(waiting);
        const auto use = use_;
        const auto before = find_noted();
        if (before && *before != use) {
            auto emptying = tend(*before, 0);
            co_await std::move(emptying);
        }
        if (before != use) note(use);
        auto tending = tend(use, model::kReadyNetworks);
        co_await std::move(tending);
    }
    is_filling_ = false;
}

Task<> NetworkStock::stop() {
    auto stopping = tasks_.stop();
    co_await std::move(stopping);
    if (keeper_) {
        keeper_->signal_group(SIGKILL);
        keeper_->wait();
        keeper_.reset();
    }
    const auto left = find_noted();
    if (!left) co_return;
    auto emptying = tend(*left, 0);
    const bool is_empty = co_await std::move(emptying);
    std::error_code ignored;
    if (is_empty) std::filesystem::remove(note_file(), ignored);
}

/// Whether all was done.
Task<bool> NetworkStock::tend(EngineUse use, int count) {
    auto started = start_keeper(settings_, use, count);
    if (!started) {
        log::warning("no networks are made ahead", {{"why", started.error().message}});
        co_return false;
    }
    keeper_ = std::move(*started);
    FileDescriptor watched{::fcntl(keeper_->pidfd(), F_DUPFD_CLOEXEC, 0)};
    auto ending = finish_within(wait_readable(std::move(watched)), kPatience);
    const bool has_ended = co_await std::move(ending);
    if (!has_ended) keeper_->signal_group(SIGKILL);
    const auto status = keeper_->wait();
    keeper_.reset();
    co_return status.ok();
}

std::optional<EngineUse> NetworkStock::find_noted() const {
    const auto text = read_file(note_file(), kMostNoteBytes);
    if (!text) return {};
    const auto object = parse_object(*text);
    Fields fields{object};
    EngineUse out;
    fields.text("docker_host", out.docker_host);
    fields.text("server_id", out.server_id);
    if (!fields.finish()) return {};
    return out;
}

/// Before anything is made.
void NetworkStock::note(const EngineUse& use) const {
    const nlohmann::json object{{"docker_host", use.docker_host}, {"server_id", use.server_id}};
    const auto noted = replace_file(note_file(), object.dump() + "\n", 0600);
    if (!noted) log::warning("networks may stay", {{"why", noted.error().message}});
}

}  // namespace triphammer::launcher
