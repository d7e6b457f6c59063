#pragma once
// A workflow that a filter left out has no run, so nobody would report its contexts; where branch
// protection waits for them, a commit would wait for ever. They are reported as "skipped".

#include "model/ids.hpp"
#include "report/outbox_writer.hpp"

namespace triphammer::report {

/// For each workflow that a filter kept from starting on this delivery: success for the contexts of
/// its newest run of the same event, but never over what was said of the commit before.
void report_skipped(
    store::Transaction& tx, model::DeliveryId delivery, const WriterSettings& settings
);

}  // namespace triphammer::report
