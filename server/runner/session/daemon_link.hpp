#pragma once
// The connection to the daemon: comes back for as long as the attempt is not over, sends the spool
// from where the daemon's copy ends. Drives protocol::RunnerMachine (see its loop).

#include "base/task_group.hpp"
#include "http/stream.hpp"
#include "protocol/runner_machine.hpp"
#include "runner/session/spool_file.hpp"
#include "runner/session/wakeup.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace triphammer::runner {

/// Who is told what the daemon says. Called from the link; must not block.
class LinkListener {
  public:
    virtual ~LinkListener() = default;
    virtual void on_action(protocol::RunnerAction action) = 0;
    /// Something was acknowledged, or the connection came or went.
    virtual void on_news() = 0;
};

class DaemonLink {
  public:
    struct Place {
        std::filesystem::path endpoint;  // the daemon's Unix socket
        std::string server_id;
        std::filesystem::path folder;  // run/<fence>
    };

    DaemonLink(
        protocol::RunnerMachine& machine,
        const SpoolFile& spool,
        Place place,
        const Clock& clock,
        LinkListener& listener
    );

    /// Until the machine is over.
    Task<> run();
    /// There is more in the spool.
    void wake();

  private:
    Task<> wait_for_turn();
    Task<Result<std::unique_ptr<http::Stream>>> connect();
    Task<> serve(http::Stream& stream);
    Task<> read(http::Stream& stream);
    Task<Result<bool>> send_some(http::Stream& stream);
    void carry_out();
    bool is_gone() const;

    protocol::RunnerMachine& machine_;
    const SpoolFile& spool_;
    Place place_;
    const Clock& clock_;
    LinkListener& listener_;
    std::unique_ptr<Wakeup> news_;
    bool connected_ = false;
};

}  // namespace triphammer::runner
