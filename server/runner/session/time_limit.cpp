#include "runner/session/time_limit.hpp"

#include <cmath>

namespace triphammer::runner {

namespace expression = workflow::expression;
using std::chrono::milliseconds;

namespace {

constexpr double kMillisecondsPerMinute = 60'000;
constexpr double kMostMinutes = 60.0 * 24 * 30;

}  // namespace

Result<milliseconds> read_minutes(
    const model::Template& text, const expression::Contexts& contexts
) {
    auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return with_context("timeout-minutes", value.error());
    const double minutes = value->to_number();
    if (std::isfinite(minutes) && minutes > 0 && minutes <= kMostMinutes) {
        return milliseconds{static_cast<std::int64_t>(minutes * kMillisecondsPerMinute)};
    }
    return invalid("timeout-minutes: '" + value->to_text() + "' is no usable number of minutes");
}

Result<milliseconds> read_time_limit(Session& session) {
    const auto& text = session.document().job.timeout_minutes;
    if (text.empty()) return milliseconds{std::chrono::seconds{session.document().timeout_seconds}};
    return read_minutes(text, session.contexts().contexts());
}

std::string limit_text(milliseconds limit) {
    const auto count = static_cast<double>(limit.count());
    if (limit < std::chrono::seconds{1}) return expression::number_text(count) + " ms";
    if (limit < std::chrono::minutes{1}) return expression::number_text(count / 1000) + " s";
    const auto minutes = expression::number_text(count / kMillisecondsPerMinute);
    return minutes + (minutes == "1" ? " minute" : " minutes");
}

}  // namespace triphammer::runner
