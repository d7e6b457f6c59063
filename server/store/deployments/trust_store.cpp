// Forks and environments: the first and the third part of store/deployments/approval_store.hpp.
#include "store/deployments/approval_store.hpp"
#include "store/deployments/inherited_rules.hpp"
#include "store/sqlite/change_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::store {

void set_fork_head(Transaction& tx, model::RunId run, const ForkHead& head) {
    auto insert = tx.prepare(
        "INSERT INTO fork_heads (run, repository, sha, head_repository, author) "
        "SELECT id, repository, sha, ?, ? FROM runs WHERE id = ?"
    );
    insert.bind(head.repository, head.author, run).run();
}

std::optional<ForkHead> find_fork_head(Connection& db, model::RunId run) {
    auto query = db.prepare("SELECT head_repository, author FROM fork_heads WHERE run = ?");
    return query.bind(run).find_row([](Statement& row) {
        ForkHead head;
        row.read(head.repository, head.author);
        return head;
    });
}

bool is_untrusted(Connection& db, model::RunId run) {
    auto query = db.prepare("SELECT EXISTS (SELECT 1 FROM untrusted_runs WHERE run = ?)");
    return query.bind(run).find<std::int64_t>().value_or(1) != 0;
}

std::vector<model::RunId> list_open_fork_runs(Connection& db, model::RepositoryId repository) {
    auto query = db.prepare(
        "SELECT id FROM runs WHERE state IN ('queued', 'running', 'waiting') AND repository = ? "
        "AND from_fork = 1 ORDER BY id"
    );
    return query.bind(repository).list([](Statement& row) {
        model::RunId id;
        row.read(id);
        return id;
    });
}

std::string fork_approval_of(Connection& db, model::RepositoryId repository) {
    auto query = db.prepare("SELECT fork_approval FROM repositories WHERE id = ?");
    return query.bind(repository).find<std::string>().value_or("all");
}

Result<> set_fork_approval(
    Transaction& tx, model::RepositoryId id, std::string_view policy, std::string_view actor
) {
    auto update =
        tx.prepare("UPDATE repositories SET fork_approval = ? WHERE id = ? AND removed_at IS NULL");
    if (update.bind(policy, id).run() == 0) {
        return not_found("there is no repository " + to_text(id));
    }
    NewChange change{.subject = "repository", .id = id.value};
    const auto reason = "approval of pull requests from forks: " + std::string{policy};
    change.reason = reason;
    change.actor = actor;
    append_change(tx, change);
    return {};
}

namespace {

Result<model::EnvironmentRules> read_rules_text(const std::optional<std::string>& text) {
    if (!text) return model::EnvironmentRules{};
    return model::read_rules(nlohmann::json::parse(*text, nullptr, false));
}

}  // namespace

Result<model::EnvironmentRules> own_rules_of(Connection& db, const EnvironmentRow& environment) {
    auto query = db.prepare(
        "SELECT rules FROM environments WHERE repository = ? AND lower(name) = lower(?) LIMIT 1"
    );
    return read_rules_text(query.bind(environment.repository, environment.name).find<std::string>()
    );
}

namespace {

/// A column of the row that counts.
Statement find_rules(
    Connection& db,
    std::string_view column,
    model::RepositoryId repository,
    std::string_view environment
) {
    // Not COLLATE NOCASE: of two comparisons joined by OR SQLite 3.40 makes an IN without it.
    auto query = db.prepare(
        "SELECT " + std::string{column} +
        " FROM environments WHERE repository = ?1 AND rules <> '{}' "
        "AND (lower(name) = lower(?2) OR name = '*') ORDER BY name = '*', name <> ?2 LIMIT 1"
    );
    query.bind(repository, environment);
    return query;
}

}  // namespace

Result<model::EnvironmentRules> rules_of(
    Connection& db, model::RepositoryId repository, std::string_view environment
) {
    auto query = find_rules(db, "rules", repository, environment);
    return read_rules_text(query.find<std::string>());
}

bool inherits_rules(Connection& db, const EnvironmentRow& environment) {
    auto query = find_rules(db, "name", environment.repository, environment.name);
    return environment.name != "*" && query.find<std::string>() == "*";
}

void set_rules(
    Transaction& tx,
    const EnvironmentRow& environment,
    const model::EnvironmentRules& rules,
    std::string_view actor
) {
    const auto text = model::to_rules_json(rules).dump();
    // However it is spelled: a file must not choose between two rules.
    auto replace = tx.prepare(
        "UPDATE environments SET rules = ?3 WHERE repository = ?1 AND lower(name) = lower(?2)"
    );
    const auto count = replace.bind(environment.repository, environment.name, text).run();
    if (count == 0) {
        auto put =
            tx.prepare("INSERT INTO environments (repository, name, rules) VALUES (?, ?, ?)");
        put.bind(environment.repository, environment.name, text).run();
    }
    NewChange change{.subject = "environment", .id = environment.repository.value};
    const auto reason = "rules of " + environment.name + ": " + text;
    change.reason = reason;
    change.actor = actor;
    append_change(tx, change);
}

}  // namespace triphammer::store
