#include "report/status_message.hpp"

#include "report/outbox_writer.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::report {

namespace {

std::string to_json_text(const github::CommitStatus& status) {
    const nlohmann::json object{
        {"sha", status.sha},
        {"context", status.context},
        {"state", status.state},
        {"description", status.description},
        {"target_url", status.target_url}};
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

store::NewMessage make_message(model::RepositoryId repository, const github::CommitStatus& status) {
    store::NewMessage message;
    message.channel = kStatusChannel;
    message.repository = repository;
    // The repository is part of it: forks and mirrors share commits.
    message.subject = to_text(repository) + ' ' + status.sha + ' ' + status.context;
    message.payload = to_json_text(status);
    return message;
}

}  // namespace triphammer::report
