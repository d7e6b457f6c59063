#pragma once
// Sends what the outbox holds for some channels, until it arrived. One message at a time: so the
// order within a subject is the order of its rows, and a refusing forge is asked no more than it
// allows.
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
#include "github/clients.hpp"
#include "report/outbox_writer.hpp"
#include "store/outbox_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

/// How one kind of message is sent. The answer's status decides: 2xx it arrived; 401, 403, 404
/// later, perhaps; other 4xx never. An error, 5xx or a time to wait: whoever is asked is in
/// trouble.
class Target {
  public:
    virtual ~Target() = default;
    /// `repository` is OWNER/NAME.
    virtual Task<Result<github::ApiAnswer>> send(
        std::string repository, store::MessageRow message
    ) = 0;
};

/// Where statuses go: github::Client, or a test's recorder.
class StatusTarget : public Target {
  public:
    Task<Result<github::ApiAnswer>> send(std::string repository, store::MessageRow message) final;

    virtual Task<Result<github::ApiAnswer>> create_status(
        std::string repository, github::CommitStatus status
    ) = 0;
};

class GitHubTarget final : public StatusTarget {
  public:
    /// Which outlive this object.
    explicit GitHubTarget(github::Clients& clients) : clients_{clients} {}

    /// As if by GitHub 410, so that it is not tried again: nobody may report there.
    Task<Result<github::ApiAnswer>> create_status(
        std::string repository, github::CommitStatus status
    ) override;

  private:
    github::Clients& clients_;
};

class Sender {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        std::map<std::string, Target*> targets;  // by channel
        const Clock& clock;
        Random& random;
        std::function<void()> on_written = {};  // the outbox has something for others, perhaps
        Milliseconds give_up_after = std::chrono::hours{7 * 24};
    };

    /// Without settings it sends only what others write.
    Sender(Parts parts, std::optional<WriterSettings> settings);
    ~Sender();
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    /// What is written from now on.
    void use(WriterSettings settings);
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
    std::shared_ptr<const WriterSettings> settings_;  // a write under way keeps those it began with
    store::Channels channels_;
    Alarm alarm_;
    std::optional<TimePoint> blocked_until_;  // nobody sends before
    std::int64_t failures_ = 0;               // of the forge as a whole, in a row
    TaskGroup tasks_;
};

/// How long to wait after `tries` failures: 1 s doubled each time up to 1 h, less up to a fifth.
Milliseconds back_off(std::int64_t tries, Random& random);

}  // namespace triphammer::report
