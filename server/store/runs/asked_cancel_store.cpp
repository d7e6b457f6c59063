#include "store/runs/asked_cancel_store.hpp"

namespace triphammer::store {

std::vector<AskedCancel> list_asked_cancels(Connection& db) {
    auto query = db.prepare(
        "SELECT attempts.id, jobs.cancel_reason FROM attempts JOIN jobs ON jobs.id = attempts.job "
        "WHERE attempts.state IN ('claimed', 'running') AND jobs.cancel_requested_at IS NOT NULL"
    );
    return query.list([](Statement& row) {
        AskedCancel out;
        row.read(out.fence, out.reason);
        return out;
    });
}

}  // namespace triphammer::store
