#include "report/skipped_status.hpp"

#include "model/event.hpp"
#include "model/reason.hpp"
#include "report/status_message.hpp"
#include "report/status_text.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/run_listing.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace triphammer::report {

namespace {

using nlohmann::json;

template <class T>
std::optional<T> parse_as(const std::string& text) {
    const auto parsed = json::parse(text, nullptr, false);
    if (!parsed.is_object()) return {};
    return parsed.get<T>();
}

/// Where a skipped commit's statuses go; empty: nothing is left there to be checked.
std::string commit_of(const model::Event& event) {
    const bool is_gone = event.deleted || event.name == "delete";
    return is_gone ? std::string{} : event.sha;
}

struct Skipped {
    std::string path;
    std::string why;
};

/// plan::make_plan writes "PATH: WHY" for each file; `filtered` where the event fitted.
std::optional<Skipped> read_skipped(const model::Reason& file) {
    const auto colon = file.text.find(": ");
    if (file.yes || file.code != "filtered" || colon == std::string::npos) return {};
    return Skipped{file.text.substr(0, colon), file.text.substr(colon + 2)};
}

/// Everything of one delivery that its skipped files share.
struct Delivery {
    model::RepositoryId repository;
    std::string event;
    std::string sha;
    std::string link;
};

void report_file(store::Transaction& tx, const Delivery& delivery, const Skipped& skipped) {
    const auto run =
        store::find_newest_run_of_file(tx, delivery.repository, skipped.path, delivery.event);
    if (!run) return;
    for (auto& job : store::list_jobs(tx, run->id)) {
        job.state = model::JobState::skipped;
        job.reason = skipped.why;
        auto status = make_status(*run, job, {});
        status.sha = delivery.sha;
        status.target_url = delivery.link;
        const auto message = make_message(delivery.repository, {status, {}, {}});
        const bool is_known = store::has_message(tx, message.channel, message.subject);
        if (!is_known) store::append_message(tx, message);
    }
}

}  // namespace

void report_skipped(store::Transaction& tx, model::DeliveryId id, const WriterSettings& settings) {
    const auto row = store::find_delivery(tx, id);
    if (!row || !row->repository) return;
    const auto event = parse_as<model::Event>(row->facts_json);
    const auto reason = parse_as<model::Reason>(row->reasons_json);
    if (!event || !reason || commit_of(*event).empty()) return;
    if (!may_report(tx, row->repository, settings)) return;
    Delivery delivery{row->repository, event->name, commit_of(*event), {}};
    if (!settings.public_url.empty()) {
        delivery.link = settings.public_url + "/deliveries/" + row->guid;
    }
    for (const auto& file : reason->children) {
        if (const auto skipped = read_skipped(file)) report_file(tx, delivery, *skipped);
    }
}

}  // namespace triphammer::report
