#pragma once

#include "importer/groovy_tree.hpp"
#include "importer/remarks.hpp"

#include <string>

namespace triphammer::importer {

struct Agent {
    std::string label = "host";
    std::string image;

    friend bool operator==(const Agent&, const Agent&) = default;
};

/// `any`, `none`, `{ label 'x' }`, `{ docker { image 'y' } }`; what is not carried is remarked.
Agent read_agent(const Statement& statement, Remarks& remarks);

}  // namespace triphammer::importer
