#include "report/status_message.hpp"

#include "report/outbox_writer.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::report {

namespace {

std::string to_json_text(const StatusNote& note) {
    const auto& status = note.status;
    const nlohmann::json object{
        {"sha", status.sha},
        {"context", status.context},
        {"state", status.state},
        {"description", status.description},
        {"target_url", status.target_url},
        {"run", note.run.value},
        {"job", note.job.value}};
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

store::NewMessage make_message(model::RepositoryId repository, const StatusNote& note) {
    store::NewMessage message;
    message.channel = kStatusChannel;
    message.repository = repository;
    // The repository is part of it: forks and mirrors share commits.
    message.subject = to_text(repository) + ' ' + note.status.sha + ' ' + note.status.context;
    message.payload = to_json_text(note);
    return message;
}

StatusNote parse_status_note(const std::string& payload) {
    const auto json = nlohmann::json::parse(payload, nullptr, false);
    StatusNote note;
    if (!json.is_object()) return note;
    note.status.sha = json.value("sha", "");
    note.status.context = json.value("context", "");
    note.status.state = json.value("state", "");
    note.status.description = json.value("description", "");
    note.status.target_url = json.value("target_url", "");
    note.run.value = json.value("run", std::int64_t{0});
    note.job.value = json.value("job", std::int64_t{0});
    return note;
}

}  // namespace triphammer::report
