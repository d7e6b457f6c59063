#include "api/call/audit.hpp"

#include "api/call/services.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

namespace {

Task<Result<>> append_alone(Services& services, store::AuditActor who, store::NewAudit entry) {
    auto write = [&](store::Transaction& transaction) -> Result<> {
        store::append_audit(transaction, who, entry);
        return {};
    };
    auto writing = services.database.write(write);
    co_return co_await std::move(writing);
}

}  // namespace

store::AuditActor auditor_of(const Call& call) {
    return {call.who.id, call.who.actor, call.request.peer.address};
}

void record(store::Transaction& transaction, const Call& call, const store::NewAudit& entry) {
    store::append_audit(transaction, auditor_of(call), entry);
}

Task<Result<>> record_outside(
    Services& services, const Call& call, store::NewAudit entry, Result<> outcome
) {
    if (!outcome) {
        entry.outcome = store::AuditOutcome::failed;
        entry.reason = outcome.error().message;
    }
    auto writing = append_alone(services, auditor_of(call), std::move(entry));
    const auto written = co_await std::move(writing);
    if (outcome && !written) co_return written;
    co_return outcome;
}

Task<> record_refusal(Services& services, const Call& call, store::NewAudit entry) {
    const auto whose = call.who.id.empty() ? std::string{"nobody"} : call.who.id;
    if (services.refusals.find_wait(whose).count() > 0) {
        ++services.left_out[whose];
        co_return;
    }
    services.refusals.note_failure(whose);
    if (const auto left_out = services.left_out.extract(whose)) {
        entry.reason += " (" + std::to_string(left_out.mapped()) + " before it were not kept)";
    }
    entry.outcome = store::AuditOutcome::refused;
    auto writing = append_alone(services, auditor_of(call), std::move(entry));
    (void)co_await std::move(writing);
}

std::string fields(const nlohmann::json& object) {
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace triphammer::api
