#include "api/call/audit.hpp"
#include "api/call/known_fields.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deployments/approval_json.hpp"
#include "api/deployments/handlers.hpp"
#include "history/json.hpp"
#include "queue/approvals.hpp"
#include "store/deployments/inherited_rules.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

constexpr std::size_t kMostComment = 4000;

Result<store::ApprovalRow> find_visible_approval(store::Connection& db, const Call& call) {
    const auto id = id_of(call.parameter(0));
    if (!id) return id.error();
    const auto unknown = not_found("there is no approval " + call.parameter(0));
    auto row = store::find_approval(db, model::ApprovalId{*id});
    if (!row) return unknown;
    if (auto reached = check_reach(call, row->repository, unknown); !reached) {
        return reached.error();
    }
    return std::move(*row);
}

Result<std::string> read_words(const json& body, const char* name) {
    auto text = text_field(body, name, "");
    if (text && text->size() > kMostComment) {
        return invalid(std::string{"the field '"} + name + "' is longer than 4000 bytes");
    }
    return text;
}

Result<queue::Answer> read_answer(const json& body, bool approves) {
    std::vector<std::string> known{"comment", "subject"};
    if (approves) known.push_back("break_glass");
    if (auto checked = check_fields(body, known); !checked) return checked.error();
    queue::Answer answer;
    answer.approves = approves;
    auto comment = read_words(body, "comment");
    if (!comment) return comment.error();
    auto subject = text_field(body, "subject", "");
    if (!subject) return subject.error();
    auto glass = read_words(body, "break_glass");
    if (!glass) return glass.error();
    answer.comment = std::move(*comment);
    answer.subject = std::move(*subject);
    answer.break_glass = std::move(*glass);
    return answer;
}

Result<store::ApprovalQuery> read_query(store::Connection& db, const Call& call) {
    store::ApprovalQuery query;
    query.state = query_text(call, "state");
    if (!query.state.empty() && !model::parse_approval_state(query.state)) {
        return invalid("there is no approval state '" + query.state + "'");
    }
    auto listed = find_listed_repositories(db, call);
    if (!listed) return listed.error();
    query.repository = listed->only;
    query.among = std::move(listed->among);
    const auto run = query_number(call, "run", 0);
    if (!run) return run.error();
    query.run = model::RunId{*run};
    return query;
}

/// Who said what, and to what exactly.
void record_answer(
    store::Transaction& tx,
    const Call& call,
    const store::ApprovalRow& question,
    const queue::Answer& given
) {
    json after{{"subject", question.subject}, {"comment", given.comment}};
    if (!given.break_glass.empty()) after["break_glass"] = given.break_glass;
    const auto* action = given.approves ? "approval.approve" : "approval.reject";
    record(tx, call, {action, to_text(question.id), question.repository, {}, fields(after)});
}

/// The answer, and the question as it is after it.
Answer answer(Services& services, Call call, bool approves) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    auto given = read_answer(*body, approves);
    if (!given) co_return http::make_error(given.error());
    given->actor = call.who.actor;
    auto settle = [&](store::Transaction& tx) -> Result<std::string> {
        const auto question = find_visible_approval(tx, call);
        if (!question) return question.error();
        given->approval = question->id;
        const auto state = queue::answer_approval(tx, *given);
        if (!state) return state.error();
        record_answer(tx, call, *question, *given);
        const auto now = store::find_approval(tx, question->id);
        const auto shown = describe_approval(tx, *now, call.who.actor);
        if (!shown) return shown.error();
        return history::to_text(*shown);
    };
    auto writing = services.database.write(settle);
    const auto told = co_await std::move(writing);
    if (told && services.on_queue) services.on_queue();
    co_return reply(told);
}

Result<store::EnvironmentRow> find_environment(store::Connection& db, const Call& call) {
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    const auto repository = find_reached_repository(db, call, name);
    if (!repository) return repository.error();
    const auto& environment = call.parameter(2);
    constexpr std::size_t kLongest = 255;
    if (environment.empty() || environment.size() > kLongest) {
        return invalid("the name of an environment has 1 to 255 bytes");
    }
    return store::EnvironmentRow{repository->id, environment};
}

}  // namespace

Answer list_approvals(Services& services, Call call) {
    const auto page = read_page(call);
    if (!page) co_return http::make_error(page.error());
    auto list = [&](store::Connection& db) -> Result<std::string> {
        const auto query = read_query(db, call);
        if (!query) return query.error();
        const auto wanted = history::read_page(*page);
        if (!wanted) return wanted.error();
        const auto listed = store::list_approvals(db, *query, *wanted);
        json out{{"items", json::array()}, {"next", history::next_cursor(listed.next)}};
        for (const auto& row : listed.rows) {
            auto one = describe_approval(db, row, call.who.actor);
            if (!one) return one.error();
            out["items"].push_back(std::move(*one));
        }
        return history::to_text(out);
    };
    auto answering = reply_from(services, list);
    co_return co_await std::move(answering);
}

Answer show_approval(Services& services, Call call) {
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto row = find_visible_approval(db, call);
        if (!row) return row.error();
        const auto shown = describe_approval_fully(db, *row, call.who.actor, services.github_url);
        if (!shown) return shown.error();
        return history::to_text(*shown);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer approve(Services& services, Call call) {
    auto answering = answer(services, std::move(call), true);
    co_return co_await std::move(answering);
}

Answer reject(Services& services, Call call) {
    auto answering = answer(services, std::move(call), false);
    co_return co_await std::move(answering);
}

Answer show_environment(Services& services, Call call) {
    auto get = [&](store::Connection& db) -> Result<std::string> {
        const auto environment = find_environment(db, call);
        if (!environment) return environment.error();
        const auto rules = store::rules_of(db, environment->repository, environment->name);
        if (!rules) return rules.error();
        auto out = model::to_rules_json(*rules);
        out["inherited"] = store::inherits_rules(db, *environment);
        return history::to_text(out);
    };
    auto answering = reply_from(services, get);
    co_return co_await std::move(answering);
}

Answer set_environment(Services& services, Call call) {
    auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    body->erase("inherited");  // who sends back what was read says nothing by it
    const auto rules = model::read_rules(*body);
    if (!rules) co_return http::make_error(rules.error());
    auto set = [&](store::Transaction& tx) -> Result<> {
        const auto environment = find_environment(tx, call);
        if (!environment) return environment.error();
        const auto before = store::own_rules_of(tx, *environment);
        if (!before) return before.error();
        const store::NewAudit entry{
            "environment.set",
            environment->name,
            environment->repository,
            fields(model::to_rules_json(*before)),
            fields(model::to_rules_json(*rules))};
        record(tx, call, entry);
        return queue::set_environment_rules(tx, *environment, *rules, call.who.actor);
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    if (done && services.on_queue) services.on_queue();
    co_return reply_empty(done);
}

Answer set_fork_approval(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto policy = text_field(*body, "fork_approval");
    if (!policy) co_return http::make_error(policy.error());
    const auto name = call.parameter(0) + "/" + call.parameter(1);
    auto set = [&](store::Transaction& tx) -> Result<> {
        const auto found = find_reached_repository(tx, call, name);
        if (!found) return found.error();
        const json before{{"fork_approval", store::fork_approval_of(tx, found->id)}};
        const json after{{"fork_approval", *policy}};
        const store::NewAudit entry{
            "repository.set-fork-approval", name, found->id, fields(before), fields(after)};
        record(tx, call, entry);
        return queue::set_fork_policy(tx, found->id, *policy, call.who.actor);
    };
    auto setting = services.database.write(set);
    const auto done = co_await std::move(setting);
    if (done && services.on_queue) services.on_queue();
    co_return reply_empty(done);
}

}  // namespace triphammer::api
