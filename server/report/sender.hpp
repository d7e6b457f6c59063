#pragma once
// Sends what the outbox holds, until it arrived. One message at a time: so the order within a
// subject is the order of its rows, and a refusing forge is asked no more than it allows.
//
//   changes ──write_outbox──▶ pending ──▶ sent
//                                │ └─ a newer state of the same subject: replaced
//                                ├─ 401, 403, 404: again after 1 s … 1 h
//                                └─ other refusals, or a week old: dead
// A forge that is away, answers 5xx or names a rate limit gets no request for a while, at most one
// a second.

#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/task.hpp"
#include "base/task_group.hpp"
#include "github/client.hpp"
#include "report/outbox_writer.hpp"
#include "store/outbox_store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

/// Where statuses go: github::Client, or a test's recorder.
class StatusTarget {
  public:
    virtual ~StatusTarget() = default;
    virtual Task<Result<github::ApiAnswer>> create_status(
        std::string repository, github::CommitStatus status
    ) = 0;
};

class GitHubTarget final : public StatusTarget {
  public:
    explicit GitHubTarget(github::Client client) : client_{std::move(client)} {}

    Task<Result<github::ApiAnswer>> create_status(
        std::string repository, github::CommitStatus status
    ) override {
        return client_.create_status(std::move(repository), std::move(status));
    }

  private:
    github::Client client_;
};

class Sender {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        StatusTarget& target;
        const Clock& clock;
        Random& random;
    };

    Sender(Parts parts, WriterSettings settings);
    ~Sender();
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    /// Begins with what is pending in the database. Once.
    void start();
    /// `changes` has grown.
    void wake();
    /// Ends the message under way, which stays pending.
    Task<> stop();

    /// One pass, as `start` repeats it: writes the outbox, sends what is due. When to come again at
    /// the latest; nothing: not before `wake`.
    Task<Result<std::optional<TimePoint>>> pass();

  private:
    Task<> run();
    Task<Result<>> write_all();
    Task<Result<std::vector<store::MessageRow>>> list_due();
    Task<Result<std::optional<TimePoint>>> find_next();
    Task<Result<>> send(store::MessageRow message);
    Task<Result<>> settle(store::MessageRow message, Result<github::ApiAnswer> answer);
    Task<Result<>> finish(store::MessageRow message);
    Task<Result<>> postpone(store::MessageRow message, TimePoint next, std::string why);
    Task<Result<>> bury(store::MessageRow message, std::string why);
    void slow_down(const Result<github::ApiAnswer>& answer);

    Parts parts_;
    WriterSettings settings_;
    Alarm alarm_;
    std::optional<TimePoint> blocked_until_;  // nobody sends before
    std::int64_t failures_ = 0;               // of the forge as a whole, in a row
    TaskGroup tasks_;
};

/// How long to wait after `tries` failures: 1 s doubled each time up to 1 h, less up to a fifth.
Milliseconds back_off(std::int64_t tries, Random& random);

}  // namespace triphammer::report
