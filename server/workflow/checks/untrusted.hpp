#pragma once
// Which expressions give text that an outsider controls. Source: GitHub's page "Script injections"
// and the payloads' own fields.

#include "workflow/expression/parser.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace triphammer::workflow {

struct Untrusted {
    std::string path;  // github.event.issue.title
    std::size_t position = 0;
};

/// The first such text that can reach the expression's value. What is only compared or searched
/// (`==`, contains, …) does not reach it.
std::optional<Untrusted> find_untrusted(const expression::Tree& tree);

}  // namespace triphammer::workflow
