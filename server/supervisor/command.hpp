#pragma once
// One command of a job and all processes that it makes. A keeper of its own stands between them and
// the first process: it adopts what they leave behind, so that their ends and those of the commands
// beside them are told apart. What they leave lives on, until the job's end.

#include "runner/container/wire.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace triphammer::supervisor {

/// Taken from its pipe at once.
constexpr std::size_t kPiece = 64U << 10U;

class Command {
  public:
    explicit Command(runner::wire::Start start) : start_{std::move(start)} {}

    ~Command();
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    /// 0, or the errno of what could not be started.
    int start();

    runner::wire::Number number() const { return start_.command; }

    const runner::wire::Start& request() const { return start_; }

    /// Where its output and its end are read, for poll; -1: not any more.
    int output() const { return output_; }

    int report() const { return report_; }

    /// Bytes that have been written and not been taken.
    std::size_t waiting() const;
    /// Some of them, framed; empty: nothing now.
    std::string take_output(std::size_t most = kPiece);
    /// How it ended; its keeper is there as long as anything that it left.
    void take_report();

    /// How it ended, once that is known.
    const std::optional<runner::wire::Ended>& end() const { return end_; }

    pid_t keeper() const { return keeper_; }

    /// It was reaped: nothing below it is alive.
    void forget_keeper() { keeper_ = -1; }

    /// It did not end by itself: nothing that it left may stay.
    void expect_end() { is_ended_ = true; }

    bool is_ended() const { return is_ended_; }

  private:
    int fork_keeper(const std::string& program, int output, int report);

    runner::wire::Start start_;
    pid_t keeper_ = -1;
    int output_ = -1;
    int report_ = -1;
    bool is_ended_ = false;
    long oom_before_ = 0;
    std::optional<runner::wire::Ended> end_;
};

/// A name without a slash is looked up in `path`; empty: nowhere.
std::string find_program(std::string_view name, std::string_view path);

}  // namespace triphammer::supervisor
