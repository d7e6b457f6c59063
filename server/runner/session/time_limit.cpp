#include "runner/session/time_limit.hpp"

#include <cmath>

namespace triphammer::runner {

namespace expression = workflow::expression;
using std::chrono::milliseconds;

namespace {

constexpr double kMillisecondsPerMinute = 60'000;
constexpr double kMostMinutes = 60.0 * 24 * 30;
constexpr milliseconds kNone{static_cast<std::int64_t>(kMostMinutes * kMillisecondsPerMinute)};

}  // namespace

Result<milliseconds> read_minutes(
    const model::Template& text, const expression::Contexts& contexts
) {
    auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return with_context("timeout-minutes", value.error());
    const double minutes = value->to_number();
    // An input of type number that nobody gave: no limit of its own.
    if (value->kind() == expression::Kind::number && minutes == 0) return kNone;
    if (std::isfinite(minutes) && minutes > 0 && minutes <= kMostMinutes) {
        return milliseconds{static_cast<std::int64_t>(minutes * kMillisecondsPerMinute)};
    }
    return invalid("timeout-minutes: '" + value->to_text() + "' is no usable number of minutes");
}

Result<milliseconds> read_time_limit(Session& session) {
    const auto& text = session.document().job.timeout_minutes;
    const milliseconds given = std::chrono::seconds{session.document().timeout_seconds};
    if (text.empty()) return given;
    const auto own = read_minutes(text, session.contexts().contexts());
    if (!own) return own.error();
    return *own == kNone ? given : *own;
}

std::string limit_text(milliseconds limit) {
    const auto count = static_cast<double>(limit.count());
    if (limit < std::chrono::seconds{1}) return expression::number_text(count) + " ms";
    if (limit < std::chrono::minutes{1}) return expression::number_text(count / 1000) + " s";
    const auto minutes = expression::number_text(count / kMillisecondsPerMinute);
    return minutes + (minutes == "1" ? " minute" : " minutes");
}

}  // namespace triphammer::runner
