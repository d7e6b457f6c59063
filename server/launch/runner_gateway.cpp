#include "launch/runner_gateway.hpp"

#include "base/task_group.hpp"
#include "launch/runner_connection.hpp"
#include "store/runs/asked_cancel_store.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>
#include <map>

namespace triphammer::launch {

struct RunnerGateway::State {
    Parts parts;
    Callbacks callbacks;
    TaskGroup tasks;
    std::map<model::Fence, std::shared_ptr<RunnerConnection>> connections;
    std::map<model::Fence, int> damages;  // attempts whose logs were found damaged
    bool is_telling = false;
    bool tells_again = false;

    State(Parts given, Callbacks calls)
        : parts{given}, callbacks{std::move(calls)}, tasks{given.executor, {}} {}
};

RunnerGateway::RunnerGateway(Parts parts, Callbacks callbacks)
    : state_{std::make_shared<State>(parts, std::move(callbacks))} {}

RunnerGateway::~RunnerGateway() = default;

namespace {

Task<> run_work(std::shared_ptr<RunnerConnection> connection) {
    auto working = connection->work();
    if (!co_await std::move(working)) connection->close();
}

/// The place of a connection in the gateway's map, kept while it is attached.
template <class State>
ConnectionHooks hooks_of(
    const std::shared_ptr<State>& state, const std::shared_ptr<RunnerConnection>& self
) {
    const std::weak_ptr<RunnerConnection> weak = self;
    ConnectionHooks hooks;
    hooks.on_attached = [state, weak](model::Fence fence) {
        auto& place = state->connections[fence];
        if (place) place->close();
        place = weak.lock();
        if (state->callbacks.on_attached) state->callbacks.on_attached(fence);
    };
    hooks.kick = [state, weak] {
        if (auto connection = weak.lock())
            state->tasks.spawn("runner", run_work(std::move(connection)));
    };
    hooks.on_damaged = [state](model::Fence fence) { ++state->damages[fence]; };
    hooks.damages = [state](model::Fence fence) {
        const auto found = state->damages.find(fence);
        return found == state->damages.end() ? 0 : found->second;
    };
    hooks.on_ending = state->callbacks.on_ending;
    hooks.on_over = [state](model::Fence fence) {
        state->damages.erase(fence);
        if (state->callbacks.on_over) state->callbacks.on_over(fence);
    };
    hooks.on_log = [state](const LogNews& news) {
        if (state->callbacks.on_log) state->callbacks.on_log(news);
    };
    return hooks;
}

}  // namespace

Task<> RunnerGateway::serve(std::unique_ptr<http::Stream> stream) {
    auto state = state_;
    const auto connection = std::make_shared<RunnerConnection>(state->parts, std::move(stream));
    connection->set_hooks(hooks_of(state, connection));
    auto serving = connection->serve();
    co_await std::move(serving);
    const auto fence = connection->fence();
    const auto place = state->connections.find(fence);
    if (!fence || place == state->connections.end() || place->second != connection) co_return;
    state->connections.erase(place);
    const auto& tell =
        connection->is_silent() ? state->callbacks.on_silent : state->callbacks.on_detached;
    if (tell) tell(fence);
}

Task<Result<>> RunnerGateway::replay(model::Fence fence, std::filesystem::path spool) {
    auto state = state_;
    const auto connection = std::make_shared<RunnerConnection>(state->parts, nullptr);
    connection->set_hooks(hooks_of(state, connection));
    auto replaying = connection->replay(fence, std::move(spool));
    co_return co_await std::move(replaying);
}

namespace {

template <class State>
Task<> tell_cancels_once(std::shared_ptr<State> state) {
    auto list = [](store::Connection& db) -> Result<std::vector<store::AskedCancel>> {
        return store::list_asked_cancels(db);
    };
    auto listed = state->parts.database.read(list);
    const auto cancels = co_await std::move(listed);
    if (!cancels) co_return;
    for (const auto& [fence, reason] : *cancels) {
        const auto place = state->connections.find(fence);
        if (place == state->connections.end()) continue;
        const auto connection = place->second;
        connection->cancel(reason);
    }
}

}  // namespace

/// One round at a time; what changes meanwhile is looked at in the next.
Task<> RunnerGateway::tell_cancels() {
    auto state = state_;
    state->tells_again = true;
    if (state->is_telling || state->connections.empty()) co_return;
    state->is_telling = true;
    while (std::exchange(state->tells_again, false)) {
        auto telling = tell_cancels_once(state);
        co_await std::move(telling);
    }
    state->is_telling = false;
}

void RunnerGateway::refuse(model::Fence fence, const std::string& why) {
    const auto place = state_->connections.find(fence);
    if (place != state_->connections.end()) place->second->refuse(why);
}

std::size_t RunnerGateway::connected() const {
    return state_->connections.size();
}

}  // namespace triphammer::launch
