#include "runner/deploy/container/alias.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

Receivers answerers(const std::vector<docker::Joined>& joined, const std::string& name) {
    Receivers out;
    for (const auto& one : joined) {
        if (one.running && one.answers_to(name)) out.push_back(one.container);
    }
    return out;
}

Task<Result<>> AliasTraffic::check() {
    const auto& network = plan_.networks.front();
    auto checking = network_.check(network);
    auto checked = co_await std::move(checking);
    if (!checked) {
        co_return with_context(
            "switch: alias needs the network '" + network + "'", checked.error()
        );
    }
    auto listing = network_.list(network);
    const auto joined = co_await std::move(listing);
    if (!joined) co_return joined.error();
    for (const auto& one : *joined) {
        if (!one.answers_to(plan_.service) || names_.is_of_owner(one.labels)) continue;
        co_return conflict(
            "in the network '" + network + "' the container " + one.name + " is called '" +
            plan_.service + "' already: rename or remove it, or give the service another name"
        );
    }
    co_return Result<>{};
}

Task<Result<std::string>> AliasTraffic::ensure(std::string) {
    return find();
}

Task<Result<std::string>> AliasTraffic::find() {
    auto checking = network_.check(plan_.networks.front());
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked.error();
    co_return plan_.networks.front() + "/" + plan_.service;
}

/// Names cannot be added: who has joined without this one leaves first.
Task<Result<>> AliasTraffic::bring_in(Upstream upstream, std::vector<docker::Joined> joined) {
    const auto& network = plan_.networks.front();
    for (const auto& one : joined) {
        if (one.container != upstream.container) continue;
        if (one.answers_to(plan_.service)) co_return Result<>{};
        auto leaving = network_.leave(network, one.container);
        auto left = co_await std::move(leaving);
        if (!left) co_return left;
    }
    auto joining = network_.join(network, upstream.container, plan_.service);
    co_return co_await std::move(joining);
}

Task<Result<>> AliasTraffic::move_to(Upstream upstream) {
    const auto& network = plan_.networks.front();
    auto listing = network_.list(network);
    auto joined = co_await std::move(listing);
    if (!joined) co_return joined.error();
    if (!upstream.container.empty()) {
        auto bringing = bring_in(upstream, *joined);
        auto brought = co_await std::move(bringing);
        if (!brought) co_return with_context(network, brought.error());
    }
    for (const auto& one : *joined) {
        const bool is_old = one.container != upstream.container && one.answers_to(plan_.service) &&
                            names_.is_of_owner(one.labels);
        if (!is_old) continue;
        auto leaving = network_.leave(network, one.container);
        auto left = co_await std::move(leaving);
        if (!left) co_return with_context(network, left.error());
    }
    auto proving = prove(std::move(upstream));
    co_return co_await std::move(proving);
}

Task<Result<>> AliasTraffic::prove(Upstream upstream) {
    auto reading = read_back();
    const auto serving = co_await std::move(reading);
    if (!serving) co_return serving.error();
    const auto wanted = upstream.container.empty() ? Receivers{} : Receivers{upstream.container};
    if (*serving == wanted) co_return Result<>{};
    co_return conflict(
        "in the network '" + plan_.networks.front() + "' " + std::to_string(serving->size()) +
        " containers answer to '" + plan_.service + "', and not the one that should alone"
    );
}

Task<Result<Receivers>> AliasTraffic::read_back() {
    auto listing = network_.list(plan_.networks.front());
    const auto joined = co_await std::move(listing);
    if (!joined) co_return joined.error();
    co_return answerers(*joined, plan_.service);
}

Task<> AliasTraffic::wait_drained(const Clock&) {
    co_return;
}

}  // namespace triphammer::runner
