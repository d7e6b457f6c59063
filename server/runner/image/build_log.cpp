#include "runner/image/build_log.hpp"

#include "base/text.hpp"

namespace triphammer::runner {

namespace {

constexpr std::string_view kArrow = " ---> ";
constexpr std::string_view kRunning = "Running in ";
constexpr std::size_t kIdDigits = 12;
constexpr std::size_t kMostLayers = 1000;

bool is_id(std::string_view text) {
    return text.size() == kIdDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool begins_stage(const std::string& text) {
    const auto colon = text.find(" : ");
    if (!text.starts_with("Step ") || colon == std::string::npos) return false;
    return to_lower(text.substr(colon + 3)).starts_with("from ");
}

}  // namespace

Task<Result<>> BuildLog::line(std::string text) {
    look_at(text);
    return log_.line(std::move(text));
}

void BuildLog::look_at(const std::string& text) {
    if (begins_stage(text)) next_is_foreign_ = true;
    if (!text.starts_with(kArrow)) return;
    const auto rest = trim(std::string_view{text}.substr(kArrow.size()));
    if (rest == "Using cache") next_is_foreign_ = true;
    if (rest.starts_with(kRunning)) container_ = rest.substr(kRunning.size());
    if (!is_id(rest)) return;
    if (!next_is_foreign_ && layers_.size() < kMostLayers) layers_.emplace_back(rest);
    next_is_foreign_ = false;
}

}  // namespace triphammer::runner
