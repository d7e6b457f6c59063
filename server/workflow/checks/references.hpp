#pragma once
// Names that expressions look up in `steps`, `needs`, `matrix`, `inputs` and `jobs`: collected
// while a file is checked, and looked at when all of it is known. GitHub gives an empty value for a
// name that is not there; that is legal, and nearly always a mistake: a warning.

#include "model/workflow.hpp"
#include "workflow/expression/parser.hpp"
#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"
#include "workflow/yaml/source.hpp"

#include <string>
#include <vector>

namespace triphammer::workflow {

struct Reference {
    std::vector<std::string> path;  // needs, build, outputs, digest: from the context on
    Spot at;
    const Node* job = nullptr;   // where it stands; null: outside of jobs
    const Node* step = nullptr;  // null: outside of steps
};

/// The paths in `tree` that begin with one of these contexts, with their positions in the
/// expression.
struct Found {
    std::vector<std::string> path;
    std::size_t position = 0;
};

std::vector<Found> find_references(const expression::Tree& tree);

/// Outputs of the jobs that call workflows, as the expressions read them.
std::vector<model::CalledOutput> list_called_outputs(
    const Node& root, const std::vector<Reference>& references, const Source& source
);

void check_references(
    const Node& root, const std::vector<Reference>& references, const Source& source, Report& report
);

}  // namespace triphammer::workflow
