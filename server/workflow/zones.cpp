#include "workflow/zones.hpp"

#include "workflow/yaml/report.hpp"

#include <algorithm>

namespace triphammer::workflow {

void check_zones(ReadResult& read, const std::vector<std::string>& known) {
    if (!read.workflow || known.empty()) return;
    Report report{{}};
    for (const auto& trigger : read.workflow->triggers) {
        for (const auto& [cron, zone, at] : trigger.schedules) {
            if (zone.empty() || std::binary_search(known.begin(), known.end(), zone)) continue;
            const auto hint = nearest_hint(zone, known);
            const auto what = "this machine knows no time zone " + show(zone);
            report.error("timezone", at, what, hint.empty() ? "Europe/Berlin, Etc/UTC" : hint);
        }
    }
    if (!report.has_errors()) return;
    auto problems = std::move(report).take();
    std::move(problems.begin(), problems.end(), std::back_inserter(read.problems));
    read.workflow.reset();
}

}  // namespace triphammer::workflow
