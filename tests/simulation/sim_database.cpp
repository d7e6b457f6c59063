#include "simulation/sim_database.hpp"

#include "store/repository_store.hpp"

#include <string>
#include <vector>

namespace triphammer::simulation {

namespace {

std::vector<std::string> list_tables(store::Connection& db) {
    auto query =
        db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta'");
    return query.list([](store::Statement& row) {
        std::string name;
        row.read(name);
        return name;
    });
}

}  // namespace

Result<std::unique_ptr<store::Database>> open_database(
    const std::filesystem::path& folder, const ManualClock& clock
) {
    store::Options options;
    options.threads = false;
    auto opened = store::Database::open(folder / "triphammer.db", clock, options);
    if (!opened) return opened.error();
    // Nobody else has the file: half of all system calls would be locks.
    const auto own = [](store::Connection& db) -> Result<> {
        db.execute("PRAGMA locking_mode = EXCLUSIVE");
        return {};
    };
    if (auto done = (*opened)->read_now(own); !done) return done.error();
    return std::move(*opened);
}

Result<> reset_database(store::Database& db) {
    return db.write_now([](store::Transaction& tx) -> Result<> {
        auto& connection = static_cast<store::Connection&>(tx);
        connection.execute("PRAGMA defer_foreign_keys = ON");
        for (const auto& table : list_tables(tx)) {
            connection.prepare("DELETE FROM " + table).run();
        }
        store::NewRepository repository;
        repository.full_name = "acme/widget";
        repository.clone_url = "https://localhost/acme/widget";
        repository.hook = "hook";
        repository.hook_secret = "sealed";
        auto added = store::add_repository(tx, repository);
        if (!added) return added.error();
        return {};
    });
}

}  // namespace triphammer::simulation
