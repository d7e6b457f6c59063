#include "runner/deploy/exec/contract.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr int kContract = 1;
constexpr std::size_t kMostText = 1024;

std::vector<std::string_view> states_of(ExecAction action) {
    switch (action) {
        case ExecAction::preflight:
            return {"ready", "refused"};
        case ExecAction::observe:
            return {"done", "not-begun", "in-flight", "foreign"};
        case ExecAction::verify:
            return {"live", "not-live"};
        case ExecAction::deploy:
        case ExecAction::rollback:
            break;
    }
    return {"done", "failed"};
}

Error wrong(ExecAction action, const std::string& why) {
    return {
        Code::protocol,
        "the program's answer to " + std::string{name_of(action)} + " proves nothing: " + why +
            " (docs/deployments.md)"};
}

/// Empty where it is not there; nothing where it is no short text.
std::optional<std::string> short_text_in(const json& answer, const char* key) {
    const auto found = answer.find(key);
    if (found == answer.end()) return std::string{};
    if (!found->is_string()) return {};
    auto text = found->get<std::string>();
    return text.size() > kMostText ? std::nullopt : std::optional{std::move(text)};
}

Result<> check(ExecAction action, const ExecAnswer& answer) {
    const auto states = states_of(action);
    if (std::find(states.begin(), states.end(), answer.state) == states.end()) {
        return wrong(action, "state is '" + answer.state + "'");
    }
    const bool is_live = answer.state == "live";
    const bool makes_one = is_live || (action != ExecAction::rollback && answer.state == "done");
    if (makes_one && answer.object.empty()) return wrong(action, "object is missing");
    if (is_live && answer.version.empty()) return wrong(action, "version is missing");
    return {};
}

}  // namespace

std::string_view name_of(ExecAction action) {
    switch (action) {
        case ExecAction::preflight:
            return "preflight";
        case ExecAction::deploy:
            return "deploy";
        case ExecAction::observe:
            return "observe";
        case ExecAction::verify:
            return "verify";
        case ExecAction::rollback:
            break;
    }
    return "rollback";
}

std::string to_text(const ExecRequest& request) {
    const json out{
        {"contract", kContract},
        {"action", name_of(request.action)},
        {"deployment", request.deployment},
        {"key", request.key},
        {"repository", request.repository},
        {"environment", request.environment},
        {"service", request.service},
        {"sha", request.sha},
        {"image", request.image},
        {"version", request.version},
        {"object", request.object},
        {"previous", json::parse(request.previous_json, nullptr, false)},
    };
    return out.dump() + "\n";
}

Result<ExecAnswer> parse_answer(ExecAction action, std::string_view text) {
    const auto tree = json::parse(text, nullptr, false);
    if (!tree.is_object()) return wrong(action, "it is not one JSON object on standard output");
    ExecAnswer out;
    for (const auto& [key, value] :
         {std::pair{"state", &out.state},
          std::pair{"reason", &out.reason},
          std::pair{"object", &out.object},
          std::pair{"version", &out.version}}) {
        auto read = short_text_in(tree, key);
        if (!read) return wrong(action, std::string{key} + " is no text of up to 1024 bytes");
        *value = std::move(*read);
    }
    const auto observes = tree.find("observes");
    out.observes = observes != tree.end() && observes->is_boolean() && observes->get<bool>();
    if (auto checked = check(action, out); !checked) return checked.error();
    return out;
}

}  // namespace triphammer::runner
