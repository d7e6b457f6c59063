// Rules of events that no table holds. Source: GitHub's page "Workflow syntax".
#include "workflow/schema/events.hpp"

#include "workflow/schema/unsupported.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

constexpr std::array<std::string_view, 3> kFilters{"branches", "tags", "paths"};

bool has_only_negative(const Node& filter) {
    if (filter.kind == NodeKind::scalar) return filter.text.starts_with('!');
    const auto& items = filter.items;
    return !items.empty() && std::all_of(items.begin(), items.end(), [](const Node* one) {
        return one->text.starts_with('!');
    });
}

void check_filter(const Node& node, const std::string& name, Report& report) {
    const auto* ignore = node.find(name + "-ignore");
    const auto* filter = node.find(name);
    if (filter == nullptr) return;
    if (ignore != nullptr) {
        report.error(
            "filter-conflict",
            ignore->at,
            name + " and " + name + "-ignore cannot both be used for one event",
            "put patterns with ! into " + name
        );
    }
    if (!has_only_negative(*filter)) return;
    report.error(
        "filter-negative",
        filter->at,
        name + " with ! only selects nothing",
        "add a pattern without !, such as '**', or use " + name + "-ignore"
    );
}

/// `on: push` and `on: [push, create]`: the names of events without a map.
void check_event_name(const Node& name, Report& report) {
    if (name.kind != NodeKind::scalar) return;
    const auto* event = find_event(name.text);
    if (event == nullptr) {
        return report.error(
            "unknown-event",
            name.at,
            "unknown event " + show(name.text),
            nearest_hint(name.text, event_names())
        );
    }
    report_unsupported(report, event->feature, name.at, "the event " + show(name.text));
    if ((event->shape->accepts & kEmpty) == 0) {
        report.error(
            "missing-value",
            name.at,
            "the event " + show(name.text) + " needs " + std::string{event->shape->expected}
        );
    }
    if (event->shape->extra != nullptr) event->shape->extra(name, report);
}

}  // namespace

void check_filters(const Node& node, Report& report) {
    for (const auto name : kFilters) check_filter(node, std::string{name}, report);
}

void check_events(const Node& on, Report& report) {
    if (on.kind == NodeKind::scalar) return check_event_name(on, report);
    for (const auto* name : on.items) check_event_name(*name, report);
    if (!on.items.empty() || !on.entries.empty()) return;
    report.error("missing-value", on.at, "'on' names no event");
}

}  // namespace triphammer::workflow
