// The audit for people and programs: pages of it, all of it, and whether it is whole.
#include "access/audit_head.hpp"
#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/server/handlers.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr int kRowsAtOnce = 2000;  // others read, too

/// What was written as JSON; null where there was nothing.
json parsed(const std::string& text) {
    return text.empty() ? json{} : json::parse(text, nullptr, false);
}

/// As it stands in the table: whoever has the rows can check their hashes.
json audit_json(const store::AuditRow& row) {
    return {
        {"seq", row.seq},
        {"at", to_rfc3339(row.at)},
        {"actor_id", row.actor.id},
        {"actor", row.actor.name},
        {"address", row.actor.address},
        {"action", row.action},
        {"object", row.object},
        {"repository_id", row.repository.value},
        {"outcome", row.outcome},
        {"reason", row.reason},
        {"hash", row.hash},
    };
}

json listed_json(store::Connection& db, const store::AuditRow& row) {
    auto out = audit_json(row);
    const auto repository = store::name_of_repository(db, row.repository);
    out["repository"] = repository.empty() ? json{} : json(repository);
    out["before"] = parsed(row.before);
    out["after"] = parsed(row.after);
    return out;
}

std::string exported_line(const store::AuditRow& row) {
    auto out = audit_json(row);
    out["at_ms"] = to_unix_ms(row.at);
    out["before"] = row.before;
    out["after"] = row.after;
    return fields(out) + "\n";
}

Result<std::optional<TimePoint>> query_time(const Call& call, std::string_view name) {
    const auto text = query_text(call, name);
    if (text.empty()) return std::optional<TimePoint>{};
    const auto whole = text.size() == 10 ? text + "T00:00:00Z" : text;
    const auto at = parse_rfc3339(whole);
    if (!at) return invalid(std::string{name} + " must be a day, 2026-01-31, or a time (RFC 3339)");
    return std::optional{*at};
}

Result<store::AuditQuery> read_query(const Call& call, store::Connection& db) {
    store::AuditQuery query;
    query.actor = query_text(call, "actor");
    query.action = query_text(call, "action");
    query.object = query_text(call, "object");
    query.outcome = query_text(call, "outcome");
    const auto from = query_time(call, "from");
    if (!from) return from.error();
    query.from = *from;
    const auto until = query_time(call, "until");
    if (!until) return until.error();
    query.until = *until;
    const auto listed = find_listed_repositories(db, call);
    if (!listed) return listed.error();
    query.repository = listed->only;
    return query;
}

Result<store::ListPage> read_list_page(const Call& call) {
    const auto page = read_page(call);
    if (!page) return page.error();
    const auto before = query_number(call, "cursor", 0);
    if (!before) return invalid("cursor must be the 'next' of the page before");
    return store::ListPage{*before, page->limit};
}

Result<json> list(store::Connection& db, const store::AuditQuery& query, store::ListPage page) {
    const auto listed = store::list_audit(db, query, page);
    auto items = json::array();
    for (const auto& row : listed.rows) items.push_back(listed_json(db, row));
    const auto next = listed.next == 0 ? json{} : json(std::to_string(listed.next));
    return value_of({{"items", std::move(items)}, {"next", next}});
}

bool fits(const store::AuditQuery& query, const store::AuditRow& row) {
    const auto is = [](const std::string& wanted, const std::string& value) {
        return wanted.empty() || wanted == value;
    };
    const bool is_noun = query.action.find('.') == std::string::npos;
    const bool is_action = is_noun
                               ? query.action.empty() || row.action.starts_with(query.action + '.')
                               : row.action == query.action;
    return is_action && is(query.actor, row.actor.name) && is(query.object, row.object) &&
           is(query.outcome, row.outcome) &&
           (!query.repository || query.repository == row.repository) &&
           (!query.from || row.at >= *query.from) && (!query.until || row.at < *query.until);
}

Task<Result<std::vector<store::AuditRow>>> read_rows(Services& services, std::int64_t after) {
    auto read = [after](store::Connection& db) -> Result<std::vector<store::AuditRow>> {
        return store::read_audit(db, after, kRowsAtOnce);
    };
    auto reading = services.database.read(read);
    co_return co_await std::move(reading);
}

/// Oldest first, as the chain goes.
Task<> send_rows(Services& services, store::AuditQuery query, http::BodyWriter& writer) {
    for (std::int64_t after = 0;;) {
        auto reading = read_rows(services, after);
        const auto rows = co_await std::move(reading);
        if (!rows || rows->empty()) co_return;
        after = rows->back().seq;
        std::string text;
        for (const auto& row : *rows) {
            if (fits(query, row)) text += exported_line(row);
        }
        if (text.empty()) continue;
        auto writing = writer.write(std::move(text));
        if (const auto written = co_await std::move(writing); !written) co_return;
    }
}

using Broken = std::optional<store::AuditBreak>;

/// Moves `head` along the chain to its end, or to where it breaks.
Task<Result<Broken>> follow_chain(Services& services, store::AuditHead& head) {
    for (;;) {
        const auto from = head.seq;
        auto check = [&head](store::Connection& db) -> Result<Broken> {
            return store::check_audit(db, head, kRowsAtOnce);
        };
        auto checking = services.database.read(check);
        const auto broken = co_await std::move(checking);
        if (!broken || *broken || head.seq == from) co_return broken;
    }
}

Task<Result<json>> verify(Services& services) {
    // Read first: rows may come while the chain is followed, but none may go.
    const auto kept = access::read_audit_head(services.data);
    if (!kept) co_return kept.error();
    store::AuditHead head;
    auto following = follow_chain(services, head);
    auto broken = co_await std::move(following);
    if (!broken) co_return broken.error();
    if (!*broken) {
        auto check = [&](store::Connection& db) -> Result<Broken> {
            store::AuditHead end = head;
            if (auto late = store::check_audit(db, end, kRowsAtOnce)) return Broken{late};
            head = end;
            return store::check_audit_end(db, end, *kept);
        };
        auto checking = services.database.read(check);
        broken = co_await std::move(checking);
        if (!broken) co_return broken.error();
    }
    json out{
        {"whole", !*broken},
        {"rows", head.seq},
        {"hash", head.hash},
        {"head_kept", kept->has_value()},
        {"broken", nullptr}};
    if (*broken) out["broken"] = {{"seq", (*broken)->seq}, {"why", (*broken)->why}};
    co_return value_of(std::move(out));
}

}  // namespace

Answer list_audit(Services& services, Call call) {
    const auto page = read_list_page(call);
    if (!page) co_return http::make_error(page.error());
    auto read = [&](store::Connection& db) -> Result<json> {
        const auto query = read_query(call, db);
        if (!query) return query.error();
        return list(db, *query, *page);
    };
    auto reading = services.database.read(read);
    co_return reply(co_await std::move(reading));
}

Answer export_audit(Services& services, Call call) {
    auto read = [&](store::Connection& db) { return read_query(call, db); };
    auto reading = services.database.read(read);
    const auto query = co_await std::move(reading);
    if (!query) co_return http::make_error(query.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/jsonl; charset=utf-8");
    response.headers.set("Content-Disposition", "attachment; filename=\"audit.jsonl\"");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = http::StreamBody{[&services, query = *query](http::BodyWriter& writer) {
        return send_rows(services, query, writer);
    }};
    co_return response;
}

Answer verify_audit(Services& services, Call) {
    auto verifying = verify(services);
    co_return reply(co_await std::move(verifying));
}

}  // namespace triphammer::api
