// What is kept for how long, what there is, and what would go.

#include "api/call/audit.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/server/handlers.hpp"
#include "store/repository_store.hpp"
#include "store/retention_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace triphammer::api {

using nlohmann::json;

namespace {

/// So many of a kind and repository are counted; beyond it the preview says "more".
constexpr int kPreviewed = 10'000;

std::string_view name_of(store::RetentionCause cause) {
    switch (cause) {
        case store::RetentionCause::age:
            return "age";
        case store::RetentionCause::count:
            return "count";
        case store::RetentionCause::bytes:
            return "bytes";
    }
    return "age";
}

json describe(const store::RetentionRules& rules) {
    return {
        {"run_days", rules.run_days},
        {"runs", rules.runs},
        {"log_days", rules.log_days},
        {"log_bytes", rules.log_bytes}};
}

json describe(const std::optional<std::int64_t>& number) {
    return number ? json(*number) : json(nullptr);
}

json describe(const store::RetentionChoice& own) {
    return {
        {"run_days", describe(own.run_days)},
        {"runs", describe(own.runs)},
        {"log_days", describe(own.log_days)},
        {"log_bytes", describe(own.log_bytes)}};
}

json describe_kept(store::Connection& db) {
    auto out = json::array();
    for (const auto& kept : store::list_kept(db)) {
        out.push_back(
            {{"repository", kept.full_name},
             {"own", describe(store::find_retention(db, kept.repository))},
             {"runs", kept.runs},
             {"log_bytes", kept.log_bytes},
             {"artifact_bytes", kept.artifact_bytes},
             {"cache_bytes", kept.cache_bytes}}
        );
    }
    return out;
}

/// One line for each repository and cause.
json describe_plan(store::Connection& db, const store::RetentionPlan& plan) {
    using Line = std::pair<model::RepositoryId, store::RetentionCause>;
    std::map<Line, json> lines;
    const auto line = [&](model::RepositoryId repository, store::RetentionCause cause) -> json& {
        auto& found = lines[{repository, cause}];
        if (found.is_null()) found = {{"runs", 0}, {"logs", 0}, {"bytes", 0}};
        return found;
    };
    const auto add = [](json& number, std::int64_t more) {
        number = number.get<std::int64_t>() + more;
    };
    for (const auto& run : plan.runs) {
        auto& to = line(run.repository, run.cause);
        add(to["runs"], 1);
        add(to["bytes"], run.log_bytes + run.artifact_bytes);
    }
    for (const auto& log : plan.logs) {
        auto& to = line(log.repository, log.cause);
        add(to["logs"], 1);
        add(to["bytes"], log.bytes);
    }
    json out{{"items", json::array()}, {"deliveries", plan.deliveries.size()}};
    out["more"] = plan.has_more;
    for (auto& [key, found] : lines) {
        const auto repository = store::find_repository(db, key.first);
        found["repository"] = repository ? repository->full_name : "";
        found["cause"] = name_of(key.second);
        out["items"].push_back(std::move(found));
    }
    return out;
}

/// Absent: as it was. null: the server's.
Result<> read_limit(const json& body, const char* name, std::optional<std::int64_t>& out) {
    const auto found = body.find(name);
    if (found == body.end()) return {};
    if (found->is_null()) {
        out.reset();
        return {};
    }
    if (!found->is_number_integer() || *found < 0) {
        return invalid(
            std::string{name} + " must be a whole number, 0 for no limit, or null for the server's"
        );
    }
    out = found->get<std::int64_t>();
    return {};
}

Result<> read_choice(const json& body, store::RetentionChoice& choice) {
    for (const auto& [name, value] : body.items()) {
        const bool is_known =
            name == "run_days" || name == "runs" || name == "log_days" || name == "log_bytes";
        if (is_known) continue;
        return invalid("'" + name + "' is none of run_days, runs, log_days and log_bytes");
    }
    if (auto read = read_limit(body, "run_days", choice.run_days); !read) return read;
    if (auto read = read_limit(body, "runs", choice.runs); !read) return read;
    if (auto read = read_limit(body, "log_days", choice.log_days); !read) return read;
    return read_limit(body, "log_bytes", choice.log_bytes);
}

}  // namespace

Answer show_retention(Services& services, Call call) {
    const bool wants_preview = query_text(call, "preview") == "true";
    auto read = [&](store::Connection& db) -> Result<json> {
        const auto& settings = services.retention;
        json out{
            {"rules", describe(settings.repository)},
            {"log_bytes", settings.log_bytes},
            {"delivery_days", settings.delivery_days},
            {"repositories", describe_kept(db)},
            {"preview", nullptr}};
        if (!wants_preview) return value_of(std::move(out));
        const auto now = services.clock.now();
        out["preview"] = describe_plan(db, store::plan_retention(db, settings, now, kPreviewed));
        return value_of(std::move(out));
    };
    auto reading = services.database.read(read);
    co_return reply(co_await std::move(reading));
}

Answer apply_retention(Services& services, Call call) {
    if (!services.apply_retention) {
        co_return http::make_error(
            503, "unavailable", "no daemon runs; it carries the rules out when it starts"
        );
    }
    auto applying = services.apply_retention(call.who.actor);
    const auto applied = co_await std::move(applying);
    auto recording = record_outside(services, call, {"retention.apply"}, outcome_of(applied));
    const auto recorded = co_await std::move(recording);
    co_return recorded ? reply(applied) : http::make_error(recorded.error());
}

Answer set_retention(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto set = [&](store::Transaction& tx) -> Result<> {
        const auto found = store::find_repository_by_name(tx, name);
        if (!found) return not_found("no repository is called " + name);
        auto choice = store::find_retention(tx, found->id);
        const auto before = describe(choice);
        if (auto read = read_choice(*body, choice); !read) return read;
        const store::NewAudit entry{
            "repository.set-retention", name, found->id, fields(before), fields(describe(choice))};
        record(tx, call, entry);
        store::set_retention(tx, found->id, choice, call.who.actor);
        return {};
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    co_return reply_empty(done);
}

}  // namespace triphammer::api
