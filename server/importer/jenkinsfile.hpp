#pragma once
// A declarative Jenkinsfile as a workflow. Pure; any thread.
// Source: Jenkins' page "Pipeline Syntax", Declarative Pipeline.

#include "importer/remarks.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::importer {

struct Imported {
    std::string text;  // a workflow that `lint` has nothing against; empty: nothing was carried
    std::vector<Remark> remarks;  // by line
    int lines = 0;                // of the source that say something
    int carried = 0;              // of these
};

/// `name` becomes the workflow's.
Imported import_jenkinsfile(std::string_view name, std::string_view source);

}  // namespace triphammer::importer
