#pragma once

#include "base/task_group.hpp"
#include "base/thread.hpp"
#include "launcher/attempts.hpp"
#include "launcher/fair_share.hpp"
#include "launcher/network_stock.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>

namespace triphammer::launcher {

/// Answers the daemon. One connection counts, the newest: what an older one had queued is dropped.
/// Everything on one thread, but the removal of folders.
class Server {
  public:
    using Acceptor = boost::asio::local::stream_protocol::acceptor;

    Server(Executor executor, const Settings& settings);
    ~Server();

    /// Accepts until cancelled.
    Task<> run(Acceptor& acceptor);
    Task<> stop();

  private:
    class Connection;
    using Peer = std::shared_ptr<Connection>;

    void watch_survivors();
    Task<> prune_held_folders();
    Task<> serve(Peer peer);
    Task<Reply> answer(Request request);
    Reply start(const Request& request);
    Reply list() const;
    Reply end(std::int64_t fence, std::chrono::milliseconds grace);
    Task<Reply> sweep(Request request);
    Task<> tidy_up(std::int64_t fence);
    Task<> make_ready();
    bool may_have_objects(std::int64_t fence);
    void remove_soon();
    Task<> remove_when_quiet();
    Task<> wait_for_quiet(bool alone);
    void tend_layers_soon();
    Task<> tend_layers();
    void share_from_now();
    Task<> share_while_jobs_run();
    Task<> watch(std::int64_t fence, Child child);
    Task<> watch_stranger(std::int64_t fence, FileDescriptor pidfd);
    Task<> kill_later(std::int64_t fence, FileDescriptor runner, std::chrono::milliseconds grace);
    Task<> tell_ended(std::int64_t fence, ExitStatus status);

    const Settings& settings_;
    Attempts attempts_;
    NamedThread disk_{"launcher-disk"};
    std::map<std::int64_t, ExitStatus> ended_;
    std::set<std::int64_t> without_engine_;  // swept once; such an attempt made no objects
    Peer current_;
    bool is_removing_ = false;
    bool is_tending_ = false;
    std::optional<Child> layer_keeper_;  // while it runs
    FairShare share_;
    bool is_sharing_ = false;
    std::set<std::int64_t> running_;  // whose runners live, as far as this process knows
    std::uint64_t starts_ = 0;        // attempts started by this process
    TaskGroup tasks_;
    NetworkStock networks_;
};

}  // namespace triphammer::launcher
