#include "runner/hold.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "execution/sandbox.hpp"
#include "launcher/held.hpp"
#include "runner/session/session.hpp"
#include "runner/steps/files.hpp"

#include <unistd.h>

namespace triphammer::runner {

namespace expression = workflow::expression;

namespace {

constexpr Milliseconds kUsual{3'600'000};

/// Nobody reads what a copy says.
class NoWords final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view) override { co_return Result<>{}; }
};

/// Where the launcher is root each runner is another user, root over its own job (docs/adr/0023),
/// and nobody else may enter.
bool is_closed() {
    return ::geteuid() == 0;
}

}  // namespace

Result<std::optional<Milliseconds>> read_hold(
    const model::Template& text, const expression::Contexts& contexts
) {
    const auto value = expression::interpolate(text.text, contexts);
    if (!value) return with_context("hold-on-failure", value.error());
    const auto word = trim(*value);
    if (word.empty() || word == "false") return std::optional<Milliseconds>{};
    if (word == "true") return std::optional{kUsual};
    if (const auto duration = parse_duration(word)) return std::optional{*duration};
    return invalid("hold-on-failure: '" + *value + "' is no duration");
}

/// As the steps' user, who has left whatever names and rights there are.
Task<Result<>> keep_workspace(Session& session) {
    const auto& folders = session.folders();
    if (!folders.underlay) co_return Result<>{};
    const auto& [disk, upper, kept, commit] = *folders.underlay;
    execution::SandboxPaths paths;
    paths.temp = folders.tmp.outside;
    paths.home = folders.home.outside;
    paths.writable = {disk, kept};
    paths.hidden = session.parts().hidden;
    execution::Sandbox sandbox{std::move(paths)};
    sandbox.cut_off();
    execution::Command command;
    command.arguments = {"cp", "-a", "--", disk + "/work/.", kept};
    command.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    command.directory = kept;
    command.sandbox = &sandbox;
    NoWords words;
    auto copying = execution::run_process(std::move(command), {}, words, session.last_stop());
    const auto end = co_await std::move(copying);
    if (!end) co_return end.error();
    if (end->status.ok()) co_return Result<>{};
    co_return Error{Code::io, "the workspace could not be copied to be kept"};
}

Result<std::string> ask_for_hold(const std::string& folder, TimePoint until) {
    const auto mark = folder + "/" + launcher::kHoldMark;
    auto written = write_new_file(mark, std::to_string(to_unix_ms(until)), 0640);
    if (!written) return written.error();
    const std::filesystem::path attempt{folder};
    const auto fence = parse_integer(attempt.filename().string()).value_or(0);
    const auto held = launcher::held_folder(attempt.parent_path(), fence);
    return "kept until " + to_rfc3339(until) + " on the machine that ran it" +
           (is_closed() ? "; as root: cd " : ": cd ") + (held / "work").string() +
           " (HOME was ../home, RUNNER_TEMP ../temp)";
}

}  // namespace triphammer::runner
