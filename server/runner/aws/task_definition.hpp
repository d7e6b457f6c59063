#pragma once
// Task definitions as JSON: read, changed, cleaned for RegisterTaskDefinition. Pure.
// Source: docs.aws.amazon.com, Amazon ECS API Reference, RegisterTaskDefinition.

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// Code::invalid for what is no JSON object.
Result<nlohmann::ordered_json> parse_task_definition(std::string_view text);

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// What is put into each of the named containers; empty: left as it is.
struct ContainerChanges {
    std::vector<std::string> containers;
    std::string image;
    NamedValues environment;
    NamedValues secrets;  // name → ARN
    NamedValues labels;
    std::vector<std::string> environment_files;  // ARNs of S3
    std::string log_driver;
    NamedValues log_options;
    std::vector<std::string> command;
};

/// Code::invalid names the container that is not there.
Result<> change_containers(nlohmann::ordered_json& definition, const ContainerChanges& changes);

/// NAME=value lines. Code::invalid names the line.
Result<NamedValues> parse_named_values(const std::vector<std::string>& lines);

/// Takes out what only answers have; the names of what went.
std::vector<std::string> drop_read_only(nlohmann::ordered_json& definition);

/// Takes out what is null, empty text, an empty list or object, as the API wants it; members named
/// in `keep` stay where they are null. Values of `environment` and of a proxy's properties may be
/// empty.
void drop_empty(nlohmann::ordered_json& definition, const std::vector<std::string>& keep);

}  // namespace triphammer::runner
