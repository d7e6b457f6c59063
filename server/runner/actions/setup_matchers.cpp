#include "runner/actions/setup_matchers.hpp"

namespace triphammer::runner {

namespace {

/// The last frame of a traceback, where it shows a `raise` with a text. Source: Python's
/// documentation, module traceback.
constexpr std::string_view kPythonMatchers =
    R"json({"problemMatcher": [{"owner": "python", "pattern": [
    {"regexp": "^\\s*File \"(.+)\", line (\\d+), in .+$", "file": 1, "line": 2},
    {"regexp": "^\\s*raise\\s+([\\w.]+)\\(\\w{0,2}[\"'](.*)[\"']\\).*$", "code": 1, "message": 2}
]}]})json";

/// Of tsc what it writes where nobody looks on (not --pretty); of ESLint the formatters stylish,
/// whose files are absolute paths, and compact. Source: eslint.org, "Formatters Reference";
/// typescriptlang.org, "Compiler Options".
constexpr std::string_view kNodeMatchers = R"json({"problemMatcher": [{"owner": "tsc", "pattern": [
    {"regexp": "^(\\S.*)\\((\\d+),(\\d+)\\): (error|warning|info) +(TS\\d+): (.*)$",
     "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6}
]}, {"owner": "eslint-stylish", "pattern": [
    {"regexp": "^(/.+)$", "file": 1},
    {"regexp": "^\\s+(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*?)(?:\\s{2,}(\\S+))?\\s*$",
     "line": 1, "column": 2, "severity": 3, "message": 4, "code": 5, "loop": true}
]}, {"owner": "eslint-compact", "pattern": [
    {"regexp": "^(.+): line (\\d+), col (\\d+), (Error|Warning|Info) - (.+?)(?: \\(([^()\\s]+)\\))?$",
     "file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6}
]}]})json";

/// What the compiler and vet say of a file: its path begins with a dot or a slash. Source: go.dev,
/// "Command vet" and "Command compile".
constexpr std::string_view kGoMatchers = R"json({"problemMatcher": [{"owner": "go", "pattern": [
    {"regexp": "^\\s*(?:vet: )?(\\.{0,2}/.+\\.go):(\\d+):(?:(\\d+):)? (.+)$",
     "file": 1, "line": 2, "column": 3, "message": 4}
]}]})json";

/// An exception that nobody caught. Source: Java's documentation, ThreadGroup.uncaughtException.
constexpr std::string_view kJavaMatchers = R"json({"problemMatcher": [{"owner": "java", "pattern": [
    {"regexp": "^Exception in thread \"(.*)\" ([\\w.$]+): (.*)$", "code": 2, "message": 3}
]}]})json";

}  // namespace

std::string_view matchers_of(std::string_view tool) {
    if (tool == "python") return kPythonMatchers;
    if (tool == "node") return kNodeMatchers;
    if (tool == "go") return kGoMatchers;
    return tool == "java" ? kJavaMatchers : std::string_view{};
}

Task<> add_matchers(const ActionCall& call, std::string_view tool) {
    auto& session = call.scope.session();
    const auto added = session.matchers().add(matchers_of(tool));
    if (added) co_return;
    auto saying =
        session.log(call.place.log, "##[warning]add-matcher: " + added.error().message + "\n");
    co_await std::move(saying);
}

}  // namespace triphammer::runner
