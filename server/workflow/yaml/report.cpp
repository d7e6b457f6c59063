#include "workflow/yaml/report.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <tuple>

namespace triphammer::workflow {

namespace {

// More than anybody reads; keeps hostile files cheap.
constexpr std::size_t kMaxProblems = 100;
constexpr std::size_t kMaxShown = 60;
constexpr std::size_t kMaxCandidates = 200;

auto rank(const model::Problem& problem) {
    return std::tie(problem.at.line, problem.at.column, problem.code, problem.message);
}

}  // namespace

void Report::error(
    std::string_view code, model::Position at, std::string message, std::string hint
) {
    using enum model::Problem::Severity;
    const bool lowered = std::find(allowed_.begin(), allowed_.end(), code) != allowed_.end();
    if (!lowered) ++errors_;
    add({lowered ? warning : error, at, std::string{code}, std::move(message), std::move(hint)});
}

void Report::warning(
    std::string_view code, model::Position at, std::string message, std::string hint
) {
    using enum model::Problem::Severity;
    add({warning, at, std::string{code}, std::move(message), std::move(hint)});
}

bool Report::is_full() const {
    return errors_ > 0 && is_crowded();
}

bool Report::is_crowded() const {
    return problems_.size() >= kMaxProblems;
}

void Report::add(model::Problem problem) {
    // An error is never lost to a flood of warnings: the last place is kept for it.
    const bool is_first_error = errors_ == 1 && problem.severity == model::Problem::Severity::error;
    if (problems_.size() >= kMaxProblems && !is_first_error) return;
    problems_.push_back(std::move(problem));
}

std::vector<model::Problem> Report::take() && {
    std::stable_sort(problems_.begin(), problems_.end(), [](const auto& a, const auto& b) {
        return rank(a) < rank(b);
    });
    problems_.erase(std::unique(problems_.begin(), problems_.end()), problems_.end());
    return std::move(problems_);
}

std::string show(std::string_view text) {
    const bool cut = text.size() > kMaxShown;
    std::string out = "'" + std::string{cut_utf8(text, kMaxShown)} + (cut ? "…'" : "'");
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
}

std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates) {
    if (name.size() > kMaxShown || candidates.size() > kMaxCandidates) return {};
    const auto near = nearest_name(name, candidates);
    return near ? "did you mean '" + *near + "'?" : "";
}

}  // namespace triphammer::workflow
