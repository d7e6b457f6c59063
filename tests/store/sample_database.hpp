#pragma once
// A real database in a folder of its own, in inline mode, with what most tests begin with.

#include "store/repository_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"
#include "support/temp_dir.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace triphammer::testing {

class SampleDatabase {
  public:
    /// What the piece answered; an error ends the test by exception.
    template <class Work>
    auto write(Work work) {
        auto result = database->write_now(std::move(work));
        using Value = typename decltype(result)::value_type;
        if constexpr (std::is_void_v<Value>) {
            result.value();
        } else {
            return Value{std::move(result.value())};
        }
    }

    /// What the piece answered, error or not.
    template <class Work>
    auto try_write(Work work) {
        return database->write_now(std::move(work));
    }

    template <class Work>
    auto read(Work work) {
        auto wrapped = [&](store::Connection& db) -> Result<decltype(work(db))> {
            return work(db);
        };
        return std::move(database->read_now(std::move(wrapped)).value());
    }

    /// The first column of the first row.
    std::int64_t number(const std::string& sql) {
        return read([&](store::Connection& db) {
            return db.prepare(sql).find<std::int64_t>().value_or(-1);
        });
    }

    model::RepositoryId add_repository(const std::string& full_name) {
        return write([&](store::Transaction& tx) {
            store::NewRepository repository;
            repository.full_name = full_name;
            repository.clone_url = "http://forge.test/" + full_name + ".git";
            repository.hook = "hook-" + full_name;
            repository.hook_secret = "sealed";
            return store::add_repository(tx, repository);
        });
    }

    model::RunId add_run(
        model::RepositoryId repository, const std::string& ref = "refs/heads/main"
    ) {
        return write([&](store::Transaction& tx) {
            store::NewRun run;
            run.repository = repository;
            run.workflow = "ci";
            run.workflow_path = ".triphammer/ci.yml";
            run.event = "push";
            run.ref = ref;
            run.sha = std::string(40, 'a');
            run.title = "Mend the roof";
            run.actor = "mona";
            run.definition = "on: push";
            return store::insert_run(tx, run);
        });
    }

    model::JobId add_job(
        model::RunId run, const std::string& key, model::JobState state = model::JobState::queued
    ) {
        return write([&](store::Transaction& tx) -> Result<model::JobId> {
            store::NewJob job;
            job.run = run;
            job.repository = store::find_run(tx, run)->repository;
            job.key = key;
            job.name = key;
            job.stage = "build";
            job.state = state;
            job.definition_json = "{\"key\":\"" + key + "\"}";
            return store::insert_job(tx, job);
        });
    }

    TempDir folder;
    ManualClock clock;
    std::unique_ptr<store::Database> database =
        std::move(store::Database::open(folder / "triphammer.db", clock, {.threads = false}).value()
        );
};

}  // namespace triphammer::testing
