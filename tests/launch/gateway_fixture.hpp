#pragma once
// The gateway over a real database with its threads and real log files, and a runner that is a
// RunnerMachine at the other end of a stream in memory.

#include "access/sealing.hpp"
#include "base/digest.hpp"
#include "base/task_group.hpp"
#include "launch/memory_stream.hpp"
#include "launch/runner_gateway.hpp"
#include "logs/log_store.hpp"
#include "protocol/runner_machine.hpp"
#include "queue/queue.hpp"
#include "store/sample_database.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::testing {

/// A runner process, as far as the wire sees it. Times stand still.
class WireRunner {
  public:
    WireRunner(model::Fence fence, const std::string& token);

    void append(const protocol::Record& record) { spool += machine.append(record, {}); }

    void log(int step, std::string_view bytes);
    /// With the sums of everything logged.
    void end();

    /// Connects to `gateway` and talks until the connection ends, or `until` says so.
    Task<> talk(
        Executor executor, launch::RunnerGateway& gateway, std::function<bool()> until = {}
    );

    template <class Action>
    bool heard() const {
        for (const auto& action : actions) {
            if (std::holds_alternative<Action>(action)) return true;
        }
        return false;
    }

    protocol::RunnerMachine machine;
    std::string spool;
    std::map<int, std::string> truth;
    std::vector<protocol::RunnerAction> actions;

  private:
    Task<Result<>> send_all(http::Stream& stream);
    void take_actions();
};

class GatewayFixture : public ::testing::Test {
  public:
    GatewayFixture();

    /// Runs `body(executor, gateway)` to its end on an event loop.
    void run(const std::function<Task<>(Executor, launch::RunnerGateway&)>& body);

    store::Database& database() { return *database_; }

    /// The runner of the claimed attempt has been there.
    void attach_runner_once();
    model::JobId add_job(const std::string& key);
    /// All of them deploy to one target.
    model::JobId add_deploy_job(const std::string& key);

    std::string state_of_job();
    std::string log_of(int step);
    std::filesystem::path log_file(int step) const;

    /// As a daemon that found them damaged, and died before they came again. Between two `run`s.
    void cut_logs() { (void)logs_->remove(fence.value); }

    SampleDatabase db;  // the one that is set up with, closed before the threads' own opens
    model::RunId run_id;
    model::JobId job;
    model::Fence fence;
    std::string token = "the token of this attempt";
    std::vector<std::string> events;  // what the gateway told
    std::uint64_t logged_lines = 0;
    Milliseconds lease{30'000};

  private:
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<logs::LogStore> logs_;
    NamedThread log_thread_{"logs"};
    SystemClock clock_;
    SeededRandom random_{1};
    access::Sealer sealer_{Secret{std::string(32, 'k')}, random_};
    launch::DocumentSource documents_{{}, sealer_};
};

}  // namespace triphammer::testing
