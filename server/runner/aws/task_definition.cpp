#include "runner/aws/task_definition.hpp"

#include "aws/value.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::runner {

using Json = nlohmann::ordered_json;

namespace {

/// The member, made where it is missing or of another kind.
Json& member(Json& object, const char* name, const Json& empty) {
    auto& out = object[name];
    if (out.type() != empty.type()) out = empty;
    return out;
}

bool has_name(const Json& object, const std::string& name) {
    return object.is_object() && object.contains("name") && object["name"] == name;
}

/// A list of { name, KEY }: replaced by name, or added.
void put_named(Json& list, const NamedValues& values, const char* key) {
    for (const auto& [name, value] : values) {
        const auto found = std::find_if(list.begin(), list.end(), [&name = name](const Json& one) {
            return has_name(one, name);
        });
        if (found == list.end()) {
            list.push_back(Json{{"name", name}, {key, value}});
        } else {
            (*found)[key] = value;
        }
    }
}

void put_members(Json& object, const NamedValues& values) {
    for (const auto& [name, value] : values) object[name] = value;
}

void change(Json& container, const ContainerChanges& changes) {
    if (!changes.image.empty()) container["image"] = changes.image;
    if (!changes.environment.empty())
        put_named(member(container, "environment", Json::array()), changes.environment, "value");
    if (!changes.secrets.empty())
        put_named(member(container, "secrets", Json::array()), changes.secrets, "valueFrom");
    if (!changes.environment_files.empty()) {
        auto files = Json::array();
        for (const auto& arn : changes.environment_files)
            files.push_back(Json{{"value", arn}, {"type", "s3"}});
        container["environmentFiles"] = std::move(files);
    }
    if (!changes.labels.empty())
        put_members(member(container, "dockerLabels", Json::object()), changes.labels);
    if (!changes.log_driver.empty())
        member(container, "logConfiguration", Json::object())["logDriver"] = changes.log_driver;
    if (!changes.log_options.empty()) {
        auto& log = member(container, "logConfiguration", Json::object());
        put_members(member(log, "options", Json::object()), changes.log_options);
    }
    if (!changes.command.empty()) container["command"] = changes.command;
}

bool is_empty(const Json& value) {
    if (value.is_null()) return true;
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    if (!value.is_structured()) return false;
    return std::all_of(value.begin(), value.end(), is_empty);
}

void prune(Json& value, const std::vector<std::string>& keep) {
    if (value.is_object()) {
        for (auto at = value.begin(); at != value.end();) {
            const bool is_kept = std::find(keep.begin(), keep.end(), at.key()) != keep.end();
            if (!is_kept && is_empty(at.value())) {
                at = value.erase(at);
            } else {
                prune(at.value(), keep);
                ++at;
            }
        }
    } else if (value.is_array()) {
        value.erase(std::remove_if(value.begin(), value.end(), is_empty), value.end());
        for (auto& one : value) prune(one, keep);
    }
}

/// What may be empty, but not missing.
void fill(Json& list, std::initializer_list<const char*> names) {
    if (!list.is_array()) return;
    for (auto& one : list) {
        for (const auto* name : names) {
            if (one.is_object() && !one.contains(name)) one[name] = "";
        }
    }
}

}  // namespace

Result<Json> parse_task_definition(std::string_view text) {
    auto out = Json::parse(text, nullptr, false);
    if (!out.is_object()) return invalid("the task definition is no JSON object");
    return aws::value_of(std::move(out));
}

Result<> change_containers(Json& definition, const ContainerChanges& changes) {
    auto& containers = definition["containerDefinitions"];
    if (!containers.is_array()) {
        return invalid("the task definition has no list containerDefinitions");
    }
    for (const auto& name : changes.containers) {
        const auto found =
            std::find_if(containers.begin(), containers.end(), [&name](const Json& one) {
                return has_name(one, name);
            });
        if (found == containers.end()) {
            return invalid("the task definition has no container named '" + name + "'");
        }
        change(*found, changes);
    }
    return {};
}

Result<NamedValues> parse_named_values(const std::vector<std::string>& lines) {
    NamedValues out;
    for (const auto& line : lines) {
        const auto equals = line.find('=');
        if (equals == std::string::npos || equals == 0) {
            return invalid("'" + line + "' is not of the form NAME=value");
        }
        out.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
    return out;
}

std::vector<std::string> drop_read_only(Json& definition) {
    std::vector<std::string> out;
    for (const auto* name :
         {"compatibilities",
          "taskDefinitionArn",
          "requiresAttributes",
          "revision",
          "status",
          "registeredAt",
          "deregisteredAt",
          "registeredBy",
          "deleteRequestedAt"}) {
        if (definition.erase(name) > 0) out.emplace_back(name);
    }
    return out;
}

void drop_empty(Json& definition, const std::vector<std::string>& keep) {
    prune(definition, keep);
    if (definition.contains("proxyConfiguration") && definition["proxyConfiguration"].is_object() &&
        definition["proxyConfiguration"].contains("properties"))
        fill(definition["proxyConfiguration"]["properties"], {"name", "value"});
    if (!definition.contains("containerDefinitions")) return;
    for (auto& container : definition["containerDefinitions"]) {
        if (container.is_object() && container.contains("environment"))
            fill(container["environment"], {"value"});
    }
}

}  // namespace triphammer::runner
