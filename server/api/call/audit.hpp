#pragma once
// What handlers write into the audit (store/people/audit_store.hpp). Every route that changes
// something leaves exactly one row; tests/integration/audit_test.py goes through the table of
// routes.

#include "api/call/call.hpp"
#include "base/result.hpp"
#include "store/people/audit_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace triphammer::api {

struct Services;

store::AuditActor auditor_of(const Call& call);

/// Inside the piece of work that makes the change.
void record(store::Transaction& transaction, const Call& call, const store::NewAudit& entry);

/// For what happens outside of the database (a message sent, a hook at GitHub): behind it, with
/// how it ended. An answer that reached its maker but not the disk is an error of the call.
Task<Result<>> record_outside(
    Services& services, const Call& call, store::NewAudit entry, Result<> outcome
);

template <class T>
Result<> outcome_of(const Result<T>& result) {
    if (result) return {};
    return result.error();
}

/// Somebody was not let in, or not allowed: at once 30 rows, then one in ten seconds, whoever it
/// is; the next row says how many were left out.
Task<> record_refusal(Services& services, const Call& call, store::NewAudit entry);

/// For `before` and `after`.
std::string fields(const nlohmann::json& object);

}  // namespace triphammer::api
