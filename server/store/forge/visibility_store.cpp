#include "store/forge/visibility_store.hpp"

namespace triphammer::store {

bool is_private(Connection& db, model::RepositoryId repository) {
    auto query = db.prepare("SELECT is_private FROM repositories WHERE id = ?");
    return query.bind(repository).find<bool>().value_or(true);
}

void set_private(Transaction& tx, model::RepositoryId repository, bool is_private) {
    auto put = tx.prepare("UPDATE repositories SET is_private = ? WHERE id = ?");
    put.bind(is_private, repository).run();
}

}  // namespace triphammer::store
