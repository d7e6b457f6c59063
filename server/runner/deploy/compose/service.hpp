#pragma once
// One entry of `services`. Pure. Source: compose-spec, 05-services.md.

#include "runner/deploy/compose/file.hpp"
#include "runner/deploy/compose/reader.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// What the names in a service mean.
struct ComposeNames {
    std::string deployed;  // the service whose image the deployment gives
    std::vector<ComposeObject> volumes;
    std::vector<ComposeObject> networks;  // "default" among them
};

/// Its errors are the reader's.
ComposeService read_service(
    const std::string& name, const Node& node, const ComposeNames& names, ComposeReader& reader
);

/// Null: there is none with this key.
const ComposeObject* find_object(const std::vector<ComposeObject>& objects, std::string_view key);

}  // namespace triphammer::runner
