#include "runner/terraform/changes.hpp"

#include "runner/terraform/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr std::size_t kMostListed = 200;
constexpr std::size_t kMostValueBytes = 64U << 10U;

struct Words {
    ChangeAction action;
    std::string_view name;
    std::string_view mark;
};

constexpr std::array kWords{
    Words{ChangeAction::destroy, "destroy", "-"},
    Words{ChangeAction::replace, "replace", "±"},
    Words{ChangeAction::forget, "forget", "."},
    Words{ChangeAction::update, "update", "~"},
    Words{ChangeAction::create, "create", "+"},
};

const Words& words_of(ChangeAction action) {
    return kWords[static_cast<std::size_t>(action)];
}

std::string change_line(const ResourceChange& change) {
    const auto& words = words_of(change.action);
    return std::string{words.mark} + ' ' + std::string{words.name} + ' ' + change.address + '\n';
}

bool has(const json& actions, const char* name) {
    return std::find(actions.begin(), actions.end(), name) != actions.end();
}

/// Nothing for what touches nothing: no-op and read.
std::optional<ChangeAction> action_of(const json& actions) {
    if (!actions.is_array()) return {};
    const bool creates = has(actions, "create");
    if (has(actions, "delete")) return creates ? ChangeAction::replace : ChangeAction::destroy;
    if (has(actions, "forget")) return creates ? ChangeAction::replace : ChangeAction::forget;
    if (creates) return ChangeAction::create;
    if (has(actions, "update")) return ChangeAction::update;
    return {};
}

/// One that does nothing to the resource, and does not take it over or rename it in the state.
bool is_idle(const json& entry) {
    const auto& change = member_at(entry, "change");
    const auto& actions = member_at(change, "actions");
    return actions == json::array({"no-op"}) && !change.contains("importing") &&
           !entry.contains("previous_address");
}

json sorted_changes(const json& entries) {
    auto out = json::array();
    for (const auto& entry : entries) {
        if (!is_idle(entry)) out.push_back(entry);
    }
    std::sort(out.begin(), out.end(), [](const json& one, const json& other) {
        return text_at(one, "address") + text_at(one, "deposed") <
               text_at(other, "address") + text_at(other, "deposed");
    });
    return out;
}

/// Whatever later versions add counts, too.
std::string essence_of(json plan) {
    for (const auto* name :
         {"timestamp",
          "prior_state",
          "planned_values",
          "relevant_attributes",
          "resource_drift",
          "checks"}) {
        plan.erase(name);
    }
    plan["resource_changes"] = sorted_changes(member_at(plan, "resource_changes"));
    auto outputs = json::object();
    for (const auto& [name, change] : member_at(plan, "output_changes").items()) {
        if (member_at(change, "actions") != json::array({"no-op"})) outputs[name] = change;
    }
    plan["output_changes"] = std::move(outputs);
    return plan.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

const json& member_at(const json& object, const char* name) {
    static const json kNone;
    if (!object.is_object()) return kNone;
    const auto found = object.find(name);
    return found == object.end() ? kNone : *found;
}

std::string text_at(const json& object, const char* name) {
    const auto& found = member_at(object, name);
    return found.is_string() ? found.get<std::string>() : std::string{};
}

std::string_view name_of(ChangeAction action) {
    return words_of(action).name;
}

Result<ReadPlan> read_plan(std::string_view text) {
    auto plan = json::parse(text, nullptr, false);
    if (!plan.is_object() || !plan.contains("format_version") || !plan.contains("configuration")) {
        return Error{Code::protocol, "what `show -json` says is no plan"};
    }
    ReadPlan out;
    for (const auto& entry : member_at(plan, "resource_changes")) {
        const auto& change = member_at(entry, "change");
        const auto action = action_of(member_at(change, "actions"));
        if (!action) continue;
        out.changes.push_back({text_at(entry, "address"), *action, describe_values(change)});
    }
    std::sort(out.changes.begin(), out.changes.end(), [](const auto& one, const auto& other) {
        return std::pair{one.action, one.address} < std::pair{other.action, other.address};
    });
    const auto& root = member_at(member_at(plan, "configuration"), "root_module");
    for (const auto& [name, value] : member_at(root, "variables").items()) {
        out.variables.push_back(name);
    }
    out.essence = essence_of(std::move(plan));
    return out;
}

std::size_t count(const ResourceChanges& changes, ChangeAction action) {
    return static_cast<std::size_t>(std::count_if(
        changes.begin(),
        changes.end(),
        [action](const ResourceChange& one) { return one.action == action; }
    ));
}

std::string list_values(const ResourceChanges& changes) {
    std::string out;
    for (const auto& change : changes) {
        if (change.values.empty()) continue;
        auto part = change_line(change);
        for (const auto& value : change.values) part += "    " + value + '\n';
        if (out.size() + part.size() <= kMostValueBytes) out += part;
    }
    return out;
}

std::string summarize(const ResourceChanges& changes) {
    std::string out;
    for (auto words = kWords.rbegin(); words != kWords.rend(); ++words) {
        const auto number = count(changes, words->action);
        if (number == 0) continue;
        out += (out.empty() ? "" : ", ") + std::to_string(number) + " to ";
        out += words->name;
    }
    return out.empty() ? "no changes" : out;
}

std::string list_changes(const ResourceChanges& changes) {
    std::string out;
    std::size_t listed = 0;
    std::size_t left = 0;
    for (const auto& change : changes) {
        const bool stays = change.action == ChangeAction::destroy ||
                           change.action == ChangeAction::replace || listed < kMostListed;
        if (!stays) {
            ++left;
            continue;
        }
        ++listed;
        out += change_line(change);
    }
    if (left > 0) out += "… and " + std::to_string(left) + " more to update or create\n";
    return out;
}

}  // namespace triphammer::runner
