#pragma once
// One runner's connection (or the spool of a dead one): does what protocol::DaemonMachine asks for.

#include "launch/runner_gateway.hpp"
#include "protocol/daemon_machine.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace triphammer::launch {

struct ConnectionHooks {
    std::function<void(model::Fence)> on_attached;
    std::function<void(model::Fence)> on_ending;
    std::function<void(model::Fence)> on_over;
    std::function<void(const LogNews&)> on_log;
    std::function<void()> kick;  // have `work` run soon
    /// The logs of this attempt were damaged and are cut; how often that has been so.
    std::function<void(model::Fence)> on_damaged;
    std::function<int(model::Fence)> damages;
};

class RunnerConnection : public std::enable_shared_from_this<RunnerConnection> {
  public:
    /// `stream` null: only `replay` may be called.
    RunnerConnection(RunnerGateway::Parts parts, std::unique_ptr<http::Stream> stream);
    ~RunnerConnection();

    void set_hooks(ConnectionHooks hooks) { hooks_ = std::move(hooks); }

    Task<> serve();
    Task<Result<>> replay(model::Fence fence, std::filesystem::path spool);
    /// Does what the machine asks for; false: the connection is over. While another `work` runs,
    /// that one does it.
    Task<bool> work();

    void cancel(const std::string& why);
    void refuse(const std::string& why);
    void close();

    /// Cut off, because nothing was heard for a lease.
    bool is_silent() const { return is_silent_; }

    model::Fence fence() const { return hold_.fence; }

    model::JobId job() const { return job_; }

  private:
    Task<> perform(protocol::CheckAttach action);
    Task<> perform(protocol::WriteLog action);
    Task<> perform(protocol::VerifyLogs action);
    Task<> perform(protocol::Commit action);
    Task<> perform(protocol::Send action);
    Task<> perform(protocol::Close action);
    Task<Result<std::size_t>> read();
    void watch_lease();
    void work_later();
    void on_lease_alarm();
    Task<> wait_until_idle();
    Task<> cut_logs();
    Task<Result<protocol::Attached>> admit(const protocol::Attach& attach);
    Task<Result<JobToken>> make_token(const protocol::Attach& attach);
    Result<std::string> make_document(
        store::Transaction& tx, const AttachedRunner& runner, const Result<JobToken>& token
    ) const;
    Task<Result<std::map<int, std::uint64_t>>> measure_known_logs(
        model::Fence fence, std::uint64_t acked
    );
    Task<Result<std::map<int, std::uint64_t>>> measure_logs(std::vector<std::int64_t> steps);
    Task<std::vector<store::StepLog>> measure_ended(const protocol::Commit& commit);
    int damages(model::Fence fence) const;
    void note_attached(const AttachedRunner& runner);

    RunnerGateway::Parts parts_;
    std::unique_ptr<http::Stream> stream_;
    ConnectionHooks hooks_;
    protocol::DaemonMachine machine_;
    store::Hold hold_;
    model::JobId job_;
    model::RunId run_;
    bool is_attached_ = false;
    bool is_working_ = false;
    bool is_over_ = false;
    bool is_silent_ = false;
    bool is_patient_ = true;                  // what nobody waits for may be held back
    bool is_later_ = false;                   // patience_ is going to ring
    std::optional<Instant> listening_since_;  // nothing while we work: that is not its silence
    boost::asio::steady_timer idle_;          // never rings: cancelled when `work` has ended
    boost::asio::steady_timer lease_;
    boost::asio::steady_timer patience_;  // rings when what was held back has waited enough
};

}  // namespace triphammer::launch
