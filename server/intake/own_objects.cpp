#include "intake/own_objects.hpp"

#include "base/text.hpp"
#include "github/own_marks.hpp"
#include "queue/queue.hpp"
#include "store/forge/check_run_store.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/people/audit_store.hpp"
#include "store/people/identity_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_store.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace triphammer::intake {

namespace {

using model::DeliveryOutcome;

constexpr std::string_view kRerunAction = "rerun";

/// What comes of such a delivery; nothing: it is not about ours.
struct Answer {
    bool is_ours = false;
    DeliveryOutcome outcome = DeliveryOutcome::ignored;
    model::Reason reason;
};

Answer ignore(std::string code, std::string text) {
    Answer out;
    out.is_ours = true;
    out.reason.code = std::move(code);
    out.reason.text = std::move(text);
    return out;
}

Answer started(std::string text) {
    auto out = ignore("re-requested", std::move(text));
    out.outcome = DeliveryOutcome::started;
    out.reason.yes = true;
    return out;
}

/// "triphammer:SERVER:17" → the row, if server, App and repository are those that made it.
std::optional<store::CheckRunRow> find_own_check(
    store::Connection& db, model::RepositoryId repository, const github::CheckMarks& marks
) {
    const auto server = store::find_meta(db, "server_id").value_or("");
    const auto prefix = "triphammer:" + server + ':';
    if (server.empty() || !marks.external_id.starts_with(prefix)) return {};
    const auto id = parse_integer(std::string_view{marks.external_id}.substr(prefix.size()));
    auto row = id ? store::find_check_run(db, *id) : std::nullopt;
    if (!row || row->repository != repository || row->app != marks.app) return {};
    return row;
}

bool asks_again(const model::Event& event, const github::CheckMarks& marks) {
    if (event.action == "rerequested") return true;
    return event.action == "requested_action" && marks.action_asked == kRerunAction;
}

/// Who asks: the account here that is linked with GitHub's number, else by GitHub's number and
/// name.
store::AuditActor find_asker(store::Connection& db, const model::Event& event) {
    const auto identity = store::find_identity_by_number(db, event.actor_id);
    const auto user = identity ? store::find_user(db, identity->user) : std::nullopt;
    if (user) return {"user:" + to_text(user->id), "user:" + user->name, "github"};
    return {"github:" + std::to_string(event.actor_id), "github:" + event.actor, "github"};
}

/// Runs it again, with the row of the audit that the same wish has by the API.
Result<> rerun_and_record(
    store::Transaction& tx,
    model::RunId run,
    const queue::RerunRequest& request,
    const PlanQuestion& question
) {
    if (auto done = queue::rerun(tx, run, request); !done) return done.error();
    const auto jobs = request.job ? to_text(request.job) : std::string{"all"};
    const auto after = nlohmann::json{{"jobs", jobs}}.dump();
    store::append_audit(
        tx,
        find_asker(tx, question.event),
        {"run.rerun", to_text(run), question.repository.id, {}, after, "asked at GitHub"}
    );
    return {};
}

/// What `runs.rerun_by` keeps, which says who cannot approve.
std::string actor_of(store::Connection& db, const model::Event& event) {
    const auto asker = find_asker(db, event);
    return asker.name.starts_with("user:") ? asker.name : event.actor;
}

/// The job of a check run. One that a newer one of its name has overtaken says nothing any more.
Answer rerun_job(
    store::Transaction& tx,
    const store::CheckRunRow& row,
    const github::CheckMarks& marks,
    const PlanQuestion& question
) {
    const auto newest = store::find_newest_check_run(tx, row.repository, row.sha, row.name);
    const bool is_known = row.remote_id.empty() || row.remote_id == std::to_string(marks.id);
    if (!newest || newest->id != row.id || !is_known) {
        return ignore("overtaken", "a newer check run of " + row.name + " is there");
    }
    if (!row.job) return ignore("no-job", row.name + " has no job that could run again");
    const queue::RerunRequest request{queue::Rerun::job, row.job, actor_of(tx, question.event)};
    const auto done = rerun_and_record(tx, row.run, request, question);
    if (!done) return ignore("not-again", done.error().message);
    return started(question.event.actor + " asked at GitHub to run " + row.name + " again");
}

Answer rerun_suite(
    store::Transaction& tx,
    const std::vector<store::CheckRunRow>& rows,
    const PlanQuestion& question
) {
    std::set<std::int64_t> runs;
    for (const auto& row : rows) {
        if (row.job) runs.insert(row.run.value);
    }
    std::size_t again = 0;
    std::string why = "no check run of that commit has a job";
    for (const auto run : runs) {
        const queue::RerunRequest request{queue::Rerun::all, {}, actor_of(tx, question.event)};
        const auto done = rerun_and_record(tx, {run}, request, question);
        again += done ? 1U : 0U;
        if (!done) why = done.error().message;
    }
    if (again == 0) return ignore("not-again", why);
    return started(question.event.actor + " asked at GitHub to run all checks of the commit again");
}

Answer answer_check(
    store::Transaction& tx, const PlanQuestion& question, const github::CheckMarks& marks
) {
    const auto& event = question.event;
    const bool again = asks_again(event, marks);
    if (event.name == "check_suite") {
        const auto rows =
            store::list_newest_check_runs(tx, question.repository.id, marks.sha, marks.app);
        if (rows.empty()) return {};
        if (again) return rerun_suite(tx, rows, question);
        return ignore("own-check", "the check suite is our own: building on it would loop");
    }
    const auto row = find_own_check(tx, question.repository.id, marks);
    if (!row) return {};
    if (again) return rerun_job(tx, *row, marks, question);
    return ignore("own-check", "the check run is our own: building on it would loop");
}

Answer answer_deployment(store::Transaction& tx, const std::string& mark) {
    const auto server = store::find_meta(tx, "server_id").value_or("");
    if (server.empty() || !mark.starts_with(server + ':')) return {};
    return ignore("own-deployment", "the deployment is our own: building on it would loop");
}

bool is_of_checks(const std::string& event) {
    return event == "check_run" || event == "check_suite";
}

bool is_of_deployments(const std::string& event) {
    return event == "deployment" || event == "deployment_status";
}

Result<bool> end_answered(
    store::Transaction& tx, model::DeliveryId delivery, const Answer& answer
) {
    if (!answer.is_ours) return false;
    store::DeliveryEnd end;
    end.outcome = answer.outcome;
    end.reason = answer.reason.text;
    end.reasons_json = nlohmann::json(answer.reason).dump();
    if (auto done = store::finish_delivery(tx, delivery, end); !done) return done.error();
    return true;
}

}  // namespace

Task<Result<bool>> take_own(store::Database& database, const PendingDelivery& delivery) {
    const auto& question = delivery.question;
    const auto& name = question.event.name;
    if (!is_of_checks(name) && !is_of_deployments(name)) co_return false;
    auto payload = question.payload ? *question.payload : std::string{};
    const bool is_check = is_of_checks(name);
    const auto marks = is_check ? github::read_check_marks(name, payload) : github::CheckMarks{};
    const auto mark = is_check ? std::string{} : github::read_deployment_mark(payload);
    auto work = [&](store::Transaction& tx) -> Result<bool> {
        const auto answer =
            is_check ? answer_check(tx, question, marks) : answer_deployment(tx, mark);
        return end_answered(tx, delivery.id, answer);
    };
    auto writing = database.write(work);
    co_return co_await std::move(writing);
}

}  // namespace triphammer::intake
