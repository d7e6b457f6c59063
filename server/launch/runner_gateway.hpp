#pragma once
// The daemon's side of every runner's connection: drives protocol::DaemonMachine over the stream,
// the tables and the log files. Also applies the spool of a runner that died.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"
#include "http/stream.hpp"
#include "launch/document_source.hpp"
#include "model/ids.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace triphammer::logs {
class LogStore;
}

namespace triphammer::store {
class Database;
}

namespace triphammer::launch {

class JobTokens;

/// A log has grown, or its step has ended.
struct LogNews {
    model::RunId run;
    model::JobId job;
    std::int64_t step = 0;
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    bool done = false;
};

class RunnerGateway {
  public:
    struct Parts {
        Executor executor;
        store::Database& database;
        logs::LogStore& logs;
        NamedThread& log_thread;  // every call of `logs` runs there
        const DocumentSource& documents;
        const Clock& clock;
        /// A runner pings every 5 s. One that is silent for longer than this is cut off.
        Milliseconds lease{30'000};
        JobTokens* tokens = nullptr;  // without a GitHub App there is none
    };

    /// On the logic thread; each may be empty.
    struct Callbacks {
        std::function<void(model::Fence)> on_attached;
        std::function<void(model::Fence)> on_detached;  // the connection was lost
        std::function<void(model::Fence)> on_silent;    // it was cut, after a lease of silence
        std::function<void(model::Fence)> on_ending;    // its end is under way to the tables
        std::function<void(model::Fence)> on_over;      // ended or parked in the tables
        std::function<void(const LogNews&)> on_log;
    };

    RunnerGateway(Parts parts, Callbacks callbacks);
    ~RunnerGateway();
    RunnerGateway(const RunnerGateway&) = delete;
    RunnerGateway& operator=(const RunnerGateway&) = delete;

    /// One connection, to its end. A second connection of the same attempt ends the first.
    Task<> serve(std::unique_ptr<http::Stream> stream);

    /// Applies a dead runner's spool as if it were sent. Code::conflict when its attempt is over.
    Task<Result<>> replay(model::Fence fence, std::filesystem::path spool);

    /// Tells connected runners of cancels that stand in the tables.
    Task<> tell_cancels();
    /// The attempt is over for its runner.
    void refuse(model::Fence fence, const std::string& why);

    std::size_t connected() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace triphammer::launch
