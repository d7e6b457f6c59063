#pragma once

namespace triphammer::api {
class MetricsText;
}

namespace triphammer::app {

/// What every Prometheus client says of its process: memory, files, processor time.
void append_process_metrics(api::MetricsText& out);

}  // namespace triphammer::app
