#pragma once
// Carries on what the steps of a job send out of their network (execution/network.hpp): their
// connection becomes one of ours, their datagrams too, but never to where no step may go.

#include "base/task.hpp"
#include "base/task_group.hpp"
#include "execution/network.hpp"
#include "runner/host/datagram_relay.hpp"

#include <optional>

namespace triphammer::runner {

/// Everything on the runner's one thread.
class NetworkRelay {
  public:
    /// `network` outlives it.
    NetworkRelay(Executor executor, execution::Network& network);

    /// Begins; name servers on loopback are reachable in the job's network afterwards. `borders`:
    /// those of its making; they are looked for again at each connection.
    Result<> start(const execution::Borders& borders);

    /// Makes an address of the job's loopback lead to one of this machine's.
    Result<> lead_connections(const execution::Address& address, const execution::Address& target);
    Result<> lead_datagrams(const execution::Address& address, const execution::Address& target);

    /// Ends every connection.
    Task<> stop() { return tasks_.stop(); }

  private:
    /// To `target`, or to where the step wanted to go, if it may.
    Task<> accept(FileDescriptor listener, std::optional<execution::Address> target);
    Task<> wait_for_room();
    Task<> carry(FileDescriptor inside, execution::Address to);

    Executor executor_;
    execution::Network& network_;
    int connections_ = 0;
    TaskGroup tasks_;
    DatagramRelay datagrams_;
};

}  // namespace triphammer::runner
