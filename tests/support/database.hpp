#pragma once

#include "base/clock.hpp"
#include "store/sqlite/database.hpp"
#include "support/temp_dir.hpp"

namespace triphammer::testing {

/// A real database file, without threads.
struct InlineDatabase {
    explicit InlineDatabase(const Clock& clock)
        : database{store::Database::open(folder / "t.db", clock, options()).value()} {}

    template <class Work>
    auto write(Work work) {
        return database->write_now(work);
    }

    template <class Work>
    auto read(Work work) {
        return database->read_now(work);
    }

    static store::Options options() {
        store::Options inline_mode;
        inline_mode.threads = false;
        return inline_mode;
    }

    TempDir folder;
    std::unique_ptr<store::Database> database;
};

}  // namespace triphammer::testing
