#pragma once

namespace triphammer::api {
class MetricsText;
}

namespace triphammer::intake {
class BranchWatch;
class CatchUp;
class Receiver;
}  // namespace triphammer::intake

namespace triphammer::app {

/// What came of webhooks since the start, and of looking for those that did not come.
void append_webhook_metrics(
    api::MetricsText& out,
    const intake::Receiver& receiver,
    const intake::CatchUp& catch_up,
    const intake::BranchWatch& branches
);

}  // namespace triphammer::app
