#include "cli/config_file.hpp"

#include "workflow/yaml/yaml.hpp"

namespace triphammer::cli {

namespace {

using workflow::Node;
using workflow::NodeKind;

Error at(std::string_view file, model::Position place, const std::string& message) {
    return invalid(
        std::string{file} + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) +
        ": " + message
    );
}

/// Walks the tree; a list's items share their key's path.
struct Flattener {
    std::string_view file;
    std::vector<app::ConfigEntry> entries;

    Result<> add(const std::string& path, const Node& node) {
        if (node.kind == NodeKind::scalar) {
            entries.push_back({path, node.text, node.at.line});
            return {};
        }
        if (node.kind == NodeKind::mapping) return add_mapping(path, node);
        if (node.kind == NodeKind::sequence) return add_sequence(path, node);
        return at(file, node.at, path + " has no value; remove the key or give it one");
    }

    Result<> add_mapping(const std::string& path, const Node& node) {
        for (const auto& entry : node.entries) {
            const auto inner = path.empty() ? entry.key->text : path + "." + entry.key->text;
            if (auto added = add(inner, *entry.value); !added) return added;
        }
        return {};
    }

    Result<> add_sequence(const std::string& path, const Node& node) {
        for (const auto* item : node.items) {
            if (item->kind != NodeKind::scalar) {
                return at(file, item->at, path + " must be a list of plain values");
            }
            entries.push_back({path, item->text, item->at.line});
        }
        return {};
    }
};

}  // namespace

Result<std::vector<app::ConfigEntry>> read_config_entries(
    std::string_view file, std::string_view text
) {
    workflow::Report report{{}};
    const auto document = workflow::read_yaml(text, report);
    if (report.has_errors() || !document) {
        const auto problems = std::move(report).take();
        const auto& first = problems.at(0);
        return at(file, first.at, first.message);
    }
    Flattener flattener{file, {}};
    if (document->root == nullptr) return flattener.entries;
    if (document->root->kind != NodeKind::mapping) {
        return at(file, document->root->at, "a configuration is a list of `key: value` lines");
    }
    if (auto added = flattener.add("", *document->root); !added) return added.error();
    return flattener.entries;
}

}  // namespace triphammer::cli
