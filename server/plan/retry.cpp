#include "plan/retry.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "workflow/expression/evaluator.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Contexts;
using model::Cause;
using std::chrono::milliseconds;
using Wait = std::optional<milliseconds>;

constexpr int kMostDoublings = 20;

Result<Contexts> contexts_of(const RunFacts& run, const JobFacts& job) {
    Contexts out;
    if (auto read = out.add_json(run.contexts_json); !read) return read.error();
    if (auto read = out.add_json(job.contexts_json); !read) return read.error();
    const auto needs = needs_context(run, job.key);
    if (!needs) return needs.error();
    if (auto read = out.add_json("{\"needs\":" + *needs + "}"); !read) return read.error();
    return out;
}

bool is_meant(std::string_view word, const EndedAttempt& ended) {
    if (word == "infrastructure") {
        return ended.cause == Cause::infrastructure || ended.cause == Cause::lost_runner;
    }
    if (word == "timeout") return ended.cause == Cause::timeout;
    if (word.substr(0, 5) != "exit:" || ended.cause != Cause::exit) return false;
    const auto status = parse_integer(word.substr(5));
    return status && ended.exit_status == *status;
}

Result<bool> is_meant(
    const std::vector<model::Template>& causes, const Contexts& contexts, const EndedAttempt& ended
) {
    if (causes.empty()) return is_meant("infrastructure", ended);
    for (const auto& cause : causes) {
        const auto word = expression::interpolate(cause.text, contexts);
        if (!word) return with_context("retry.on", word.error());
        if (is_meant(trim(*word), ended)) return true;
    }
    return false;
}

Result<double> read_max(const model::Template& text, const Contexts& contexts) {
    const auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return with_context("retry.max", value.error());
    const auto number = value->to_number();
    if (std::isfinite(number) && number >= 0) return number;
    return invalid("retry.max: '" + value->to_text() + "' is no number");
}

Result<milliseconds> read_back_off(const model::Template& text, const Contexts& contexts) {
    if (text.empty()) return kFirstBackOff;
    const auto word = expression::interpolate(text.text, contexts);
    if (!word) return with_context("retry.backoff", word.error());
    const auto duration = parse_duration(*word);
    if (!duration) return invalid("retry.backoff: '" + *word + "' is no duration");
    return *duration;
}

}  // namespace

Result<Wait> retry_after(const RunFacts& run, std::string_view key, const EndedAttempt& ended) {
    const auto job = std::find_if(run.jobs.begin(), run.jobs.end(), [&](const JobFacts& one) {
        return one.key == key;
    });
    if (job == run.jobs.end() || !job->definition->retry) return Wait{};
    const auto& retry = *job->definition->retry;
    const auto contexts = contexts_of(run, *job);
    if (!contexts) return contexts.error();
    const auto meant = is_meant(retry.on, *contexts, ended);
    if (!meant) return meant.error();
    if (!*meant) return Wait{};
    const auto max = read_max(retry.max, *contexts);
    if (!max) return max.error();
    if (static_cast<double>(ended.number) > *max) return Wait{};
    const auto first = read_back_off(retry.backoff, *contexts);
    if (!first) return first.error();
    const auto doublings = std::min<std::int64_t>(ended.number - 1, kMostDoublings);
    return Wait{std::min(*first * (std::int64_t{1} << doublings), kLongestBackOff)};
}

}  // namespace triphammer::plan
