#include "intake/catch_up.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "github/hooks.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>

namespace triphammer::intake {

using namespace std::chrono_literals;
using github::LoggedDelivery;

namespace {

/// A delivery is listed when its attempt is over, which may take a while, under the time it began.
constexpr auto kOverlap = 10min;
constexpr int kMaxPages = 1000;  // 100 deliveries each
constexpr int kMaxFailures = 3;  // of single deliveries in a pass
constexpr auto kLongestPause = Milliseconds{1h};
constexpr std::string_view kRight = "Webhooks: read";

void tell_failure(const std::string& name, const std::string& what) {
    log::error("catching up failed", {{"task", name}, {"error", what}});
}

Error explain(const Feed& feed, const github::ApiAnswer& answer) {
    return github::explain_refusal(answer, "the deliveries of " + feed.path, kRight);
}

}  // namespace

/// What the forge's log has of a hook from the position on.
struct CatchUp::Listing {
    std::optional<store::HookPosition> position;
    std::vector<LoggedDelivery> items;    // newest first, each GUID once
    std::set<std::string> guids;          // of `items`
    std::string etag;                     // of the first page
    std::string next;                     // cursor of the page to come
    std::optional<TimePoint> newest;      // of all on the first page
    std::optional<TimePoint> wait_until;  // the forge's limit
    bool is_unchanged = false;            // the first page is the one that is known
    bool is_at_position = false;          // what follows is older

    TimePoint floor() const { return std::max(position->read_until - kOverlap, position->since); }

    void take(std::vector<LoggedDelivery> page) {
        for (auto& one : page) {
            newest = std::max(newest.value_or(one.delivered_at), one.delivered_at);
            if (!position || one.delivered_at < floor()) {
                is_at_position = true;
            } else if (guids.insert(one.guid).second) {
                items.push_back(std::move(one));
            }
        }
    }
};

CatchUp::CatchUp(Parts parts, Milliseconds pause)
    : parts_{std::move(parts)},
      pause_{pause},
      alarm_{parts_.executor},
      tasks_{parts_.executor, tell_failure} {}

CatchUp::~CatchUp() = default;

void CatchUp::start() {
    tasks_.spawn("deliveries", run());
}

Task<> CatchUp::stop() {
    return tasks_.stop();
}

std::string CatchUp::problem(const std::string& hook) const {
    const auto& all = memories_;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& entry) {
        return entry.second.hook == hook;
    });
    return found == all.end() ? "" : found->second.problem;
}

Task<> CatchUp::run() {
    for (;;) {
        const auto begin = parts_.clock.instant();
        auto passing = pass();
        const auto passed = co_await std::move(passing);
        if (!passed) tell_failure("hooks", passed.error().message);
        const auto taken = std::chrono::duration_cast<Milliseconds>(parts_.clock.instant() - begin);
        auto waiting = alarm_.sleep(std::max(pause_ - taken, pause_ / 4));
        co_await std::move(waiting);
    }
}

Task<Result<>> CatchUp::pass() {
    auto listing = parts_.source.list();
    auto feeds = co_await std::move(listing);
    if (!feeds) co_return feeds.error();
    std::erase_if(memories_, [&](const auto& entry) {
        return std::none_of(feeds->begin(), feeds->end(), [&](const Feed& feed) {
            return feed.path == entry.first;
        });
    });
    for (auto& feed : *feeds) {
        auto passing = pass_over(std::move(feed));
        co_await std::move(passing);
    }
    co_return Result<>{};
}

Task<> CatchUp::pass_over(Feed feed) {
    auto& memory = memories_[feed.path];
    memory.hook = feed.hook;
    if (memory.not_before && parts_.clock.now() < *memory.not_before) co_return;
    memory.not_before.reset();
    auto reading = read_log(feed, memory);
    const auto done = co_await std::move(reading);
    note(feed, memory, done);
}

/// A hook in trouble is asked less and less often; each trouble is told once.
void CatchUp::note(const Feed& feed, Memory& memory, const Result<>& done) {
    if (done) {
        if (!memory.problem.empty())
            log::info("deliveries are fetched again", {{"log", feed.path}});
        memory.problem.clear();
        memory.failures = 0;
        return;
    }
    memory.etag.clear();
    const auto& what = done.error().message;
    if (what != memory.problem) {
        log::warning("deliveries cannot be fetched", {{"log", feed.path}, {"error", what}});
    }
    memory.problem = what;
    memory.failures = std::min(memory.failures + 1, 16);
    if (memory.not_before) return;  // the forge named a time
    const auto pause = std::min<Milliseconds>(pause_ * (1 << (memory.failures - 1)), kLongestPause);
    memory.not_before = parts_.clock.now() + pause - pause_ / 2;
}

Task<Result<>> CatchUp::read_log(const Feed& feed, Memory& memory) {
    Listing listing;
    auto finding = find_position(feed.hook);
    const auto position = co_await std::move(finding);
    if (!position) co_return position.error();
    listing.position = *position;
    auto reading = list(feed, memory, listing);
    const auto listed = co_await std::move(reading);
    memory.not_before = listing.wait_until;
    if (listed) memory.failures = 0;
    // Also where the list has a hole further back: what is there is there.
    auto fetching = fetch_all(feed, memory, listing);
    const auto fetched = co_await std::move(fetching);
    if (!listed) co_return listed.error();
    if (!fetched || listing.is_unchanged) co_return fetched;
    auto keeping = keep_position(feed, listing);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    std::erase_if(memory.never, [&](const auto& guid) { return listing.guids.count(guid) == 0; });
    memory.etag = listing.etag;
    co_return Result<>{};
}

Task<Result<>> CatchUp::list(const Feed& feed, const Memory& memory, Listing& listing) {
    std::set<std::string> cursors;
    for (int page = 0; page < kMaxPages; ++page) {
        std::string query = "?per_page=100";
        if (page > 0) query += "&cursor=" + percent_encode(listing.next);
        listing.etag = page == 0 ? memory.etag : listing.etag;
        auto reading = list_page(feed, std::move(query), listing);
        const auto read = co_await std::move(reading);
        if (!read) co_return read.error();
        if (listing.is_unchanged || listing.is_at_position || listing.next.empty()) {
            co_return Result<>{};
        }
        if (!cursors.insert(listing.next).second) {
            co_return Error{Code::protocol, "the forge's list of deliveries leads back to itself"};
        }
    }
    co_return Error{Code::too_large, "the forge lists too many deliveries"};
}

Task<Result<>> CatchUp::list_page(const Feed& feed, std::string query, Listing& listing) {
    const bool is_first = listing.next.empty();
    auto etag = is_first ? listing.etag : std::string{};
    auto asking = parts_.source.get(feed, feed.path + "/deliveries" + query, std::move(etag));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    listing.wait_until = answer->wait_until;
    listing.is_unchanged = is_first && answer->status == 304;
    if (listing.is_unchanged) co_return Result<>{};
    if (answer->status != 200) co_return explain(feed, *answer);
    auto page = github::read_delivery_page(*answer);
    if (!page) co_return page.error();
    if (is_first) listing.etag = answer->headers.find("ETag").value_or("");
    listing.next = std::move(page->next);
    listing.take(std::move(page->items));
    co_return Result<>{};
}

Task<Result<>> CatchUp::fetch_all(const Feed& feed, Memory& memory, const Listing& listing) {
    auto asking = list_unknown(feed, listing);
    const auto unknown = co_await std::move(asking);
    if (!unknown) co_return unknown.error();
    const std::set<std::string> wanted{unknown->begin(), unknown->end()};
    Result<> all;
    int failures = 0;
    for (auto one = listing.items.rbegin(); one != listing.items.rend(); ++one) {
        if (wanted.count(one->guid) == 0 || memory.never.count(one->guid) > 0) continue;
        auto fetching = fetch(feed, memory, *one);
        const auto fetched = co_await std::move(fetching);
        if (fetched) continue;
        // One that cannot be fetched holds up nothing but the position.
        if (all) all = fetched;
        if (memory.not_before || ++failures == kMaxFailures) break;
    }
    co_return all;
}

Task<Result<>> CatchUp::fetch(const Feed& feed, Memory& memory, const LoggedDelivery& one) {
    const auto path = feed.path + "/deliveries/" + std::to_string(one.id);
    auto asking = parts_.source.get(feed, path, {});
    auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    if (answer->wait_until) memory.not_before = answer->wait_until;
    const bool is_gone = answer->status == 404 || answer->status == 410;
    if (!is_gone && answer->status != 200) co_return explain(feed, *answer);
    auto delivery = is_gone ? not_found("it is not in the forge's log any more")
                            : github::read_delivery(std::move(answer->body));
    if (!delivery && delivery.error().code != Code::not_found) co_return delivery.error();
    if (!delivery || delivery->guid != one.guid) {
        log::warning("a delivery is lost: the forge has no payload", {{"guid", one.guid}});
        memory.never.insert(one.guid);
        co_return Result<>{};
    }
    auto taking = parts_.taker.take(feed.hook, std::move(*delivery));
    const auto status = co_await std::move(taking);
    if (status >= 500) co_return Error{Code::unavailable, "a delivery could not be kept"};
    if (status >= 400) memory.never.insert(one.guid);
    if (status < 300) ++fetched_;
    co_return Result<>{};
}

Task<Result<std::vector<std::string>>> CatchUp::list_unknown(
    const Feed& feed, const Listing& listing
) {
    using Guids = std::vector<std::string>;
    const Guids guids{listing.guids.begin(), listing.guids.end()};
    if (guids.empty()) co_return guids;
    auto work = [&](store::Connection& db) {
        return Result<Guids>{store::list_unknown_deliveries(db, feed.hook, guids)};
    };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

Task<Result<std::optional<store::HookPosition>>> CatchUp::find_position(const std::string& hook) {
    using Found = std::optional<store::HookPosition>;
    auto work = [&](store::Connection& db) {
        return Result<Found>{store::find_hook_position(db, hook)};
    };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

/// A hook that is met for the first time counts from behind its newest delivery on.
Task<Result<>> CatchUp::keep_position(const Feed& feed, const Listing& listing) {
    const auto newest = listing.newest.value_or(from_unix_ms(0));
    const bool is_known = listing.position.has_value();
    if (is_known && newest <= listing.position->read_until) co_return Result<>{};
    auto work = [&](store::Transaction& tx) {
        if (is_known) {
            store::move_hook_position(tx, feed.hook, newest);
        } else {
            store::begin_hook_position(tx, feed.hook, newest + 1ms);
        }
        return Result<>{};
    };
    auto writing = parts_.database.write(work);
    co_return co_await std::move(writing);
}

}  // namespace triphammer::intake
