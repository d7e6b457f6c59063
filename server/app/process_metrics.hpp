#pragma once

#include "app/disk_guard.hpp"

#include <string>

namespace triphammer::api {
class MetricsText;
}

namespace triphammer::app {

/// What every Prometheus client says of its process: memory, files, processor time.
void append_process_metrics(api::MetricsText& out);

/// Room on the disks. `pause_reason`: why no job starts; empty: they do.
void append_disk_metrics(
    api::MetricsText& out, const DiskGuard& disk, const std::string& pause_reason
);

}  // namespace triphammer::app
