#include "runner/image/build_log.hpp"

#include "base/text.hpp"

namespace triphammer::runner {

namespace {

constexpr std::string_view kArrow = " ---> ";
constexpr std::string_view kRunning = "Running in ";
constexpr std::size_t kIdDigits = 12;
constexpr std::size_t kMostLayers = 100'000;

bool is_id(std::string_view text) {
    return text.size() == kIdDigits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Task<Result<>> BuildLog::line(std::string text) {
    if (auto looked = look_at(text); !looked) co_return looked;
    auto writing = log_.line(std::move(text));
    co_return co_await std::move(writing);
}

/// A flood of made-up names must not push the true ones out: it ends the build.
Result<> BuildLog::look_at(const std::string& text) {
    if (!text.starts_with(kArrow)) return {};
    const auto rest = trim(std::string_view{text}.substr(kArrow.size()));
    if (rest.starts_with(kRunning)) container_ = rest.substr(kRunning.size());
    if (!is_id(rest) || !known_.emplace(rest).second) return {};
    if (layers_.size() >= kMostLayers) {
        return Error{Code::too_large, "the build prints more names of layers than a build has"};
    }
    layers_.emplace_back(rest);
    return {};
}

}  // namespace triphammer::runner
