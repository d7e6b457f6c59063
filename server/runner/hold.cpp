#include "runner/hold.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "launcher/held.hpp"
#include "runner/steps/files.hpp"

namespace triphammer::runner {

namespace expression = workflow::expression;

namespace {

constexpr Milliseconds kUsual{3'600'000};

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

Result<std::string> ask_for_hold(const std::string& folder, TimePoint until) {
    const auto mark = folder + "/" + launcher::kHoldMark;
    auto written = write_new_file(mark, std::to_string(to_unix_ms(until)), 0640);
    if (!written) return written.error();
    const std::filesystem::path attempt{folder};
    const auto fence = parse_integer(attempt.filename().string()).value_or(0);
    const auto held = launcher::held_folder(attempt.parent_path(), fence);
    return "kept until " + to_rfc3339(until) + " on the machine that ran it: cd " +
           (held / "work").string() + " (HOME was ../home, RUNNER_TEMP ../temp)";
}

}  // namespace triphammer::runner
