#include "store/runs/test_name_store.hpp"

namespace triphammer::store {

std::optional<std::int64_t> trim_tests(Transaction& tx, std::int64_t after, int look_at) {
    auto window =
        tx.prepare("SELECT max(id) FROM (SELECT id FROM tests WHERE id > ? ORDER BY id LIMIT ?)");
    const auto last = window.bind(after, look_at).find<std::optional<std::int64_t>>();
    if (!last || !*last) return {};
    auto remove = tx.prepare(
        "DELETE FROM tests WHERE id > ? AND id <= ? "
        "AND NOT EXISTS (SELECT 1 FROM test_results WHERE test = tests.id)"
    );
    remove.bind(after, **last).run();
    return *last;
}

}  // namespace triphammer::store
