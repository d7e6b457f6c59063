#pragma once
// Plays the daemon for a real runner: a Unix socket, the product's own DaemonMachine, memory
// instead of tables and log files. One thread for each connection.

#include "base/file.hpp"
#include "protocol/daemon_machine.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace triphammer::runner::testing {

class DaemonDouble {
  public:
    DaemonDouble(std::filesystem::path socket, std::string document);
    ~DaemonDouble();
    DaemonDouble(const DaemonDouble&) = delete;
    DaemonDouble& operator=(const DaemonDouble&) = delete;

    /// Closes every connection and answers nobody until `come_back`.
    void go_away();
    void come_back();

    /// Told to the runner now or with its next welcome.
    void cancel(protocol::Cancel cancel);
    void refuse();

    /// What intents are answered with.
    void say_no_to_effects();
    /// The repository whose commit a runner may fetch; without one: 404.
    void serve_source(const std::filesystem::path& repository, const std::string& sha);

    /// A request's head and body → the whole answer; on a thread of its connection.
    using Exchange = std::function<std::string(const std::string& head, const std::string& body)>;
    /// What else is asked over HTTP; before the runner starts to ask.
    void answer_with(Exchange exchange);

    /// Blocks until the runner's end is committed.
    protocol::End wait_for_end();
    /// Blocks until step `step` has said `text`.
    void wait_for_log(int step, const std::string& text);

    std::string log(int step);
    std::vector<protocol::Record> records();
    protocol::StepEnd step_end(int step);

  private:
    void accept();
    void serve(int socket);
    void speak(int socket);
    void send_source(int socket);
    void answer(int socket, const std::string& head);
    bool carry_out(protocol::DaemonMachine& machine, int socket);
    bool perform(protocol::DaemonMachine& machine, int socket, protocol::DaemonAction action);
    protocol::Attached attach(const protocol::Attach& attach);
    void apply(protocol::DaemonMachine& machine, const protocol::Commit& commit);
    bool has_end() const;

    std::filesystem::path path_;
    std::string document_;
    FileDescriptor listener_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool away_ = false;
    bool closing_ = false;
    bool goes_ = true;
    bool refuses_ = false;
    std::optional<protocol::Cancel> cancel_;
    std::string nonce_;
    std::uint64_t acked_ = 0;
    std::map<int, std::string> logs_;
    std::vector<protocol::Record> records_;
    std::string source_;
    Exchange exchange_;
    std::map<int, protocol::DaemonMachine*> open_;  // by socket
    std::list<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace triphammer::runner::testing
