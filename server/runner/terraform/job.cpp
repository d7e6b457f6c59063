#include "runner/terraform/job.hpp"

#include "results/part.hpp"
#include "runner/actions/reports.hpp"
#include "runner/deploy/job.hpp"
#include "runner/terraform/target.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostReport = 400U << 10U;  // of all folders together

class PlanJob {
  public:
    PlanJob(Session& session, StepExecutor& place) : session_{session}, work_{session, place} {}

    Task<JobOutcome> run() {
        auto working = work();
        const auto done = co_await std::move(working);
        if (!done) co_return failed(done.error());
        JobOutcome outcome;
        outcome.outputs = outputs();
        co_return outcome;
    }

  private:
    Task<Result<>> work() {
        auto first = in_step("Check out", check_out());
        if (auto done = co_await std::move(first); !done) co_return done;
        const auto folders = work_.keys().folders;
        for (const auto& folder : folders) {
            const auto of = folders.size() > 1 ? " " + folder : std::string{};
            auto setting_up = in_step("Init" + of, work_.init(step_ + 1, folder));
            if (auto done = co_await std::move(setting_up); !done) co_return done;
            auto checking = in_step("Validate" + of, work_.validate(step_ + 1, folder));
            if (auto done = co_await std::move(checking); !done) co_return done;
            auto planning = in_step("Plan" + of, plan(folder));
            if (auto done = co_await std::move(planning); !done) co_return done;
        }
        if (!work_.keys().comments) co_return Result<>{};
        auto reporting = in_step("Report the plan", report());
        co_return co_await std::move(reporting);
    }

    /// Tasks begin when they are awaited: after their step's begin.
    Task<Result<>> in_step(std::string name, Task<Result<>> what) {
        protocol::StepBegin begin;
        begin.number = ++step_;
        begin.name = std::move(name);
        auto beginning = session_.step_begin(std::move(begin));
        if (auto begun = co_await std::move(beginning); !begun) co_return begun;
        const auto done = co_await std::move(what);
        protocol::StepEnd end;
        end.number = step_;
        end.annotations = std::exchange(annotations_, {});
        if (!done) {
            auto telling = session_.log(step_, "##[error]" + done.error().message + "\n");
            co_await std::move(telling);
            end.state =
                session_.is_stopped() ? model::StepState::cancelled : model::StepState::failed;
            if (!session_.is_stopped()) end.cause = cause_of_terraform(done.error());
            end.reason = done.error().message;
        }
        auto ending = session_.step_end(std::move(end));
        const auto ended = co_await std::move(ending);
        co_return done ? ended : done;
    }

    Task<Result<>> check_out() {
        auto fetching = session_.fetch_source(step_);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
        auto beginning = work_.begin(step_);
        co_return co_await std::move(beginning);
    }

    Task<Result<>> plan(std::string folder) {
        auto planning = work_.plan(step_, folder);
        auto planned = co_await std::move(planning);
        if (!planned) co_return planned.error();
        plans_.push_back(std::move(*planned));
        if (plans_.back().has_changes && is_scheduled()) warn_of_drift(plans_.back());
        const bool is_last = plans_.size() == work_.keys().folders.size();
        if (!is_last) co_return Result<>{};
        auto summing = session_.summary(step_, summary_of(plans_));
        if (auto kept = co_await std::move(summing); !kept) co_return kept;
        auto telling = session_.log(
            step_, "\n" + summarize(changes_of(plans_)) + "; plan " + hash_of(plans_) + "\n"
        );
        co_return co_await std::move(telling);
    }

    bool is_scheduled() const {
        const auto event = session_.evaluate({"${{ github.event_name }}", {}});
        return event && *event == "schedule";
    }

    void warn_of_drift(const FolderPlan& plan) {
        protocol::Annotation drift;
        drift.level = "warning";
        drift.title = "Drift";
        drift.message = plan.folder + " is not as it is written: " + summarize(plan.changes);
        annotations_.push_back(std::move(drift));
    }

    /// The list comes first: what is cut off is the text.
    Task<Result<>> report() {
        results::Part part;
        const auto most = std::min(results::kMostText, kMostReport / plans_.size());
        for (const auto& plan : plans_) {
            const auto list = list_changes(plan.changes);
            const auto text = list + (list.empty() ? "" : "\n") + plan.text + "\n";
            part.texts.push_back(
                {plan.folder + ": " + summarize(plan.changes), results::clean(text, most)}
            );
        }
        return send_report(session_, std::move(part));
    }

    protocol::Outputs outputs() const {
        const auto changes = changes_of(plans_);
        bool has_changes = false;
        for (const auto& plan : plans_) has_changes = has_changes || plan.has_changes;
        protocol::Outputs out;
        out["plan-hash"] = hash_of(plans_);
        out["has-changes"] = has_changes ? "true" : "false";
        out["changes"] = std::to_string(changes.size());
        for (const auto action :
             {ChangeAction::create,
              ChangeAction::update,
              ChangeAction::replace,
              ChangeAction::destroy}) {
            out[std::string{name_of(action)}] = std::to_string(count(changes, action));
        }
        return out;
    }

    JobOutcome failed(const Error& error) const {
        JobOutcome out;
        out.state = model::JobState::failed;
        out.cause = cause_of_terraform(error);
        out.reason = error.message;
        if (session_.is_stopped()) out.state = model::JobState::cancelled;
        return out;
    }

    Session& session_;
    TerraformWork work_;
    std::vector<FolderPlan> plans_;
    std::vector<protocol::Annotation> annotations_;
    int step_ = 0;
};

}  // namespace

Task<JobOutcome> run_terraform_job(Session& session, StepExecutor& place) {
    session.contexts().set_place(place.place());
    if (session.document().job.terraform->command == "apply") {
        auto applying = run_deploy_job(session, make_terraform_target(session), &place);
        co_return co_await std::move(applying);
    }
    PlanJob job{session, place};
    auto running = job.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
