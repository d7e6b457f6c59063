#include "store/people/sealed_store.hpp"

#include <array>

namespace triphammer::store {

namespace {

struct Place {
    const char* table;
    const char* column;
    const char* names;  // three columns
};

/// In the order of SealedKind.
constexpr std::array<Place, static_cast<std::size_t>(SealedKind::last) + 1> kPlaces{{
    {"secrets", "sealed", "repository, environment, name"},
    {"repositories", "hook_secret", "hook, '', ''"},
    {"repositories", "old_hook_secret", "hook, '', ''"},
    {"repositories", "clone_token", "hook, '', ''"},
    {"repositories", "deploy_key", "hook, '', ''"},
    {"forge_app", "private_key", "app_id, '', ''"},
    {"forge_app", "webhook_secret", "app_id, '', ''"},
    {"forge_app", "old_webhook_secret", "app_id, '', ''"},
    {"forge_app", "client_secret", "app_id, '', ''"},
    {"job_tokens", "sealed", "attempt, '', ''"},
}};

}  // namespace

std::vector<std::string> list_sealed_columns() {
    std::vector<std::string> out;
    for (const auto& place : kPlaces) out.push_back(std::string{place.table} + "." + place.column);
    return out;
}

std::vector<SealedRow> list_sealed_otherwise(Connection& db, std::string_view head, int limit) {
    std::vector<SealedRow> out;
    for (std::size_t i = 0; i < kPlaces.size(); ++i) {
        const auto& place = kPlaces[i];
        const std::string column = place.column;
        auto list = db.prepare(
            "SELECT id, " + std::string{place.names} + ", " + column + " FROM " + place.table +
            " WHERE length(" + column + ") > 0 AND substr(" + column + ", 1, length(?1)) <> ?1 " +
            "ORDER BY id LIMIT ?2"
        );
        list.bind(Blob{head}, limit);
        while (list.step()) {
            SealedRow row;
            row.kind = static_cast<SealedKind>(i);
            row.names.resize(3);
            list.read(row.id, row.names[0], row.names[1], row.names[2], row.sealed);
            out.push_back(std::move(row));
        }
    }
    return out;
}

bool replace_sealed(Transaction& tx, const SealedRow& old, std::string_view sealed) {
    const auto& place = kPlaces.at(static_cast<std::size_t>(old.kind));
    const std::string column = place.column;
    auto update = tx.prepare(
        std::string{"UPDATE "} + place.table + " SET " + column + " = ? WHERE id = ? AND " +
        column + " = ?"
    );
    return update.bind(Blob{sealed}, old.id, Blob{old.sealed}).run() > 0;
}

}  // namespace triphammer::store
