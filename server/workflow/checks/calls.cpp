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
    names.reserve(all.size());
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
    CallCheck(const Workflow& top, const FindWorkflow& find, const std::vector<std::string>& allow)
        : top_(top), find_(find), chain_{&top}, report_{allow} {}

    std::vector<model::Problem> run() {
        for (const auto& job : top_.jobs) {
            at_ = job.at;
            if (job.kind == "call") check_call(top_, job, allowed_permissions(top_, job));
        }
        for (const auto& output : top_.called_outputs) check_output(output);
        return std::move(report_).take();
    }

  private:
    void check_call(const Workflow& caller, const JobDefinition& job, const Grant& granted) {
        const auto* called = find_(caller, job.uses);
        if (called == nullptr) return;
        if (++calls_ > kMaxCalls) return report_too_many();
        const auto* interface = call_trigger(*called);
        if (interface == nullptr) {
            return report_.error(
                "not-callable",
                at_,
                start() + show(job.uses) + " has no workflow_call in its 'on'",
                "on: workflow_call, in that file"
            );
        }
        check_inputs(job, *interface);
        check_secrets(job, *interface);
        descend(*called, granted);
    }

    void report_too_many() {
        if (calls_ > kMaxCalls + 1) return;
        const auto most = std::to_string(kMaxCalls);
        report_.error("call-depth", at_, "more than " + most + " calls of reusable workflows");
    }

    /// Who asks, where it is not the file that is checked.
    std::string start() const {
        return chain_.size() == 1 ? std::string{} : chain_.back()->path + ": ";
    }

    /// Places of other files are not those of this one.
    model::Position place(model::Position own) const { return chain_.size() == 1 ? own : at_; }

    void check_inputs(const JobDefinition& job, const Trigger& interface) {
        if (is_expression(job.with)) return;
        for (const auto& [name, value] : job.with) {
            const auto* input = find_named(interface.inputs, name);
            const auto at = place(value.at);
            if (input == nullptr) {
                const auto hint = nearest_hint(name, names_of(interface.inputs));
                const auto what = show(job.uses) + " has no input " + show(name);
                report_.error("unknown-input", at, start() + what, hint);
            } else if (!has_type(value, input->type)) {
                const auto what = "the input " + show(name) + " is a " + input->type;
                report_.error("wrong-type", at, start() + what);
            }
        }
        for (const auto& input : interface.inputs) {
            if (!input.required || input.has_fallback || is_given(job.with, input.name)) continue;
            const auto what = show(job.uses) + " needs the input " + show(input.name);
            report_.error("missing-input", at_, start() + what, "name it under 'with'");
        }
    }

    void check_secrets(const JobDefinition& job, const Trigger& interface) {
        if (job.inherits_secrets || is_expression(job.secrets)) return;
        for (const auto& [name, value] : job.secrets) {
            if (find_named(interface.secrets, name) != nullptr) continue;
            const auto hint = nearest_hint(name, names_of(interface.secrets));
            const auto what = show(job.uses) + " takes no secret " + show(name);
            report_.error("unknown-secret", place(value.at), start() + what, hint);
        }
        for (const auto& secret : interface.secrets) {
            if (!secret.required || is_given(job.secrets, secret.name)) continue;
            const auto what = show(job.uses) + " needs the secret " + show(secret.name);
            report_.error("missing-secret", at_, start() + what, "secrets: inherit, or name it");
        }
    }

    /// GitHub gives an empty value: legal, and nearly always a mistake.
    void check_output(const model::CalledOutput& output) {
        const auto& jobs = top_.jobs;
        const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const JobDefinition& one) {
            return equal_ignoring_case(one.key, output.job);
        });
        const auto* called = job == jobs.end() ? nullptr : find_(top_, job->uses);
        const auto* interface = called == nullptr ? nullptr : call_trigger(*called);
        if (interface == nullptr || find_named(interface->outputs, output.name) != nullptr) return;
        report_.warning(
            "unknown-reference",
            output.at,
            show(job->uses) + " has no output " + show(output.name) + ": it is empty",
            nearest_hint(output.name, names_of(interface->outputs))
        );
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
        if (job.kind == "call") check_call(called, job, wanted ? wanted : granted);
    }

    const Workflow& top_;
    const FindWorkflow& find_;
    std::vector<const Workflow*> chain_;
    model::Position at_;  // of the job of the top that is looked at
    int calls_ = 0;
    Report report_;
};

}  // namespace

std::vector<model::Problem> check_calls(
    const Workflow& caller, const FindWorkflow& find, const std::vector<std::string>& allow
) {
    return CallCheck{caller, find, allow}.run();
}

}  // namespace triphammer::workflow
