#include "plan/job_values.hpp"

#include "base/text.hpp"
#include "plan/matrix.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Contexts;
using expression::Object;
using expression::Value;

Value count(std::size_t number) {
    return Value::number(static_cast<double>(number));
}

struct Limits {
    bool fail_fast = true;
    std::size_t max_parallel = 0;
};

Result<Limits> read_limits(const model::Strategy& strategy, std::size_t total, const Contexts& in) {
    Limits limits;
    if (!strategy.fail_fast.empty()) {
        const auto flag = read_flag(strategy.fail_fast, in);
        if (!flag) return with_context("fail-fast", flag.error());
        limits.fail_fast = *flag;
    }
    limits.max_parallel = total;
    if (strategy.max_parallel.empty()) return limits;
    const auto value = expression::evaluate_template(strategy.max_parallel.text, in);
    if (!value) return with_context("max-parallel", value.error());
    const double number = std::floor(value->to_number());
    if (!(number >= 1))
        return invalid("max-parallel: '" + value->to_text() + "' is no number from 1 on");
    limits.max_parallel = static_cast<std::size_t>(std::min(number, static_cast<double>(total)));
    return limits;
}

std::string leg_contexts(
    const Object& combination, const Limits& limits, std::size_t index, std::size_t total
) {
    Object strategy{
        {"fail-fast", Value::boolean(limits.fail_fast)},
        {"job-index", count(index)},
        {"job-total", count(total)},
        {"max-parallel", count(limits.max_parallel)},
    };
    return expression::to_compact_json(Value::object({
        {"matrix", Value::object(combination)},
        {"strategy", Value::object(std::move(strategy))},
    }));
}

}  // namespace

bool has_matrix(const model::JobDefinition& job) {
    return job.strategy && job.strategy->matrix.kind != model::Data::Kind::null;
}

Result<std::vector<Leg>> make_legs(
    const model::JobDefinition& job, std::string_view node, const Contexts& contexts
) {
    const auto matrix = evaluate_data(job.strategy->matrix, contexts);
    if (!matrix) return with_context("matrix", matrix.error());
    const auto combinations = expand_matrix(*matrix);
    if (!combinations) return with_context("matrix", combinations.error());
    const auto total = combinations->size();
    const auto limits = read_limits(*job.strategy, total, contexts);
    if (!limits) return limits.error();
    std::vector<Leg> legs;
    std::set<std::string> keys;
    for (const auto& combination : *combinations) {
        auto key = std::string{node} + " " + to_suffix(combination);
        if (!keys.insert(key).second) key += " #" + std::to_string(legs.size() + 1);
        legs.push_back({std::move(key), leg_contexts(combination, *limits, legs.size(), total)});
    }
    return legs;
}

Result<std::string> read_label(const model::JobDefinition& job, const Contexts& contexts) {
    std::vector<std::string> labels;
    for (const auto& one : job.runs_on) {
        const auto value = expression::evaluate_template(one.text, contexts);
        if (!value) return value.error();
        if (value->kind() == expression::Kind::array) {
            for (const auto& item : value->as_array()) labels.push_back(item.to_text());
        } else {
            labels.push_back(value->to_text());
        }
    }
    if (job.runs_on.empty()) labels.emplace_back("host");
    for (const auto& label : labels) {
        if (trim(label).empty()) return invalid("a label is empty");
    }
    if (labels.empty()) return invalid("there is no label");
    return join(labels, ",");
}

Result<bool> read_flag(const model::Template& text, const Contexts& contexts) {
    if (text.empty()) return false;
    const auto value = expression::evaluate_template(text.text, contexts);
    if (!value) return value.error();
    if (value->kind() == expression::Kind::boolean) return value->as_boolean();
    const auto word = value->to_text();
    if (word == "true" || word == "false" || word.empty()) return word == "true";
    return invalid("'" + word + "' is neither true nor false");
}

Result<Group> read_group(const model::Concurrency& concurrency, const Contexts& contexts) {
    const auto name = expression::interpolate(concurrency.group.text, contexts);
    if (!name) return name.error();
    if (trim(*name).empty()) return invalid("the group's name is empty");
    const auto cancels = read_flag(concurrency.cancel_in_progress, contexts);
    if (!cancels) return with_context("cancel-in-progress", cancels.error());
    return Group{std::string{trim(*name)}, *cancels, concurrency.queue == "max"};
}

Result<Group> read_group(
    const model::JobDefinition& job, const std::string& environment, const Contexts& contexts
) {
    bool deploys = !trim(environment).empty();
    if (deploys && !job.environment_deployment.empty()) {
        const auto flag = read_flag(job.environment_deployment, contexts);
        if (!flag) return with_context("deployment", flag.error());
        deploys = *flag;
    }
    if (!job.concurrency) return deploys ? Group{environment, false, true} : Group{};
    auto group = read_group(*job.concurrency, contexts);
    if (!group) return group.error();
    const bool says_nothing = job.concurrency->queue.empty() && !group->cancels;
    if (deploys && says_nothing) group->keeps_all = true;
    return group;
}

}  // namespace triphammer::plan
