#include "intake/pending_delivery.hpp"

#include "github/payload.hpp"
#include "github/visibility.hpp"
#include "intake/found_push.hpp"
#include "queue/queue.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/forge/pending_store.hpp"
#include "store/forge/visibility_store.hpp"
#include "store/runs/schedule_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::intake {

namespace {

/// The body is kept as it came: JSON, or a form with JSON in one field.
std::string take_payload(std::string body) {
    const bool is_form = !body.empty() && body.front() != '{';
    const auto* type = is_form ? "application/x-www-form-urlencoded" : "application/json";
    auto payload = github::unwrap_payload(type, std::move(body));
    return payload ? std::move(*payload) : "";
}

model::Reason make_reason(std::string code, std::string text) {
    model::Reason reason;
    reason.code = std::move(code);
    reason.text = std::move(text);
    return reason;
}

/// By number where there is one: a name may have passed to somebody else.
std::optional<store::RepositoryRow> find_repository_of(
    store::Connection& db, const store::DeliveryRow& row, const model::Event& event
) {
    if (row.repository) return store::find_repository(db, row.repository);
    if (auto known = store::find_repository_by_forge_id(db, event.repository_id)) return known;
    auto named = store::find_repository_by_name(db, event.repository);
    if (named && named->forge_id != 0 && event.repository_id != 0) return {};
    return named;
}

model::Reason explain_unknown(const model::Event& event) {
    if (event.repository.empty()) {
        return make_reason("no-repository", "the event '" + event.name + "' names no repository");
    }
    return make_reason(
        "unknown-repository",
        event.repository + " is not registered here; 'triphammer repo add " + event.repository +
            "' does that"
    );
}

PendingDelivery to_pending(store::Connection& db, const store::DeliveryRow& row) {
    PendingDelivery out;
    out.id = row.id;
    out.waits_with = row.repository;
    out.attempts = row.plan_attempts;
    out.is_found = row.source_address == kFoundSource;
    const auto facts = nlohmann::json::parse(row.facts_json, nullptr, false);
    if (!facts.is_object()) {
        out.problem = make_reason("unreadable", "the stored facts of this delivery are damaged");
        return out;
    }
    out.question.event = facts.get<model::Event>();
    auto repository = find_repository_of(db, row, out.question.event);
    if (!repository) {
        out.problem = explain_unknown(out.question.event);
        return out;
    }
    out.question.repository = std::move(*repository);
    auto body = store::find_delivery_body(db, row.id).value_or("");
    out.question.payload = std::make_shared<const std::string>(take_payload(std::move(body)));
    return out;
}

/// What starts without a webhook (schedule, workflow_run) has to know where it belongs.
void learn_default_branch(store::Transaction& tx, const PlanQuestion& question) {
    const auto& repository = question.repository;
    const auto& branch = question.event.default_branch;
    if (branch.empty() || branch == repository.default_branch) return;
    store::RepositorySettings settings;
    settings.full_name = repository.full_name;
    settings.clone_url = repository.clone_url;
    settings.default_branch = branch;
    settings.workflows_dir = repository.workflows_dir;
    (void)store::set_repository(tx, repository.id, settings);
}

/// Every signed delivery says whether strangers may see its repository.
void learn_visibility(
    store::Transaction& tx, const PlanQuestion& question, std::optional<bool> is_private
) {
    const auto id = question.repository.id;
    if (is_private && *is_private != store::is_private(tx, id)) {
        store::set_private(tx, id, *is_private);
    }
}

/// The first signed delivery tells the repository's number; another one that has it keeps it.
void learn_repository(store::Transaction& tx, const PlanQuestion& question) {
    const auto& repository = question.repository;
    const auto& event = question.event;
    if (repository.forge_id != 0 || event.repository_id == 0) return;
    (void)store::learn_forge_id(tx, repository.id, event.repository_id);
}

void tell_found(model::Reason& reason) {
    reason.text =
        "no delivery told of this push, it was found at the branch's head; " + reason.text;
}

std::string to_text_of(const model::Reason& reason) {
    return nlohmann::json(reason).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Task<Result<Due>> list_due(store::Database& database, TimePoint now) {
    const auto list = [now](store::Connection& db) -> Result<Due> {
        Due due;
        due.repositories = store::list_due_repositories(db, now);
        due.next_at = store::find_next_due_after(db, now);
        due.follows_runs = store::is_any_run_followed(db);
        return due;
    };
    auto listing = database.read(list);
    co_return co_await std::move(listing);
}

Task<Result<std::optional<PendingDelivery>>> load_next(
    store::Database& database, model::RepositoryId repository, TimePoint now
) {
    const auto load = [repository,
                       now](store::Connection& db) -> Result<std::optional<PendingDelivery>> {
        const auto id = store::find_next_pending(db, repository, now);
        const auto row = id ? store::find_delivery(db, *id) : std::nullopt;
        if (!row) return std::optional<PendingDelivery>{};
        return std::optional{to_pending(db, *row)};
    };
    auto loading = database.read(load);
    co_return co_await std::move(loading);
}

Task<Result<PendingDelivery>> load_delivery(store::Database& database, model::DeliveryId id) {
    const auto load = [id](store::Connection& db) -> Result<PendingDelivery> {
        const auto row = store::find_delivery(db, id);
        if (!row) return not_found("there is no delivery " + model::to_text(id));
        return to_pending(db, *row);
    };
    auto loading = database.read(load);
    co_return co_await std::move(loading);
}

Task<Result<>> keep_plan(
    store::Database& database, const PendingDelivery& delivery, MadePlan made
) {
    const auto& payload = delivery.question.payload;
    const auto is_private = payload ? github::find_visibility(*payload) : std::nullopt;
    const auto keep = [&](store::Transaction& tx) -> Result<> {
        queue::Origin origin;
        origin.repository = delivery.question.repository.id;
        origin.delivery = delivery.id;
        origin.texts = made.texts;
        learn_repository(tx, delivery.question);
        learn_default_branch(tx, delivery.question);
        learn_visibility(tx, delivery.question, is_private);
        if (made.standing) {
            store::replace_schedules(tx, origin.repository, made.standing->schedules);
            store::set_follows_runs(tx, origin.repository, made.standing->follows_runs);
        }
        if (delivery.is_found) tell_found(made.plan.reason);
        auto created = queue::create_runs(tx, origin, made.plan);
        if (!created) return created.error();
        return {};
    };
    auto keeping = database.write(keep);
    co_return co_await std::move(keeping);
}

Task<Result<>> end_delivery(
    store::Database& database,
    model::DeliveryId id,
    model::DeliveryOutcome outcome,
    model::Reason reason
) {
    const auto end = [&](store::Transaction& tx) -> Result<> {
        store::DeliveryEnd row;
        row.outcome = outcome;
        row.reason = reason.text;
        row.reasons_json = to_text_of(reason);
        return store::finish_delivery(tx, id, row);
    };
    auto ending = database.write(end);
    co_return co_await std::move(ending);
}

Task<Result<>> postpone(
    store::Database& database, const PendingDelivery& delivery, Postponement postponement
) {
    const auto work = [&](store::Transaction& tx) -> Result<> {
        auto done =
            store::postpone_delivery(tx, delivery.id, postponement.until, postponement.reason);
        if (done && postponement.with_others) {
            store::hold_back(tx, delivery.waits_with, postponement.until);
        }
        return done;
    };
    auto postponing = database.write(work);
    co_return co_await std::move(postponing);
}

}  // namespace triphammer::intake
