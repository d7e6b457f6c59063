#pragma once
// What the engine's short forms in `container` and `services` mean, before a job starts.
// Texts with an expression in them are looked at when the job knows their values.

#include "workflow/schema/shape.hpp"

namespace triphammer::workflow {

void check_port(const Node& text, Report& report);
void check_volume(const Node& text, Report& report);
/// `options` of the container that the steps run in.
void check_container_options(const Node& text, Report& report);
void check_service_options(const Node& text, Report& report);

}  // namespace triphammer::workflow
