#include "results/sarif.hpp"

#include "results/junit.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::results {

using nlohmann::json;

namespace {

constexpr int kMostDepth = 40;

/// Null where a step of the way is missing or of another type.
const json& at(const json& in, std::initializer_list<const char*> way) {
    static const json kNull;
    const auto* here = &in;
    for (const auto* name : way) {
        if (!here->is_object()) return kNull;
        const auto found = here->find(name);
        if (found == here->end()) return kNull;
        here = &*found;
    }
    return *here;
}

std::string text_at(const json& in, std::initializer_list<const char*> way, std::size_t most) {
    const auto& found = at(in, way);
    return found.is_string() ? clean(found.get_ref<const std::string&>(), most) : std::string{};
}

const json& first_of(const json& list) {
    static const json kNull;
    return list.is_array() && !list.empty() ? list.front() : kNull;
}

Finding read_result(const json& result, const std::string& tool, std::string_view workspace) {
    Finding out;
    out.tool = tool;
    out.rule = text_at(result, {"ruleId"}, kMostName);
    if (out.rule.empty()) out.rule = text_at(result, {"rule", "id"}, kMostName);
    const auto level = text_at(result, {"level"}, kMostName);
    // 3.27.10: without a level it is a warning.
    out.level = level == "error" || level == "note" || level == "none" ? level : "warning";
    out.message = text_at(result, {"message", "text"}, kMostMessage);
    const auto& place = at(first_of(at(result, {"locations"})), {"physicalLocation"});
    out.file = shorten(text_at(place, {"artifactLocation", "uri"}, kMostName), workspace);
    const auto& line = at(place, {"region", "startLine"});
    if (line.is_number_unsigned()) out.line = line.get<std::int64_t>();
    return out;
}

}  // namespace

Result<std::vector<Finding>> read_sarif(std::string_view text, std::string_view workspace) {
    const auto is_shallow = [](int depth, json::parse_event_t, json&) {
        return depth < kMostDepth;
    };
    const auto in = json::parse(text, is_shallow, false);
    const auto& runs = at(in, {"runs"});
    if (!runs.is_array()) return invalid("it is no SARIF: there are no \"runs\"");
    std::vector<Finding> out;
    for (const auto& run : runs) {
        const auto tool = text_at(run, {"tool", "driver", "name"}, kMostName);
        const auto& results = at(run, {"results"});
        if (!results.is_array()) continue;
        for (const auto& result : results) {
            auto finding = read_result(result, tool, workspace);
            if (finding.level != "none") out.push_back(std::move(finding));
        }
    }
    return out;
}

}  // namespace triphammer::results
