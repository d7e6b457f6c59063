#include "report/deployment_target.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "github/own_marks.hpp"
#include "report/told.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::report {

namespace {

using nlohmann::json;

constexpr std::size_t kDeploymentsPage = 30;
constexpr int kMostDeploymentPages = 100;

bool has_mark(const json& one, const std::string& mark) {
    const auto payload = one.is_object() ? one.value("payload", json{}) : json{};
    if (!payload.is_object()) return false;
    const auto found = payload.find(github::kDeploymentMark);
    return found != payload.end() && found->is_string() && *found == mark;
}

/// GitHub neither merges nor waits for other statuses: what is deployed was decided here.
std::string deployment_json(const DeploymentDraft& draft, const std::string& mark) {
    return body_of(
        {{"ref", draft.sha},
         {"task", "deploy"},
         {"auto_merge", false},
         {"required_contexts", json::array()},
         {"environment", draft.row.environment},
         {"description", cut_utf8(draft.row.line, 140)},
         {"payload", {{github::kDeploymentMark, mark}}}}
    );
}

/// What an older one becomes is told by us: GitHub would end those of other jobs, too.
std::string state_json(const DeploymentDraft& draft) {
    json body{{"state", draft.state}, {"description", draft.description}, {"auto_inactive", false}};
    if (!draft.log_url.empty()) body["log_url"] = draft.log_url;
    if (!draft.environment_url.empty()) body["environment_url"] = draft.environment_url;
    return body_of(body);
}

}  // namespace

struct DeploymentTarget::Place {
    github::Client client;
    std::string deployments;  // path of the repository's
    std::string mark;         // in the payload of this one
};

DeploymentTarget::DeploymentTarget(
    store::Database& database, github::Clients& clients, Settings settings
)
    : database_{database}, clients_{clients}, settings_{std::move(settings)} {}

Task<Result<github::ApiAnswer>> DeploymentTarget::send(
    std::string repository, store::MessageRow message
) {
    auto work = [&](store::Connection& db) {
        return draft_deployment(db, message, settings_.public_url);
    };
    auto reading = database_.read(work);
    auto draft = co_await std::move(reading);
    if (!draft && draft.error().code == Code::invalid) {
        co_return github::answer_of_nobody(draft.error());
    }
    if (!draft) co_return draft.error();
    const auto path = github::repository_path(repository) + "/deployments";
    auto choosing = clients_.find(repository, {{"deployments", "write"}});
    auto client = co_await std::move(choosing);
    if (!client && client.error().code == Code::not_found) {
        co_return github::answer_of_nobody(client.error());
    }
    if (!client) co_return client.error();
    Place place{std::move(*client), path, settings_.server_id + ':' + message.subject};
    auto bringing = bring(std::move(place), std::move(*draft));
    auto answer = co_await std::move(bringing);
    const bool is_refused = answer && github::is_refusal(*answer);
    if (!is_refused || !clients_.pass_over(repository)) co_return answer;
    auto again = send(std::move(repository), std::move(message));
    co_return co_await std::move(again);
}

Task<Result<github::ApiAnswer>> DeploymentTarget::bring(Place place, DeploymentDraft draft) const {
    if (draft.object.remote_id.empty()) {
        auto beginning = begin(place, draft);
        auto begun = co_await std::move(beginning);
        if (!begun || begun->status >= 300) co_return begun;
    }
    const auto body = state_json(draft);
    if (draft.object.shown == sha256_hex(body)) co_return nothing_to_do();
    auto telling =
        place.client.post(place.deployments + '/' + draft.object.remote_id + "/statuses", body);
    auto told = co_await std::move(telling);
    if (!told || told->status != 201) co_return told;
    draft.object.shown = sha256_hex(body);
    auto keeping = keep(database_, std::move(draft.object));
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return told;
}

/// `round` says that GitHub was asked before: then it may be there.
Task<Result<github::ApiAnswer>> DeploymentTarget::begin(const Place& place, DeploymentDraft& draft)
    const {
    if (draft.object.round > 0) {
        auto finding = find(place, draft);
        auto found = co_await std::move(finding);
        if (!found || found->status != 200) co_return found;
    }
    if (draft.object.remote_id.empty()) {
        auto creating = create(place, draft);
        auto created = co_await std::move(creating);
        if (!created || created->status != 201) co_return created;
    }
    if (draft.object.remote_id.empty()) {
        co_return Error{Code::protocol, "GitHub's answer names no deployment"};
    }
    auto keeping = keep(database_, draft.object);
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return kept.error();
    co_return nothing_to_do();
}

Task<Result<github::ApiAnswer>> DeploymentTarget::find(const Place& place, DeploymentDraft& draft)
    const {
    const auto list = place.deployments + "?sha=" + percent_encode(draft.sha) +
                      "&environment=" + percent_encode(draft.row.environment) +
                      "&per_page=" + std::to_string(kDeploymentsPage) + "&page=";
    for (int page = 1; page <= kMostDeploymentPages; ++page) {
        auto asking = place.client.get(list + std::to_string(page));
        auto answer = co_await std::move(asking);
        if (!answer || answer->status != 200) co_return answer;
        const auto all = json::parse(answer->body, nullptr, false);
        if (!all.is_array()) co_return Error{Code::protocol, "GitHub lists no deployments"};
        for (const auto& one : all) {
            if (has_mark(one, place.mark)) draft.object.remote_id = remote_id_of(one);
        }
        const bool is_last = all.size() < kDeploymentsPage;
        if (is_last || !draft.object.remote_id.empty()) co_return answer;
    }
    co_return Error{Code::too_large, "GitHub lists too many deployments of one commit"};
}

Task<Result<github::ApiAnswer>> DeploymentTarget::create(const Place& place, DeploymentDraft& draft)
    const {
    if (draft.object.round == 0) {
        draft.object.round = 1;
        auto keeping = keep(database_, draft.object);
        const auto kept = co_await std::move(keeping);
        if (!kept) co_return kept.error();
    }
    auto asking = place.client.post(place.deployments, deployment_json(draft, place.mark));
    auto answer = co_await std::move(asking);
    if (!answer || answer->status != 201) co_return answer;
    draft.object.remote_id = remote_id_of(json::parse(answer->body, nullptr, false));
    co_return answer;
}

}  // namespace triphammer::report
