#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::importer {

/// The lines of Jenkins' cron as POSIX cron, each H a number that depends on `seed` alone. Empty: a
/// line is none. Source: Jenkins' page "Pipeline Syntax", Jenkins cron syntax.
std::vector<std::string> to_cron(std::string_view spec, std::string_view seed);

}  // namespace triphammer::importer
