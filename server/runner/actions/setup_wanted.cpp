#include "runner/actions/setup_wanted.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace triphammer::runner {

namespace {

constexpr auto kAny = std::to_array<std::string_view>(
    {"latest", "current", "node", "stable", "oldstable", "lts", "lts/*", "lts/-1"}
);

/// nodejs.org, "Node.js Releases".
constexpr auto kNodeNames = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"lts/erbium", "12"},
    {"lts/fermium", "14"},
    {"lts/gallium", "16"},
    {"lts/hydrogen", "18"},
    {"lts/iron", "20"},
    {"lts/jod", "22"},
    {"lts/krypton", "24"},
});

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

/// "KEY value" on a line of its own.
std::string value_after(std::string_view text, std::string_view key) {
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.starts_with(key) || words.size() == key.size()) continue;
        const auto rest = words.substr(key.size());
        if (rest[0] != ' ' && rest[0] != '\t') continue;
        const auto value = trim(rest);
        return std::string{value.substr(0, value.find_first_of(" \t"))};
    }
    return {};
}

std::string first_line(std::string_view text) {
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.empty() && words[0] != '#') return std::string{words};
    }
    return {};
}

/// Several versions, as pyenv has them.
std::string all_lines(std::string_view text) {
    std::vector<std::string> out;
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.empty() && words[0] != '#') out.emplace_back(words);
    }
    return join(out, "\n");
}

std::string text_of(const nlohmann::json& json, const char* outer, const char* inner) {
    const auto& owner = json.contains(outer) ? json[outer] : nlohmann::json{};
    const bool is_there = owner.is_object() && owner.contains(inner) && owner[inner].is_string();
    return is_there ? owner[inner].get<std::string>() : std::string{};
}

/// devEngines.runtime: one, or a list of which one is Node.
std::string version_of_runtime(const nlohmann::json& json) {
    const nlohmann::json::json_pointer place{"/devEngines/runtime"};
    if (!json.contains(place)) return {};
    const auto& runtime = json[place];
    const auto all = runtime.is_array() ? runtime : nlohmann::json::array({runtime});
    for (const auto& one : all) {
        if (!one.is_object() || !one.contains("name") || one["name"] != "node") continue;
        const auto found = one.find("version");
        if (found != one.end() && found->is_string()) return found->get<std::string>();
    }
    return {};
}

std::string node_version(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return {};
    for (auto found : {text_of(json, "volta", "node"), version_of_runtime(json)}) {
        if (!found.empty()) return found;
    }
    return text_of(json, "engines", "node");
}

/// NAME = "VALUE" on a line of its own.
std::string value_of_setting(std::string_view text, std::string_view name) {
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.starts_with(name) || !trim(words.substr(name.size())).starts_with('=')) continue;
        const auto begin = words.find_first_of("\"'");
        const auto end = words.find_last_of("\"'");
        if (begin != std::string_view::npos && begin < end) {
            return std::string{words.substr(begin + 1, end - begin - 1)};
        }
    }
    return {};
}

/// PEP 621, else Poetry's own.
std::string python_of_project(std::string_view text) {
    auto found = value_of_setting(text, "requires-python");
    if (!found.empty()) return found;
    const auto poetry = text.find("[tool.poetry.dependencies]");
    return poetry == text.npos ? found : value_of_setting(text.substr(poetry), "python");
}

std::string python_of_pipfile(std::string_view text) {
    auto found = value_of_setting(text, "python_full_version");
    return found.empty() ? value_of_setting(text, "python_version") : found;
}

/// "temurin-17.0.7+7", "openjdk64-11.0.2", "17.0.7-tem": what begins with a digit, up to its build.
std::string without_vendor(std::string_view text) {
    for (const auto part : split(text, '-')) {
        const bool is_version = !part.empty() && part[0] >= '0' && part[0] <= '9';
        if (is_version) return std::string{part.substr(0, part.find('+'))};
    }
    return std::string{text};
}

std::string java_version(std::string_view name, std::string_view text) {
    std::string found;
    if (name == ".tool-versions") {
        found = value_after(text, "java");
    } else if (name == ".sdkmanrc") {
        for (const auto line : split(text, '\n')) {
            const auto words = trim(line);
            if (words.starts_with("java=")) found = words.substr(words.find('=') + 1);
        }
    } else {
        found = first_line(text);
    }
    return found.empty() ? found : without_vendor(found);
}

std::string go_version(std::string_view text) {
    const auto chain = value_after(text, "toolchain");
    return chain.starts_with("go") ? chain.substr(2) : value_after(text, "go");
}

std::string find_in(std::string_view tool, std::string_view name, std::string_view text) {
    if (name == "package.json") return node_version(text);
    if (name == "go.mod" || name == "go.work") return go_version(text);
    if (name == "pyproject.toml") return python_of_project(text);
    if (name == "Pipfile") return python_of_pipfile(text);
    if (tool == "java") return java_version(name, text);
    if (tool == "python" && name != ".tool-versions") return all_lines(text);
    if (name != ".tool-versions") return first_line(text);
    auto found = value_after(text, tool == "go" ? "golang" : tool == "node" ? "nodejs" : tool);
    return found.empty() ? value_after(text, tool) : found;
}

}  // namespace

Result<std::string> version_in_file(
    std::string_view tool, std::string_view file, std::string_view text
) {
    auto found = find_in(tool, base_name(file), text);
    if (!found.empty()) return found;
    return invalid(std::string{file} + " names no version of " + std::string{tool});
}

bool names_least_version(std::string_view file) {
    const auto name = base_name(file);
    return name == "go.mod" || name == "go.work";
}

std::string range_of_alias(std::string_view wanted) {
    for (const auto& [name, version] : kNodeNames) {
        if (equal_ignoring_case(name, wanted)) return std::string{version};
    }
    for (const auto name : kAny) {
        if (equal_ignoring_case(name, wanted)) return "*";
    }
    return std::string{wanted};
}

}  // namespace triphammer::runner
