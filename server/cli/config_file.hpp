#pragma once

#include "app/config.hpp"

namespace triphammer::cli {

/// The scalars of a YAML configuration file with their paths and lines, in order.
/// Code::invalid with file, line and column for what is no YAML, a duplicate key, or a value that
/// is neither a map, a list of scalars nor a scalar.
Result<std::vector<app::ConfigEntry>> read_config_entries(
    std::string_view file, std::string_view text
);

}  // namespace triphammer::cli
