#pragma once
// The datagrams of network_relay.hpp: each pair of addresses that talk gets two sockets for a
// while, one in the job's network, which answers in the other's name, and one of ours.

#include "base/task.hpp"
#include "base/task_group.hpp"
#include "execution/network.hpp"

#include <map>
#include <memory>
#include <utility>

namespace triphammer::runner {

class DatagramRelay {
  public:
    /// Both outlive it.
    DatagramRelay(Executor executor, const execution::Network& network, TaskGroup& tasks)
        : executor_{executor}, network_{network}, tasks_{tasks} {}

    /// Carries on what arrives at `socket` in the job's network; `is_known`: that may go on anyway.
    void serve(FileDescriptor socket, bool is_known);

  private:
    struct Talk;
    struct Datagram;
    using Talks = std::map<std::pair<execution::Address, execution::Address>, std::weak_ptr<Talk>>;

    Task<> take(FileDescriptor socket, bool is_known);
    std::shared_ptr<Talk> talk_of(const Datagram& datagram);
    std::shared_ptr<Talk> begin(const Datagram& datagram);
    static Task<> pump(std::shared_ptr<Talk> talk, bool outwards);

    Executor executor_;
    const execution::Network& network_;
    TaskGroup& tasks_;
    Talks talks_;
};

}  // namespace triphammer::runner
