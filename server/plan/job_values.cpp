#include "plan/job_values.hpp"

#include "base/text.hpp"
#include "plan/matrix.hpp"
#include "plan/plain_text.hpp"

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

/// What stands under `strategy`, evaluated; null where nothing does.
struct Written {
    Value matrix;
    Value fail_fast;
    Value max_parallel;
};

Result<bool> to_flag(const Value& value) {
    if (value.kind() == expression::Kind::boolean) return value.as_boolean();
    const auto word = value.to_text();
    if (word == "true" || word == "false" || word.empty()) return word == "true";
    return invalid("'" + word + "' is neither true nor false");
}

Result<Limits> read_limits(const Written& written, std::size_t total) {
    Limits limits;
    if (!written.fail_fast.is_null()) {
        const auto flag = to_flag(written.fail_fast);
        if (!flag) return with_context("fail-fast", flag.error());
        limits.fail_fast = *flag;
    }
    limits.max_parallel = total;
    if (written.max_parallel.is_null()) return limits;
    const double number = std::floor(written.max_parallel.to_number());
    if (!(number >= 1)) {
        return invalid(
            "max-parallel: '" + written.max_parallel.to_text() + "' is no number from 1 on"
        );
    }
    limits.max_parallel = static_cast<std::size_t>(std::min(number, static_cast<double>(total)));
    return limits;
}

Value strategy_of(const Limits& limits, std::size_t index, std::size_t total) {
    return Value::object({
        {"fail-fast", Value::boolean(limits.fail_fast)},
        {"job-index", count(index)},
        {"job-total", count(total)},
        {"max-parallel", count(limits.max_parallel)},
    });
}

std::string leg_contexts(
    const Object& combination, const Limits& limits, std::size_t index, std::size_t total
) {
    return expression::to_compact_json(Value::object({
        {"matrix", Value::object(combination)},
        {"strategy", strategy_of(limits, index, total)},
    }));
}

/// `strategy: ${{ … }}`: what it gives, in the parts that it may have.
Result<Written> read_whole(const model::Template& whole, const Contexts& in) {
    const auto value = expression::evaluate_template(whole.text, in);
    if (!value) return value.error();
    if (value->is_null()) return Written{};
    if (value->kind() != expression::Kind::object) return invalid("the expression gives no map");
    for (const auto& [name, member] : value->as_object()) {
        if (name == "matrix" || name == "fail-fast" || name == "max-parallel") continue;
        return invalid("unknown key '" + name + "'");
    }
    return Written{
        value->member("matrix"), value->member("fail-fast"), value->member("max-parallel")};
}

Result<Written> read_written(const model::Strategy& strategy, const Contexts& in) {
    if (!strategy.whole.empty()) return read_whole(strategy.whole, in);
    Written written;
    auto matrix = evaluate_data(strategy.matrix, in);
    if (!matrix) return with_context("matrix", matrix.error());
    written.matrix = std::move(*matrix);
    if (!strategy.fail_fast.empty()) {
        auto flag = expression::evaluate_template(strategy.fail_fast.text, in);
        if (!flag) return with_context("fail-fast", flag.error());
        written.fail_fast = std::move(*flag);
    }
    if (strategy.max_parallel.empty()) return written;
    auto most = expression::evaluate_template(strategy.max_parallel.text, in);
    if (!most) return with_context("max-parallel", most.error());
    written.max_parallel = std::move(*most);
    return written;
}

/// An expression may give no matrix: then the job stays one.
Result<std::vector<Leg>> make_only_leg(const Written& written, std::string_view node) {
    const auto limits = read_limits(written, 1);
    if (!limits) return limits.error();
    auto contexts = Value::object({{"strategy", strategy_of(*limits, 0, 1)}});
    return std::vector<Leg>{{std::string{node}, expression::to_compact_json(contexts)}};
}

}  // namespace

Value plain_strategy() {
    return strategy_of({true, 1}, 0, 1);
}

bool has_matrix(const model::JobDefinition& job) {
    if (!job.strategy) return false;
    return !job.strategy->whole.empty() || job.strategy->matrix.kind != model::Data::Kind::null;
}

Result<std::vector<Leg>> make_legs(
    const model::JobDefinition& job, std::string_view node, const Contexts& contexts
) {
    const auto written = read_written(*job.strategy, contexts);
    if (!written) return written.error();
    if (written->matrix.is_null()) return make_only_leg(*written, node);
    const auto combinations = expand_matrix(written->matrix);
    if (!combinations) return with_context("matrix", combinations.error());
    const auto total = combinations->size();
    const auto limits = read_limits(*written, total);
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
    return to_flag(*value);
}

Result<Group> read_group(const model::Concurrency& concurrency, const Contexts& contexts) {
    const auto name = read_text(concurrency.group, contexts);
    if (!name) return name.error();
    if (trim(*name).empty()) return invalid("the group's name is empty");
    const auto cancels = read_flag(concurrency.cancel_in_progress, contexts);
    if (!cancels) return with_context("cancel-in-progress", cancels.error());
    const bool keeps_all = concurrency.queue == "max";
    return Group{std::string{trim(*name)}, *cancels, keeps_all, keeps_all ? kLongestQueue : 0};
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
    if (!job.concurrency) return deploys ? Group{environment, false, true, 0} : Group{};
    auto group = read_group(*job.concurrency, contexts);
    if (!group) return group.error();
    const bool says_nothing = job.concurrency->queue.empty() && !group->cancels;
    if (deploys && says_nothing) group->keeps_all = true;
    return group;
}

}  // namespace triphammer::plan
