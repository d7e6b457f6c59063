#pragma once
// The events that `on` may name.

#include "workflow/schema/shape.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

std::span<const Key> list_events();
/// Nothing for a name that GitHub does not know.
const Key* find_event(std::string_view name);
std::vector<std::string> event_names();
/// The activity types that start workflows; none: there are no types, or any. Webhooks have more.
std::span<const std::string_view> list_starting_types(std::string_view event);

/// Parts of the table of events that have tables of their own.
extern const Shape kScheduleShape;
extern const Shape kWorkflowCallShape;
extern const Shape kWorkflowDispatchShape;

/// The rule of `on`: bare names of events.
void check_events(const Node& on, Report& report);
/// A rule for events with filters: branches and branches-ignore exclude each other, `!` alone
/// selects nothing.
void check_filters(const Node& node, Report& report);

}  // namespace triphammer::workflow
