#include "access/secrets.hpp"

#include "access/stored_values.hpp"
#include "base/text.hpp"
#include "store/people/audit_store.hpp"
#include "store/people/secret_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <algorithm>
#include <map>

namespace triphammer::access {

namespace {

constexpr std::size_t kMinValueBytes = 4;
constexpr std::size_t kMaxValueBytes = 64 * 1024;
constexpr std::size_t kMaxNameBytes = 128;

bool is_name(std::string_view name) {
    if (name.empty() || name.size() > kMaxNameBytes) return false;
    if (name.front() >= '0' && name.front() <= '9') return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Result<> check_new(const NewSecret& secret) {
    if (!is_name(secret.name)) {
        return invalid("a secret's name is made of A-Z, 0-9 and _ and does not begin with a digit");
    }
    if (!secret.scope.environment.empty() && !secret.scope.repository) {
        return invalid("a secret of an environment needs its repository");
    }
    const auto size = secret.value.reveal().size();
    if (size < kMinValueBytes) {
        return invalid("a secret of fewer than 4 characters cannot be kept out of logs");
    }
    if (size > kMaxValueBytes) return invalid("a secret has at most 64 KiB");
    return {};
}

store::SecretScope to_row_scope(const SecretScope& scope) {
    return {scope.repository, scope.environment};
}

Binding bind_secret(const store::SecretScope& scope, const std::string& name) {
    return {"secret", model::to_text(scope.repository), scope.environment, name};
}

/// Which job of which run it was that was given them; rows that are gone are none.
struct Use {
    std::optional<store::RunRow> run;
    std::optional<store::AttemptRow> attempt;
    std::optional<store::JobRow> job;
};

Use find_use(store::Connection& db, model::RunId run, model::Fence fence) {
    Use use{store::find_run(db, run), store::find_attempt(db, fence), {}};
    if (use.attempt) use.job = store::find_job(db, use.attempt->job);
    return use;
}

void audit_use(
    store::Transaction& transaction,
    model::RunId run,
    model::Fence fence,
    const std::vector<std::string>& names
) {
    const auto use = find_use(transaction, run, fence);
    if (use.run && use.job) {
        store::note_secret_uses(transaction, {use.run->repository, use.job->environment}, names);
    }
    store::NewAudit entry{"secret.use", join(names, ", ")};
    if (use.run) entry.repository = use.run->repository;
    entry.after = "{\"attempt\":\"" + model::to_text(fence) + "\",\"job\":\"" +
                  (use.attempt ? model::to_text(use.attempt->job) : "") + "\",\"run\":\"" +
                  model::to_text(run) + "\"}";
    store::append_audit(transaction, store::audit_server(), entry);
}

}  // namespace

Result<> set_secret(
    store::Transaction& transaction, const Sealer& sealer, const NewSecret& secret
) {
    if (auto ok = check_new(secret); !ok) return ok.error();
    const auto scope = to_row_scope(secret.scope);
    const auto sealed = sealer.seal(secret.value.reveal(), bind_secret(scope, secret.name));
    store::put_secret(transaction, scope, secret.name, sealed, secret.actor);
    return {};
}

Result<std::vector<SecretEntry>> list_secrets(store::Connection& connection) {
    std::vector<SecretEntry> entries;
    for (const auto& row : store::list_all_secrets(connection)) {
        entries.push_back(
            {{row.scope.repository, row.scope.environment},
             row.name,
             row.updated_at,
             row.updated_by,
             row.used_at}
        );
    }
    return entries;
}

Result<> remove_secret(
    store::Transaction& transaction,
    const SecretScope& scope,
    const std::string& name,
    const std::string& actor
) {
    return store::remove_secret(transaction, to_row_scope(scope), name, actor);
}

Result<std::vector<model::NamedSecret>> resolve_secrets(
    store::Connection& connection, const Sealer& sealer, const JobScope& job
) {
    if (job.from_fork) return std::vector<model::NamedSecret>{};
    const store::SecretScope scope{job.repository, job.environment};
    std::map<std::string, Secret> by_name;
    for (const auto& row : store::list_visible_secrets(connection, scope)) {
        auto value = sealer.open(row.sealed, bind_secret(row.scope, row.name));
        if (!value) return with_context("secret " + row.name, value.error());
        by_name[row.name] = std::move(*value);  // the widest scope comes first: narrower ones win
    }
    std::vector<model::NamedSecret> out;
    out.reserve(by_name.size());
    for (auto& [name, value] : by_name) out.push_back({name, std::move(value)});
    return out;
}

Result<std::vector<Secret>> list_values(
    store::Connection& connection, const Sealer& sealer, model::RepositoryId repository
) {
    std::vector<Secret> out;
    for (const auto& row : store::list_all_secrets(connection)) {
        if (row.scope.repository && row.scope.repository != repository) continue;
        auto value = sealer.open(row.sealed, bind_secret(row.scope, row.name));
        if (!value) return with_context("secret " + row.name, value.error());
        out.push_back(std::move(*value));
    }
    return out;
}

void record_use(
    store::Transaction& transaction,
    model::RunId run,
    model::Fence fence,
    const std::vector<model::NamedSecret>& secrets
) {
    if (secrets.empty()) return;
    std::vector<std::string> names;
    names.reserve(secrets.size());
    for (const auto& secret : secrets) names.push_back(secret.name);
    const auto reason = "given to attempt " + model::to_text(fence) + ": " + join(names, ", ");
    store::NewChange change;
    change.subject = "secret";
    change.run = run;
    change.to_state = "used";
    change.reason = reason;
    store::append_change(transaction, change);
    audit_use(transaction, run, fence, names);
}

}  // namespace triphammer::access
