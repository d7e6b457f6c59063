#include "report/check_target.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "report/told.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::report {

namespace {

using nlohmann::json;

constexpr std::size_t kChecksPage = 10;  // each says up to 64 KB
constexpr int kMostCheckPages = 100;
constexpr int kRefused = 422;

std::int64_t annotations_of(const json& check) {
    const auto output = check.is_object() ? check.value("output", json{}) : json{};
    const auto count = output.is_object() ? output.value("annotations_count", json{}) : json{};
    return count.is_number_integer() ? std::max<std::int64_t>(count.get<std::int64_t>(), 0) : 0;
}

bool has_external_id(const json& check, const std::string& wanted) {
    const auto found = check.is_object() ? check.find("external_id") : check.end();
    return check.is_object() && found != check.end() && found->is_string() && *found == wanted;
}

/// The App is not there, or is of no use: a token may still tell it as a status.
bool may_be_status(const Error& error) {
    return error.code == Code::not_found || error.code == Code::unauthorized ||
           error.code == Code::refused;
}

bool is_done(const Result<github::ApiAnswer>& answer) {
    return answer && answer->status >= 200 && answer->status < 300;
}

}  // namespace

struct CheckTarget::Place {
    github::Client client;
    std::string repository;   // its path in the API
    std::string external_id;  // of the check run
};

CheckTarget::CheckTarget(
    store::Database& database, github::Clients& clients, Target& statuses, CheckSettings settings
)
    : database_{database}, clients_{clients}, statuses_{statuses}, settings_{std::move(settings)} {}

Task<Result<github::ApiAnswer>> CheckTarget::send(
    std::string repository, store::MessageRow message
) {
    auto choosing = clients_.find_app(repository, {{"checks", "write"}});
    auto client = co_await std::move(choosing);
    if (!client && !may_be_status(client.error())) co_return client.error();
    bool is_status = !client;
    CheckDraft draft;
    if (client) {
        auto preparing = prepare(message);
        auto prepared = co_await std::move(preparing);
        if (!prepared) co_return prepared.error();
        draft = std::move(*prepared);
        is_status = draft.is_status;
    }
    if (is_status) {
        auto sending = statuses_.send(std::move(repository), std::move(message));
        co_return co_await std::move(sending);
    }
    const bool is_begun = draft.row.id != 0;
    if (!is_begun) {
        auto begin = [&](store::Transaction& tx) {
            return Result<std::int64_t>{store::insert_check_run(tx, draft.row)};
        };
        auto beginning = database_.write(begin);
        const auto id = co_await std::move(beginning);
        if (!id) co_return id.error();
        draft.row.id = *id;
    }
    Place place{
        std::move(*client),
        github::repository_path(repository),
        make_external_id(settings_.server_id, draft.row.id)};
    auto bringing = bring(std::move(place), std::move(draft), is_begun);
    co_return co_await std::move(bringing);
}

Task<Result<CheckDraft>> CheckTarget::prepare(const store::MessageRow& message) {
    const auto app = clients_.app_id();
    auto work = [&](store::Connection& db) { return draft_check(db, message, settings_, app); };
    auto reading = database_.read(work);
    co_return co_await std::move(reading);
}

Task<Result<github::ApiAnswer>> CheckTarget::bring(Place place, CheckDraft draft, bool is_begun) {
    auto& row = draft.row;
    if (is_begun && row.remote_id.empty()) {
        auto finding = find(place, draft);
        auto found = co_await std::move(finding);
        if (!is_done(found)) co_return found;
    }
    if (row.annotated < 0) {
        auto counting = count(place, draft);
        auto counted = co_await std::move(counting);
        if (!is_done(counted)) co_return counted;
    }
    const auto shown = sha256_hex(check_json(draft.output, {place.external_id}));
    const auto has_more = [&] {
        return row.annotated < static_cast<std::int64_t>(draft.output.annotations.size());
    };
    while (row.remote_id.empty() || row.shown != shown || has_more()) {
        auto telling = tell(place, draft);
        auto told = co_await std::move(telling);
        if (!is_done(told)) co_return told;
        row.shown = shown;
        row.is_completed = draft.output.status == "completed";
        auto keeping = keep(row);
        const auto kept = co_await std::move(keeping);
        if (!kept) co_return kept.error();
    }
    co_return nothing_to_do();
}

/// One whose making was answered to nobody, page by page, newest first.
Task<Result<github::ApiAnswer>> CheckTarget::find(const Place& place, CheckDraft& draft) {
    const auto list = place.repository + "/commits/" + percent_encode(draft.row.sha) +
                      "/check-runs?check_name=" + percent_encode(draft.row.name) +
                      "&filter=all&per_page=" + std::to_string(kChecksPage) + "&page=";
    for (int page = 1; page <= kMostCheckPages; ++page) {
        auto asking = place.client.get(list + std::to_string(page));
        auto answer = co_await std::move(asking);
        if (!is_done(answer)) co_return answer;
        const auto body = json::parse(answer->body, nullptr, false);
        const auto runs = body.is_object() ? body.value("check_runs", json{}) : json{};
        if (!runs.is_array()) co_return Error{Code::protocol, "GitHub's answer lists no checks"};
        for (const auto& check : runs) {
            if (!has_external_id(check, place.external_id)) continue;
            draft.row.remote_id = remote_id_of(check);
            draft.row.annotated = annotations_of(check);
            co_return answer;
        }
        if (runs.size() < kChecksPage) break;
    }
    draft.row.annotated = 0;
    co_return nothing_to_do();
}

Task<Result<github::ApiAnswer>> CheckTarget::count(const Place& place, CheckDraft& draft) {
    auto asking = place.client.get(place.repository + "/check-runs/" + draft.row.remote_id);
    auto answer = co_await std::move(asking);
    if (!is_done(answer)) co_return answer;
    draft.row.annotated = annotations_of(json::parse(answer->body, nullptr, false));
    co_return answer;
}

/// What it is now, with the next annotations. Where GitHub does not take those, it is told without:
/// a result counts for more than what stands beside it.
Task<Result<github::ApiAnswer>> CheckTarget::tell(const Place& place, CheckDraft& draft) {
    auto requesting = request(place, draft);
    auto answer = co_await std::move(requesting);
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(draft.row.annotated, 0));
    const bool has_more = first < draft.output.annotations.size();
    if (answer && answer->status == kRefused && has_more) {
        draft.output.annotations.resize(first);
        auto again = request(place, draft);
        answer = co_await std::move(again);
    }
    if (!is_done(answer)) co_return answer;
    if (draft.row.remote_id.empty()) {
        draft.row.remote_id = remote_id_of(json::parse(answer->body, nullptr, false));
    }
    if (draft.row.remote_id.empty()) {
        co_return Error{Code::protocol, "GitHub's answer names no check run"};
    }
    const auto all = draft.output.annotations.size();
    draft.row.annotated = static_cast<std::int64_t>(std::min(first + kAnnotationsPerCall, all));
    co_return answer;
}

Task<Result<github::ApiAnswer>> CheckTarget::request(const Place& place, const CheckDraft& draft) {
    const auto& row = draft.row;
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(row.annotated, 0));
    const auto all = draft.output.annotations.size();
    const auto count = first < all ? std::min(all - first, kAnnotationsPerCall) : 0;
    const bool is_new = row.remote_id.empty();
    auto body = check_json(draft.output, {place.external_id, is_new, first, count});
    if (is_new) {
        auto creating = place.client.post(place.repository + "/check-runs", std::move(body));
        co_return co_await std::move(creating);
    }
    if (count > 0) {
        auto doubtful = row;
        doubtful.annotated = -1;
        auto keeping = keep(std::move(doubtful));
        const auto kept = co_await std::move(keeping);
        if (!kept) co_return kept.error();
    }
    auto changing =
        place.client.patch(place.repository + "/check-runs/" + row.remote_id, std::move(body));
    co_return co_await std::move(changing);
}

Task<Result<>> CheckTarget::keep(store::CheckRunRow row) {
    auto work = [&](store::Transaction& tx) -> Result<> {
        store::keep_check_run(tx, row);
        return {};
    };
    auto writing = database_.write(work);
    co_return co_await std::move(writing);
}

}  // namespace triphammer::report
