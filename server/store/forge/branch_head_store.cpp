#include "store/forge/branch_head_store.hpp"

namespace triphammer::store {

std::optional<std::map<std::string, BranchHead>> find_branch_heads(
    Connection& db, model::RepositoryId repository
) {
    auto query = db.prepare("SELECT ref, sha, seen_at FROM branch_heads WHERE repository = ?");
    query.bind(repository);
    std::map<std::string, BranchHead> out;
    bool was_seen = false;
    while (query.step()) {
        std::string ref;
        BranchHead head;
        query.read(ref, head.sha, head.seen_at);
        was_seen = true;
        if (!ref.empty()) out[ref] = std::move(head);
    }
    if (!was_seen) return {};
    return out;
}

void keep_branch_head(
    Transaction& tx, model::RepositoryId repository, std::string_view ref, std::string_view sha
) {
    if (sha.empty()) {
        auto forget = tx.prepare("DELETE FROM branch_heads WHERE repository = ? AND ref = ?");
        forget.bind(repository, ref).run();
        return;
    }
    auto put = tx.prepare(
        "INSERT INTO branch_heads (repository, ref, sha, seen_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (repository, ref) DO UPDATE SET sha = excluded.sha, "
        "seen_at = excluded.seen_at"
    );
    put.bind(repository, ref, sha, tx.now()).run();
}

void begin_branch_heads(Transaction& tx, model::RepositoryId repository) {
    keep_branch_head(tx, repository, "", "-");
}

bool is_push_known(
    Connection& db, model::RepositoryId repository, std::string_view ref, std::string_view sha
) {
    // Mostly among the newest: the search ends there.
    auto query = db.prepare(
        "SELECT 1 FROM deliveries WHERE repository = ? AND event = 'push' "
        "AND outcome <> 'refused' AND json_extract(facts, '$.ref') = ? "
        "AND json_extract(facts, '$.sha') = ? ORDER BY id DESC LIMIT 1"
    );
    return query.bind(repository, ref, sha).find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
