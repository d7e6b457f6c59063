// The documentation as a table: cases.txt, one case a line.
#include "base/file.hpp"
#include "base/text.hpp"
#include "workflow/expression/cases.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::workflow::expression;

namespace {

constexpr std::string_view kArrow = " ⇒ ";
constexpr std::string_view kContexts = "context ";
constexpr std::string_view kFailure = "!";

/// Empty where the outcome is as wanted: a value, or "! words of the error".
std::string difference(
    const std::string& expression, const std::string& wanted, const Contexts& contexts
) {
    const auto value = try_evaluate(expression, contexts);
    if (wanted.starts_with(kFailure)) {
        const auto words = trim(std::string_view{wanted}.substr(kFailure.size()));
        if (value) return to_compact_json(*value);
        const bool says = value.error().message.find(words) != std::string::npos;
        return says ? "" : value.error().message;
    }
    if (!value) return value.error().message;
    // As programs read it: NaN and infinities are text.
    const auto shown = to_compact_json(*value);
    return parse_json(shown).value() == parse_json(wanted).value() ? "" : shown;
}

}  // namespace

// Evaluate expressions in workflows and actions, section by section
TEST(Table, IsTrueOfEveryCase) {
    const auto text =
        read_file(TRIPHAMMER_SOURCE_DIR "/tests/workflow/expression/cases.txt", 1U << 20U).value();
    Contexts contexts;
    contexts.status = StatusFacts{};
    int cases = 0;

    for (const auto line : split(text, '\n')) {
        if (line.starts_with("//")) continue;
        if (line.starts_with(kContexts)) {
            ASSERT_TRUE(contexts.add_json(line.substr(kContexts.size())));
            continue;
        }
        const auto arrow = line.rfind(kArrow);
        if (arrow == std::string_view::npos) continue;
        const std::string expression{line.substr(0, arrow)};
        const std::string wanted{line.substr(arrow + kArrow.size())};
        ++cases;
        EXPECT_EQ(difference(expression, wanted, contexts), "") << expression << " ⇒ " << wanted;
    }

    EXPECT_GE(cases, 1'300);
}
