#include "store/sqlite/meta_store.hpp"

namespace triphammer::store {

std::optional<std::string> find_meta(Connection& db, std::string_view key) {
    auto query = db.prepare("SELECT value FROM meta WHERE key = ?");
    return query.bind(key).find<std::string>();
}

void put_meta(Transaction& tx, std::string_view key, std::string_view value) {
    auto put = tx.prepare(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    );
    put.bind(key, value).run();
}

void count_move(
    Transaction& tx, std::string_view noun, std::string_view from, std::string_view to
) {
    const std::string prefix = std::string{noun} + ".";
    if (!from.empty()) add_to_counter(tx, prefix + std::string{from}, -1);
    if (!to.empty()) add_to_counter(tx, prefix + std::string{to}, 1);
}

void add_to_counter(Transaction& tx, std::string_view name, std::int64_t by) {
    auto put = tx.prepare(
        "INSERT INTO counters (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
    );
    put.bind(name, by).run();
}

std::int64_t counter(Connection& db, std::string_view name) {
    auto query = db.prepare("SELECT value FROM counters WHERE name = ?");
    return query.bind(name).find<std::int64_t>().value_or(0);
}

std::map<std::string, std::int64_t> list_counters(Connection& db) {
    std::map<std::string, std::int64_t> counters;
    auto query = db.prepare("SELECT name, value FROM counters");
    while (query.step()) {
        std::string name;
        std::int64_t value = 0;
        query.read(name, value);
        counters.emplace(std::move(name), value);
    }
    return counters;
}

}  // namespace triphammer::store
