#include "api/live/live_text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

std::string text_of(const json& message) {
    return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string plural_of(const std::string& noun) {
    if (noun.ends_with('y')) return noun.substr(0, noun.size() - 1) + "ies";
    return noun + "s";
}

}  // namespace

std::vector<std::string> topics_of(const store::ChangeRow& change) {
    if (change.subject == "run") return {"run:" + std::to_string(change.id), "runs"};
    std::vector<std::string> topics;
    if (change.run) topics.push_back("run:" + model::to_text(change.run));
    const bool is_queue = change.subject == "queue";
    if (change.subject == "job" || is_queue) topics.push_back("queue");
    if (is_queue) return topics;
    if (change.subject == "job" || change.subject == "step" || change.subject == "attempt")
        return topics;
    topics.push_back(plural_of(change.subject));
    return topics;
}

std::string topic_of(const LogGrowth& growth) {
    return "log:" + model::to_text(growth.run) + "/" + model::to_text(growth.job) + "/" +
           std::to_string(growth.step);
}

std::string change_text(const store::ChangeRow& change, const std::string& topic) {
    json message{
        {"seq", change.seq},
        {"topic", topic},
        {"type", "changed"},
        {"subject", change.subject},
        {"id", std::to_string(change.id)},
        {"at", to_rfc3339(change.at)},
        {"from", change.from_state},
        {"to", change.to_state},
    };
    if (change.run) message["run"] = model::to_text(change.run);
    return text_of(message);
}

std::string growth_text(const LogGrowth& growth) {
    return text_of(
        {{"topic", topic_of(growth)},
         {"lines", growth.lines},
         {"bytes", growth.bytes},
         {"done", growth.done}}
    );
}

std::string counts_text(const store::OpenCounts& counts) {
    const json numbers{
        {"running", counts.running}, {"waiting", counts.waiting}, {"approvals", counts.approvals}};
    return text_of({{"topic", "counts"}, {"counts", numbers}});
}

bool changes_counts(const store::ChangeRow& change) {
    return change.subject == "job" || change.subject == "approval" || change.subject == "run";
}

std::string resync_text(std::int64_t seq) {
    return text_of({{"type", "resync"}, {"seq", seq}});
}

}  // namespace triphammer::api
