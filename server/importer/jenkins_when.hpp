#pragma once

#include "importer/jenkins_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::importer {

/// The conditions of a `when`, all of which must hold, as one expression. Nothing: one of them has
/// no counterpart. Source: Jenkins' page "Pipeline Syntax", when.
std::optional<std::string> to_condition(
    const std::vector<Statement>& conditions, const Names& names
);

/// Both must hold; an empty one always does.
std::string both(const std::string& one, const std::string& other);

}  // namespace triphammer::importer
