#include "store/forge/reported_store.hpp"

namespace triphammer::store {

namespace {

constexpr int kRecent = 1000;  // statuses

}  // namespace

std::vector<std::string> list_reported_contexts(Connection& db, model::RepositoryId repository) {
    auto query = db.prepare(
        "SELECT DISTINCT json_extract(payload, '$.context') FROM "
        "(SELECT payload FROM outbox WHERE channel = 'github-status' AND repository = ? "
        "ORDER BY id DESC LIMIT ?) ORDER BY 1"
    );
    query.bind(repository, kRecent);
    std::vector<std::string> out;
    while (query.step()) {
        std::string context;
        query.read(context);
        out.push_back(std::move(context));
    }
    return out;
}

std::string last_error(Connection& db, model::RepositoryId repository, std::string_view channel) {
    auto query = db.prepare(
        "SELECT CASE WHEN state IN ('pending', 'dead') THEN error ELSE '' END FROM outbox "
        "WHERE channel = ? AND repository = ? AND state <> 'replaced' ORDER BY id DESC LIMIT 1"
    );
    query.bind(channel, repository);
    return query.find<std::string>().value_or("");
}

bool was_message_sent(Connection& db, std::string_view channel, std::string_view subject) {
    auto query = db.prepare(
        "SELECT 1 FROM outbox WHERE channel = ? AND subject = ? AND state = 'sent' LIMIT 1"
    );
    return query.bind(channel, subject).find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
