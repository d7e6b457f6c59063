#pragma once
// Time zones of `on.schedule`, which only the machine knows that keeps the time.

#include "workflow/reader.hpp"

#include <string>
#include <vector>

namespace triphammer::workflow {

/// A zone that is not among `known` (sorted; base/zone_names.hpp) is an error, with the nearest
/// one. Without any known one nothing is checked.
void check_zones(ReadResult& read, const std::vector<std::string>& known);

}  // namespace triphammer::workflow
