#include "store/runs/drain_store.hpp"

#include "base/text.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kKey = "queue_drain";  // "MILLISECONDS ACTOR"; empty: it is not
constexpr std::string_view kSubject = "queue";

}  // namespace

std::optional<Drain> find_drain(Connection& db) {
    const auto value = find_meta(db, kKey).value_or("");
    const auto space = value.find(' ');
    const auto at = parse_integer(value.substr(0, space));
    if (space == std::string::npos || !at) return {};
    return Drain{value.substr(space + 1), from_unix_ms(*at)};
}

std::string describe(const Drain& drain) {
    return "the queue is drained, by " + drain.by + " since " + to_rfc3339(drain.at);
}

void begin_drain(Transaction& tx, const std::string& by) {
    if (find_drain(tx)) return;
    put_meta(tx, kKey, std::to_string(to_unix_ms(tx.now())) + " " + by);
    append_change(tx, {.subject = kSubject, .to_state = "drained", .actor = by});
}

void end_drain(Transaction& tx) {
    if (!find_drain(tx)) return;
    put_meta(tx, kKey, "");
    append_change(tx, {.subject = kSubject, .from_state = "drained"});
}

}  // namespace triphammer::store
