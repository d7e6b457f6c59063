#include "runner/actions/tool_probe.hpp"

#include "base/text.hpp"
#include "runner/session/capture.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostBytes = 64U << 10U;

/// $1 names, $2 folders, $3 flag. One line for each program: its path, a tab, what it says.
constexpr const char* kList = R"sh(IFS=:
seen=:
set -f
folders="$PATH:$2"
set +f
for folder in $folders; do
    IFS=' '
    for name in $1; do
        for file in "$folder"/$name; do
            [ -f "$file" ] && [ -x "$file" ] || continue
            real=$(readlink -f -- "$file") || continue
            case $seen in *:"$real":*) continue ;; esac
            seen=$seen$real:
            said=$("$real" $3 2>&1 < /dev/null) || continue
            printf '%s\t%s\n' "$real" "$(printf '%s' "$said" | tr '\n' ' ')"
        done
    done
    IFS=:
done
)sh";

/// Java names itself before its version: "openjdk version "17.0.9" …".
std::optional<Installed> read_line(std::string_view line) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return {};
    const auto version = find_version(line.substr(tab + 1));
    if (!version) return {};
    return Installed{std::string{line.substr(0, tab)}, *version};
}

}  // namespace

Task<Result<std::vector<Installed>>> list_installed(
    const ActionCall& call, const ToolProbe& probe, execution::StopToken& stop
) {
    const StepProcess process{call.scope, call.executor, call.place};
    StepCommand command;
    command.arguments = {
        "/bin/sh",
        "-c",
        kList,
        "list",
        std::string{probe.programs},
        std::string{probe.folders},
        std::string{probe.flag}};
    command.environment = process.environment(call.environment, "").lines();
    command.directory = call.executor.folders().workspace.inside;
    auto listing = capture(call.executor, std::move(command), kMostBytes, stop);
    const auto said = co_await std::move(listing);
    if (!said) co_return said.error();
    std::vector<Installed> out;
    for (const auto line : split(said->text, '\n')) {
        if (auto one = read_line(line)) out.push_back(std::move(*one));
    }
    std::stable_sort(out.begin(), out.end(), [](const Installed& left, const Installed& right) {
        return right.version.parts < left.version.parts;
    });
    co_return out;
}

std::string list_text(const std::vector<Installed>& installed) {
    std::vector<std::string> out;
    out.reserve(installed.size());
    for (const auto& one : installed)
        out.push_back(version_text(one.version) + " (" + one.path + ")");
    return out.empty() ? "none" : join(out, ", ");
}

}  // namespace triphammer::runner
