#include "doctor/finding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::doctor {

namespace {

using nlohmann::json;

constexpr State kStates[] = {State::ok, State::warning, State::error};

json to_json(const Finding& finding) {
    json out{{"name", finding.name}, {"state", name_of(finding.state)}, {"text", finding.text}};
    if (!finding.remedy.empty()) out["remedy"] = finding.remedy;
    return out;
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<Finding> parse_finding(const json& object) {
    const auto state = object.is_object() ? text_of(object, "state") : "";
    for (const auto known : kStates) {
        if (name_of(known) != state) continue;
        return Finding{
            text_of(object, "name"), known, text_of(object, "text"), text_of(object, "remedy")};
    }
    return Error{Code::protocol, "a finding has no state"};
}

}  // namespace

std::string_view name_of(State state) {
    switch (state) {
        case State::ok:
            return "ok";
        case State::warning:
            return "warning";
        case State::error:
            break;
    }
    return "error";
}

Finding fine(std::string name, std::string text) {
    return {std::move(name), State::ok, std::move(text), {}};
}

Finding warning(std::string name, std::string text, std::string remedy) {
    return {std::move(name), State::warning, std::move(text), std::move(remedy)};
}

Finding failure(std::string name, std::string text, std::string remedy) {
    return {std::move(name), State::error, std::move(text), std::move(remedy)};
}

bool is_well(const Findings& findings) {
    return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.state == State::error;
    });
}

std::string to_json_text(const Findings& findings, std::string_view version) {
    auto list = json::array();
    for (const auto& finding : findings) list.push_back(to_json(finding));
    const json out{{"well", is_well(findings)}, {"version", version}, {"findings", list}};
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Report> parse_report(std::string_view text) {
    const auto object = json::parse(text, nullptr, false);
    if (!object.is_object() || !object.contains("findings")) {
        return Error{Code::protocol, "that is no report of a doctor"};
    }
    Report out;
    out.version = text_of(object, "version");
    for (const auto& each : object["findings"]) {
        auto finding = parse_finding(each);
        if (!finding) return finding.error();
        out.findings.push_back(std::move(*finding));
    }
    return out;
}

}  // namespace triphammer::doctor
