#include "report/notice.hpp"

#include "base/text.hpp"
#include "queue/approvals.hpp"
#include "report/status_text.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/job_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::report {

namespace {

constexpr std::size_t kMostLines = 20;
constexpr std::size_t kMostLine = 300;

/// Text of strangers: one line without control characters.
std::string tidy(std::string_view text) {
    std::string out;
    for (const char c : cut_utf8(text, kMostLine)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
    return is_utf8(out) ? out : std::string{};
}

std::string short_ref(const std::string& ref) {
    for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
        if (ref.starts_with(prefix)) return ref.substr(prefix.size());
    }
    constexpr std::string_view kPull = "refs/pull/";
    if (!ref.starts_with(kPull)) return ref;
    return "pull request " + ref.substr(kPull.size(), ref.find('/', kPull.size()) - kPull.size());
}

void add_failed_jobs(store::Connection& db, model::RunId run, Notice& notice) {
    for (const auto& job : store::list_jobs(db, run)) {
        const bool failed =
            job.state == model::JobState::failed || job.state == model::JobState::timed_out;
        if (!failed || notice.failed_jobs.size() == kMostLines) continue;
        const auto status = make_status({}, job, {});
        notice.failed_jobs.push_back(
            {tidy(job.name), tidy(status.description), notice.url + "/jobs/" + to_text(job.id)}
        );
    }
}

void add_deployments(
    store::Connection& db, model::RunId run, const std::string& public_url, Notice& notice
) {
    for (const auto& job : store::list_jobs(db, run)) {
        const auto deployment = store::find_deployment_of_job(db, job.id);
        if (!deployment || notice.deployments.size() == kMostLines) continue;
        auto state = std::string{name_of(deployment->state)};
        if (!deployment->image.empty()) state += ", " + deployment->image;
        notice.deployments.push_back(
            {tidy(deployment->environment),
             tidy(state),
             public_url + "/deployments/" + to_text(deployment->id)}
        );
    }
}

std::string subject_of_question(store::Connection& db, const store::ApprovalRow& question) {
    if (question.kind == model::ApprovalKind::environment) return question.environment;
    if (question.kind == model::ApprovalKind::fork) {
        return "commit " + question.sha.substr(0, 12) + " of a fork";
    }
    const auto job = store::find_job(db, question.job);
    return job ? job->name : "a job";
}

/// "1 of 2, by ada or approver"; of an answered one who said what.
std::string standing_of_question(store::Connection& db, const store::ApprovalRow& question) {
    if (question.state != model::ApprovalState::pending) {
        return question.reason.empty() ? std::string{name_of(question.state)} : question.reason;
    }
    const auto standing = queue::standing_of(db, question);
    if (!standing) return "waits";
    auto text =
        "waits, " + std::to_string(standing->given) + " of " + std::to_string(standing->needed);
    if (!standing->reviewers.empty()) text += ", by " + join(standing->reviewers, " or ");
    return text;
}

void add_approvals(
    store::Connection& db,
    const store::RunRow& run,
    model::ApprovalId about,
    const std::string& public_url,
    Notice& notice
) {
    store::ApprovalQuery query;
    query.run = run.id;
    query.repository = run.repository;
    store::ListPage page;
    page.limit = kMostLines;
    for (const auto& question : store::list_approvals(db, query, page).rows) {
        const bool waits = question.state == model::ApprovalState::pending;
        if (!waits && question.id != about) continue;
        const auto url = public_url + "/approvals/" + to_text(question.id);
        if (question.id == about) notice.leads_to = url;
        notice.approvals.push_back(
            {tidy(subject_of_question(db, question)), tidy(standing_of_question(db, question)), url}
        );
    }
}

}  // namespace

Result<Notice> load_notice(
    store::Connection& db, const store::MessageRow& message, const std::string& public_url
) {
    const auto payload = nlohmann::json::parse(message.payload, nullptr, false);
    if (!payload.is_object()) return invalid("the message tells of no run");
    const model::RunId id{payload.value("run", std::int64_t{0})};
    const auto run = store::find_run(db, id);
    const auto repository = store::find_repository(db, message.repository);
    if (!run || !repository) return not_found("there is no run " + to_text(id));
    Notice notice;
    notice.event = payload.value("event", "");
    notice.repository = repository->full_name;
    notice.workflow = tidy(run->workflow);
    notice.number = run->number;
    notice.attempt = run->attempt;
    notice.run = to_text(id);
    notice.url = public_url + "/runs/" + notice.run;
    notice.leads_to = notice.url;
    notice.branch = tidy(short_ref(run->ref));
    notice.sha = run->sha;
    notice.title = tidy(run->title);
    notice.actor = tidy(run->actor);
    notice.trigger = run->event;
    notice.at = message.created_at;
    notice.delivery = std::to_string(message.id);
    const bool has_ended = run->started_at && run->finished_at;
    if (has_ended) notice.duration = describe_duration(*run->finished_at - *run->started_at);
    add_failed_jobs(db, id, notice);
    add_deployments(db, id, public_url, notice);
    const model::ApprovalId about{payload.value("approval", std::int64_t{0})};
    add_approvals(db, *run, about, public_url, notice);
    return notice;
}

Notice sample_notice(const std::string& public_url, TimePoint now) {
    Notice notice;
    notice.event = "failed";
    notice.repository = "example/test";
    notice.workflow = "Test of this channel";
    notice.number = 1;
    notice.run = "0";
    notice.url = public_url;
    notice.leads_to = public_url;
    notice.branch = "main";
    notice.sha = std::string(40, '0');
    notice.title = "Nothing has failed: somebody tried the channel";
    notice.trigger = "test";
    notice.at = now;
    notice.delivery = "test-" + std::to_string(to_unix_ms(now));
    return notice;
}

Words words_of(const Notice& notice) {
    return {
        {"workflow", notice.workflow},
        {"number", std::to_string(notice.number)},
        {"event", word_of(notice.event)},
        {"repository", notice.repository},
        {"branch", notice.branch},
        {"title", notice.title},
        {"actor", notice.actor},
        {"commit", notice.sha.substr(0, 7)},
        {"trigger", notice.trigger},
        {"duration", notice.duration},
        {"url", notice.leads_to},
    };
}

std::string fill_words(
    std::string_view text,
    const Words& words,
    const std::function<std::string(const std::string&)>& between
) {
    std::string out;
    std::size_t begin = 0;  // of what stands between
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open)) {
        const auto close = text.find('}', ++open);
        if (close == std::string_view::npos) break;
        const auto name = text.substr(open, close - open);
        const auto found = std::find_if(words.begin(), words.end(), [&](const auto& word) {
            return word.first == name;
        });
        if (found == words.end()) continue;
        out += between(std::string{text.substr(begin, open - 1 - begin)}) + found->second;
        begin = open = close + 1;
    }
    return out + between(std::string{text.substr(begin)});
}

std::string fill_title(const std::string& template_text, const Notice& notice) {
    return tidy(fill_words(template_text, words_of(notice), [](auto& text) { return text; }));
}

std::string word_of(const std::string& event) {
    if (event == "approval_needed") return "needs an approval";
    if (event == "expired") return "had an approval that expired";
    return event == "rolled_back" ? "rolled back" : event;
}

}  // namespace triphammer::report
