#include "workflow/checks/calls.hpp"

#include "base/text.hpp"
#include "workflow/checks/permissions.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/yaml/report.hpp"
#include "workflow/yaml/scalar.hpp"

#include <algorithm>

namespace triphammer::workflow {

namespace {

using model::JobDefinition;
using model::Trigger;
using model::Workflow;

const Trigger* call_trigger(const Workflow& workflow) {
    const auto& all = workflow.triggers;
    const auto found = std::find_if(all.begin(), all.end(), [](const Trigger& one) {
        return one.event == "workflow_call";
    });
    return found == all.end() ? nullptr : &*found;
}

template <class T>
std::vector<std::string> names_of(const std::vector<T>& all) {
    std::vector<std::string> names;
    for (const auto& one : all) names.push_back(one.name);
    return names;
}

template <class T>
const T* find_named(const std::vector<T>& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&name](const T& one) {
        return equal_ignoring_case(one.name, name);
    });
    return found == all.end() ? nullptr : &*found;
}

template <class Given>
bool is_given(const Given& given, const std::string& name) {
    return std::any_of(given.begin(), given.end(), [&name](const auto& one) {
        return equal_ignoring_case(one.first, name);
    });
}

/// A mapping written as one expression: what it holds is seen when it is evaluated.
template <class Given>
bool is_expression(const Given& given) {
    return given.size() == 1 && given[0].first.empty();
}

bool has_type(const model::Data& value, const std::string& type) {
    using Kind = model::Data::Kind;
    if (expression::has_expression(value.text)) return true;
    if (type == "boolean") return value.kind == Kind::boolean;
    if (type == "number") return value.kind == Kind::number;
    return value.kind != Kind::list && value.kind != Kind::map;
}

class CallCheck {
  public:
    CallCheck(const Workflow& top, const FindWorkflow& find)
        : top_(top), find_(find), chain_{&top} {}

    std::vector<model::Problem> run() {
        for (const auto& job : top_.jobs) {
            if (job.kind == "call") check_job(job);
        }
        return std::move(report_).take();
    }

  private:
    void check_job(const JobDefinition& job) {
        const auto* called = find_(job.uses);
        if (called == nullptr) return;
        at_ = job.at;
        const auto* interface = call_trigger(*called);
        if (interface == nullptr) {
            return report_.error(
                "not-callable", at_, show(job.uses) + " has no workflow_call in its 'on'"
            );
        }
        check_inputs(job, *interface);
        check_secrets(job, *interface);
        descend(*called, allowed_permissions(top_, job));
    }

    void check_inputs(const JobDefinition& job, const Trigger& interface) {
        for (const auto& [name, value] : job.with) {
            const auto* input = find_named(interface.inputs, name);
            if (input == nullptr) {
                report_.error(
                    "unknown-input",
                    value.at,
                    show(job.uses) + " has no input " + show(name),
                    nearest_hint(name, names_of(interface.inputs))
                );
            } else if (!has_type(value, input->type)) {
                report_.error(
                    "wrong-type", value.at, "the input " + show(name) + " is a " + input->type
                );
            }
        }
        for (const auto& input : interface.inputs) {
            if (!input.required || input.has_fallback || is_given(job.with, input.name)) continue;
            report_.error(
                "missing-input", job.at, show(job.uses) + " needs the input " + show(input.name)
            );
        }
    }

    void check_secrets(const JobDefinition& job, const Trigger& interface) {
        if (job.inherits_secrets || is_expression(job.secrets)) return;
        for (const auto& [name, value] : job.secrets) {
            if (find_named(interface.secrets, name) != nullptr) continue;
            report_.error(
                "unknown-secret",
                value.at,
                show(job.uses) + " takes no secret " + show(name),
                nearest_hint(name, names_of(interface.secrets))
            );
        }
        for (const auto& secret : interface.secrets) {
            if (!secret.required || is_given(job.secrets, secret.name)) continue;
            report_.error(
                "missing-secret",
                job.at,
                show(job.uses) + " needs the secret " + show(secret.name),
                "secrets: inherit, or name it"
            );
        }
    }

    /// Depth, cycles and permissions of everything below one call of the top.
    void descend(const Workflow& called, const Grant& granted) {
        if (std::find(chain_.begin(), chain_.end(), &called) != chain_.end()) {
            return report_.error("call-cycle", at_, called.path + " calls itself on the way");
        }
        if (static_cast<int>(chain_.size()) >= kMaxCallDepth) {
            return report_.error(
                "call-depth", at_, "reusable workflows more than four levels deep: " + called.path
            );
        }
        chain_.push_back(&called);
        for (const auto& job : called.jobs) check_below(called, job, granted);
        chain_.pop_back();
    }

    void check_below(const Workflow& called, const JobDefinition& job, const Grant& granted) {
        const auto wanted = job.permissions ? job.permissions : called.permissions;
        const auto grown = wanted ? find_grown(*wanted, granted) : std::string{};
        if (!grown.empty()) {
            report_.error(
                "permissions",
                at_,
                "the job " + show(job.key) + " of " + called.path + " asks for " + grown +
                    ", which its caller does not have",
                "add it to the caller's permissions"
            );
        }
        if (job.kind != "call") return;
        const auto* next = find_(job.uses);
        if (next == nullptr) return;
        descend(*next, wanted ? wanted : granted);
    }

    const Workflow& top_;
    const FindWorkflow& find_;
    std::vector<const Workflow*> chain_;
    model::Position at_;
    Report report_{{}};
};

}  // namespace

std::vector<model::Problem> check_calls(const Workflow& caller, const FindWorkflow& find) {
    return CallCheck{caller, find}.run();
}

}  // namespace triphammer::workflow
