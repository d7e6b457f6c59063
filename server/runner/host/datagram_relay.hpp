#pragma once
// The datagrams of network_relay.hpp: each pair of addresses that talk gets two sockets for a
// while, one in the job's network, which answers in the other's name, and one of ours.

#include "base/task.hpp"
#include "base/task_group.hpp"
#include "execution/network.hpp"

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace triphammer::runner {

class DatagramRelay {
  public:
    /// Both outlive it.
    DatagramRelay(Executor executor, const execution::Network& network, TaskGroup& tasks)
        : executor_{executor}, network_{network}, tasks_{tasks} {}

    /// Carries on what arrives at `socket` in the job's network: to `target`, or to where it was
    /// sent, if it may go there.
    void serve(FileDescriptor socket, std::optional<execution::Address> target);

  private:
    struct Talk;
    struct Datagram;
    using Talks = std::map<std::pair<execution::Address, execution::Address>, std::weak_ptr<Talk>>;

    Task<> take(FileDescriptor socket, std::optional<execution::Address> target);
    std::shared_ptr<Talk> talk_of(const Datagram& datagram, const execution::Address& target);
    std::shared_ptr<Talk> begin(const Datagram& datagram, const execution::Address& target);
    static Task<> pump(std::shared_ptr<Talk> talk, bool outwards);

    Executor executor_;
    const execution::Network& network_;
    TaskGroup& tasks_;
    Talks talks_;
};

}  // namespace triphammer::runner
