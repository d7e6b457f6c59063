#include "execution/shell.hpp"

namespace triphammer::execution {

namespace {

constexpr std::string_view kPlace = "{0}";

struct KnownShell {
    std::string_view name;
    std::string_view extension;
    std::vector<std::string> arguments;
};

const std::vector<KnownShell>& known_shells() {
    static const std::vector<KnownShell> kShells{
        {"bash", ".sh", {"bash", "--noprofile", "--norc", "-eo", "pipefail", "{0}"}},
        {"sh", ".sh", {"sh", "-e", "{0}"}},
        {"python", ".py", {"python3", "{0}"}},
        {"pwsh", ".ps1", {"pwsh", "-command", ". '{0}'"}},
    };
    return kShells;
}

/// Words at blanks; '…' and "…" keep them together.
std::vector<std::string> split_words(const std::string& text) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = '\0';
    for (const char c : text) {
        const bool blank = quote == '\0' && (c == ' ' || c == '\t');
        if (blank) {
            inside = false;
            continue;
        }
        if (!inside) words.emplace_back();
        inside = true;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        } else {
            words.back() += c;
        }
    }
    return words;
}

std::string extension_for(const std::string& program) {
    for (const auto& shell : known_shells()) {
        if (program == shell.name) return std::string{shell.extension};
    }
    return "";
}

/// A PowerShell script stops at the first error, as GitHub's does.
std::string text_for(std::string_view shell, const std::string& run) {
    if (shell != "pwsh") return run;
    return "$ErrorActionPreference = 'stop'\n" + run +
           "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }\n";
}

}  // namespace

Result<Script> make_script(const std::string& shell, const std::string& run, bool has_bash) {
    if (shell.empty() && has_bash) return Script{".sh", run, {"bash", "-e", "{0}"}};
    const std::string name = shell.empty() ? "sh" : shell;
    for (const auto& known : known_shells()) {
        if (known.name == name) {
            return Script{std::string{known.extension}, text_for(name, run), known.arguments};
        }
    }
    if (name.find(kPlace) == std::string::npos) {
        return invalid(
            "shell '" + name + "' is not known; use bash, sh, python, pwsh or a command with {0}"
        );
    }
    auto words = split_words(name);
    return Script{extension_for(words.front()), run, words};
}

std::vector<std::string> command_line(const Script& script, const std::string& path) {
    auto words = script.arguments;
    for (auto& word : words) {
        const auto at = word.find(kPlace);
        if (at != std::string::npos) word.replace(at, kPlace.size(), path);
    }
    return words;
}

}  // namespace triphammer::execution
