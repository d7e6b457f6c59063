#pragma once
// How values look in the API's JSON: ids are strings, times RFC 3339 in UTC, absent is null.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "history/history.hpp"
#include "store/sqlite/page.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace triphammer::store {
struct RunRow;
}

namespace triphammer::history {

using nlohmann::json;

inline json to_time(TimePoint at) {
    return to_rfc3339(at);
}

inline json to_time(const std::optional<TimePoint>& at) {
    return at ? json(to_rfc3339(*at)) : json(nullptr);
}

using model::to_text;

template <class Tag>
json to_id(model::Id<Tag> id) {
    return id ? json(to_text(id)) : json(nullptr);
}

/// Empty text is null.
json or_null(std::string_view text);
/// JSON that a column holds; null where it is none.
json parse_column(const std::string& text);
/// Which run it is, and how it stands: what every answer says of one.
json brief_of(const store::RunRow& run);
/// The repository's address for people, at `github_url`; empty: it has none that is known.
std::string page_of(
    store::Connection& db, model::RepositoryId repository, const std::string& github_url
);
/// Code::invalid for a cursor that we never gave out or a limit that is out of range.
Result<store::ListPage> read_page(const Page& page);
json next_cursor(std::int64_t next);
/// Bytes that are no UTF-8 become U+FFFD.
std::string to_text(const json& value);

}  // namespace triphammer::history
