#include "report/sender.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "report/status_message.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>

namespace triphammer::report {

using namespace std::chrono_literals;

namespace {

constexpr auto kLongestPause = Milliseconds{1min};  // between two requests to a forge in trouble
constexpr auto kRetryOwnFailure = 5s;               // the database's, not the forge's
constexpr auto kGather = 50ms;  // what changes meanwhile is written, and told, at once
constexpr auto kLongestBackOff = Milliseconds{1h};

using When = std::optional<TimePoint>;

void tell_failure(const std::string& name, const std::string& what) {
    log::error("reporting failed", {{"task", name}, {"error", what}});
}

/// The forge as a whole: nothing else would be answered otherwise now.
bool is_in_trouble(const Result<github::ApiAnswer>& answer) {
    return !answer || answer->status >= 500 || answer->wait_until;
}

/// Whether the same request may be answered otherwise later: tokens are mended, rights given.
bool is_worth_repeating(int status) {
    return status == 401 || status == 403 || status == 404 || status == 408 || status == 425;
}

std::string describe(const Result<github::ApiAnswer>& answer) {
    if (!answer) return answer.error().message;
    const auto text = answer->body.substr(0, 300);
    return "answered " + std::to_string(answer->status) + ": " + text;
}

/// A newer state took the message's place while it was under way: nothing is left to do.
Result<> unless_replaced(Result<> done) {
    if (!done && done.error().code == Code::conflict) return {};
    return done;
}

}  // namespace

Task<Result<github::ApiAnswer>> GitHubTarget::create_status(
    std::string repository, github::CommitStatus status
) {
    auto finding = clients_.find(repository, {{"statuses", "write"}});
    const auto client = co_await std::move(finding);
    if (!client && client.error().code == Code::not_found) {
        co_return github::answer_of_nobody(client.error());
    }
    if (!client) co_return client.error();
    auto creating = client->create_status(repository, status);
    auto answer = co_await std::move(creating);
    const bool is_refused = answer && github::is_refusal(*answer);
    if (!is_refused || !clients_.pass_over(repository)) co_return answer;
    auto again = create_status(std::move(repository), std::move(status));
    co_return co_await std::move(again);
}

Task<Result<github::ApiAnswer>> StatusTarget::send(
    std::string repository, store::MessageRow message
) {
    return create_status(std::move(repository), parse_status_note(message.payload).status);
}

Sender::Sender(Parts parts, std::optional<WriterSettings> settings)
    : parts_{std::move(parts)}, alarm_{parts_.executor}, tasks_{parts_.executor, tell_failure} {
    if (settings) use(std::move(*settings));
    for (const auto& [channel, target] : parts_.targets) channels_.push_back(channel);
}

void Sender::use(WriterSettings settings) {
    settings_ = std::make_shared<const WriterSettings>(std::move(settings));
}

Sender::~Sender() = default;

void Sender::start() {
    tasks_.spawn("outbox", run());
}

void Sender::wake() {
    alarm_.ring();
}

Task<> Sender::stop() {
    return tasks_.stop();
}

Task<> Sender::run() {
    for (;;) {
        auto passing = pass();
        auto next = co_await std::move(passing);
        std::optional<Milliseconds> pause;
        if (!next) {
            tell_failure("outbox", next.error().message);
            pause = kRetryOwnFailure;
        } else if (*next) {
            pause = **next - parts_.clock.now();
        }
        auto gathering = sleep_for(kGather);
        co_await std::move(gathering);
        auto waiting = alarm_.sleep(pause);
        co_await std::move(waiting);
    }
}

Task<Result<When>> Sender::pass() {
    if (settings_) {
        auto written = co_await write_all();
        if (!written) co_return written.error();
        if (parts_.on_written) parts_.on_written();
    }
    const auto blocked = [this] { return blocked_until_ && *blocked_until_ > parts_.clock.now(); };
    while (!blocked()) {
        blocked_until_.reset();
        // Mostly nothing is due: then this is the only question.
        const auto next = co_await find_next();
        if (!next || !*next || **next > parts_.clock.now()) co_return next;
        auto due = co_await list_due();
        if (!due) co_return due.error();
        if (due->empty()) break;
        auto sending = send(std::move(due->front()));
        auto sent = co_await std::move(sending);
        if (!sent) co_return sent.error();
    }
    if (blocked()) co_return blocked_until_;
    co_return co_await find_next();
}

Task<Result<>> Sender::write_all() {
    const auto settings = settings_;
    auto work = [&settings](store::Transaction& tx) { return write_outbox(tx, *settings); };
    for (;;) {
        auto writing = parts_.database.write(work);
        auto more = co_await std::move(writing);
        if (!more) co_return more.error();
        if (!*more) co_return Result<>{};
    }
}

Task<Result<std::vector<store::MessageRow>>> Sender::list_due() {
    const auto now = parts_.clock.now();
    auto work = [this, now](store::Connection& db) {
        return Result<std::vector<store::MessageRow>>{
            store::list_due_messages(db, channels_, now, 1)};
    };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

Task<Result<When>> Sender::find_next() {
    auto work = [this](store::Connection& db) {
        return Result<When>{store::next_message_at(db, channels_)};
    };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

Task<Result<>> Sender::send(store::MessageRow message) {
    auto work = [&](store::Connection& db) {
        return Result<std::optional<store::RepositoryRow>>{
            store::find_repository(db, message.repository)};
    };
    auto reading = parts_.database.read(work);
    auto repository = co_await std::move(reading);
    if (!repository) co_return repository.error();
    if (!*repository) {
        auto burying = bury(std::move(message), "the repository was removed");
        co_return co_await std::move(burying);
    }
    auto& target = *parts_.targets.at(message.channel);
    auto delivering = target.send((*repository)->full_name, message);
    auto answer = co_await std::move(delivering);
    auto settling = settle(std::move(message), std::move(answer));
    co_return co_await std::move(settling);
}

Task<Result<>> Sender::settle(store::MessageRow message, Result<github::ApiAnswer> answer) {
    const auto now = parts_.clock.now();
    const bool is_old = now - message.created_at > parts_.give_up_after;
    if (is_in_trouble(answer)) {
        slow_down(answer);
        if (is_old) {
            auto burying = bury(std::move(message), describe(answer));
            co_return co_await std::move(burying);
        }
        auto postponing = postpone(std::move(message), *blocked_until_, describe(answer));
        co_return co_await std::move(postponing);
    }
    failures_ = 0;
    if (answer->status < 300) {
        auto finishing = finish(std::move(message));
        co_return co_await std::move(finishing);
    }
    if (!is_worth_repeating(answer->status) || is_old) {
        auto burying = bury(std::move(message), describe(answer));
        co_return co_await std::move(burying);
    }
    const auto next = now + back_off(message.tries, parts_.random);
    auto postponing = postpone(std::move(message), next, describe(answer));
    co_return co_await std::move(postponing);
}

/// While the forge is away or refuses, nobody sends: one request tells as much as a hundred.
void Sender::slow_down(const Result<github::ApiAnswer>& answer) {
    const auto pause = std::min(back_off(failures_++, parts_.random), kLongestPause);
    const auto again = parts_.clock.now() + std::max<Milliseconds>(pause, 1s);
    const auto told = answer && answer->wait_until ? *answer->wait_until : again;
    blocked_until_ = std::max(told, again);
}

Task<Result<>> Sender::finish(store::MessageRow message) {
    auto work = [&](store::Transaction& tx) {
        return unless_replaced(store::finish_message(tx, message.id));
    };
    auto writing = parts_.database.write(work);
    co_return co_await std::move(writing);
}

Task<Result<>> Sender::postpone(store::MessageRow message, TimePoint next, std::string why) {
    auto work = [&](store::Transaction& tx) {
        return unless_replaced(store::postpone_message(tx, message.id, next, why));
    };
    auto writing = parts_.database.write(work);
    co_return co_await std::move(writing);
}

Task<Result<>> Sender::bury(store::MessageRow message, std::string why) {
    auto work = [&](store::Transaction& tx) {
        return unless_replaced(store::bury_message(tx, message.id, why));
    };
    auto writing = parts_.database.write(work);
    co_return co_await std::move(writing);
}

Milliseconds back_off(std::int64_t tries, Random& random) {
    const auto doublings = std::clamp<std::int64_t>(tries, 0, 20);
    const auto whole = std::min<Milliseconds>(1s * (std::int64_t{1} << doublings), kLongestBackOff);
    const auto fifth = static_cast<std::uint64_t>(whole.count() / 5);
    return whole - Milliseconds{static_cast<std::int64_t>(random_below(random, fifth + 1))};
}

}  // namespace triphammer::report
