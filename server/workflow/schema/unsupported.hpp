#pragma once
// What the language knows and this version does not do yet: one table. Who makes a thing work
// removes its line; nothing else changes.

#include "workflow/yaml/report.hpp"

#include <span>
#include <string_view>

namespace triphammer::workflow {

struct Unsupported {
    std::string_view feature;  // its place in the language, or a kind of value there
    std::string_view advice;   // what to write instead; may be empty
};

std::span<const Unsupported> list_unsupported();
const Unsupported* find_unsupported(std::string_view feature);

/// Reports "WHAT is not supported yet" where the table has `feature`, and says whether it had.
/// What can have no effect here, such as events that no longer exist, is a warning `no-effect`.
bool report_unsupported(
    Report& report, std::string_view feature, model::Position at, const std::string& what
);

}  // namespace triphammer::workflow
