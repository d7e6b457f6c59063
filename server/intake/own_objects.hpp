#pragma once
// What GitHub tells of our own check runs and deployments. A re-request runs the job, or what the
// suite has of us, again; the rest starts nothing, or it would loop.

#include "base/task.hpp"
#include "intake/pending_delivery.hpp"

namespace triphammer::store {
class Database;
}

namespace triphammer::intake {

/// True: it was about something of ours, and the delivery has ended, in the same transaction as
/// what it did. False: it is to be planned as any other. Code::conflict when it is not pending any
/// more.
Task<Result<bool>> take_own(store::Database& database, const PendingDelivery& delivery);

}  // namespace triphammer::intake
