#pragma once
// Carries on what the steps of a job send out of their network (execution/network.hpp): their
// connection becomes one of ours, their datagrams too, but never to where no step may go.

#include "base/task.hpp"
#include "base/task_group.hpp"
#include "execution/network.hpp"
#include "runner/host/datagram_relay.hpp"

namespace triphammer::runner {

/// Everything on the runner's one thread.
class NetworkRelay {
  public:
    /// `network` outlives it.
    NetworkRelay(Executor executor, execution::Network& network);

    /// Begins; name servers on loopback are reachable in the job's network afterwards. `borders`:
    /// those of its making; they are looked for again at each connection.
    Result<> start(const execution::Borders& borders);

    /// Makes a port of this machine's loopback one of the job's, for connections and datagrams.
    Result<> bring_in(const execution::Address& address);

    /// Ends every connection.
    Task<> stop() { return tasks_.stop(); }

  private:
    Task<> accept(FileDescriptor listener, bool is_known);
    Task<> wait_for_room();
    Task<> carry(FileDescriptor inside, execution::Address to);

    Executor executor_;
    execution::Network& network_;
    int connections_ = 0;
    TaskGroup tasks_;
    DatagramRelay datagrams_;
};

}  // namespace triphammer::runner
