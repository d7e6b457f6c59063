#pragma once
// What `show -json` says of a saved plan. Pure.
// Source: developer.hashicorp.com/terraform/internals/json-format (format version 1.2); OpenTofu's
// is the same.

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// In the order in which people want to read them.
enum class ChangeAction { destroy, replace, forget, update, create };

/// "destroy"
std::string_view name_of(ChangeAction action);

/// A member that is a text; empty where it is not, whatever it is.
std::string text_at(const nlohmann::json& object, const char* name);
/// A member; null where there is none.
const nlohmann::json& member_at(const nlohmann::json& object, const char* name);

struct ResourceChange {
    std::string address;
    ChangeAction action = ChangeAction::create;
    std::vector<std::string> values = {};  // values.hpp

    friend bool operator==(const ResourceChange&, const ResourceChange&) = default;
};

using ResourceChanges = std::vector<ResourceChange>;

struct ReadPlan {
    ResourceChanges changes;             // by action, then by address
    std::vector<std::string> variables;  // that the configuration declares
    /// What an approval is about, as compact JSON with sorted keys: two plans that would do the
    /// same have the same. All that the plan says but for what differs from one look to the next
    /// (when it was made) and what only repeats or describes the state.
    std::string essence;
};

/// Code::protocol for what is no plan.
Result<ReadPlan> read_plan(std::string_view text);

std::size_t count(const ResourceChanges& changes, ChangeAction action);

/// "1 to create, 2 to destroy"; "no changes".
std::string summarize(const ResourceChanges& changes);

/// A list with marks and words, destroyed ones first and never left out; of the others at most 200.
std::string list_changes(const ResourceChanges& changes);

/// Each resource whose values are known, with them: the lines below its own are indented by four
/// spaces. At most 64 KiB; a resource that does not fit any more is left out, smaller ones are not.
std::string list_values(const ResourceChanges& changes);

}  // namespace triphammer::runner
