#include "app/core.hpp"

#include "app/restore_command.hpp"
#include "app/run_here.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "store/sqlite/meta_store.hpp"
#include "store/sqlite/upgrade_backup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

namespace triphammer::app {

namespace {

StartError fail(StartFailure status, const Error& error) {
    return {status, error.message};
}

/// 0700 and ours, or nothing is opened.
Result<> prepare_directory(const std::filesystem::path& data) {
    struct stat info {};

    const bool exists = ::stat(data.c_str(), &info) == 0;
    if (exists && info.st_uid != ::geteuid()) {
        return refused(
            data.string() + " belongs to user " + std::to_string(info.st_uid) + ", not to this one"
        );
    }
    return make_directory(data, 0700);
}

StartFailure failure_of(const Error& error) {
    if (error.code == store::kNewerSchema) return StartFailure::newer_schema;
    if (error.code == store::kDamaged) return StartFailure::damaged;
    return StartFailure::configuration;
}

}  // namespace

void throw_exception_from_error(const StartError& error, const boost::source_location&) {
    throw std::logic_error("value() on a failed start: " + error.message);
}

namespace {

/// What the schema's change would leave no way back from.
StartResult<> save_before_upgrade(const Config& config, const Core& core) {
    const auto database = config.data / "triphammer.db";
    const auto made =
        store::back_up_before_upgrade(database, backups_folder(config), core.clock.now());
    if (!made) return fail(failure_of(made.error()), made.error());
    if (!*made) return {};
    log::info(
        "a backup was made before the schema is changed",
        {{"file", (*made)->file.string()}, {"schema", (*made)->schema}}
    );
    return {};
}

/// A newer database's error leads to the backup that this release can read.
StartError explain(const Config& config, const Error& error) {
    auto out = fail(failure_of(error), error);
    if (out.status == StartFailure::newer_schema) out.message += ": " + restore_command(config);
    return out;
}

/// What a restore that was cut off has left is not an empty server.
StartResult<> check_restored(const Config& config) {
    const auto database = config.data / "triphammer.db";
    const auto old = database.string() + ".replaced";
    std::error_code ignored;
    if (std::filesystem::exists(database, ignored)) return {};
    if (!std::filesystem::exists(old, ignored)) return {};
    return StartError{
        StartFailure::damaged,
        "a restore was cut off: " + database.string() + " is missing and " + old +
            " is what was there before. Run triphammer restore again, or move that file away to "
            "begin "
            "anew"};
}

StartResult<std::unique_ptr<store::Database>> open_database(const Config& config, Core& core) {
    if (auto whole = check_restored(config); !whole) return whole.error();
    if (auto saved = save_before_upgrade(config, core); !saved) return saved.error();
    auto database = store::Database::open(config.data / "triphammer.db", core.clock, {});
    if (!database) return explain(config, database.error());
    return std::move(*database);
}

StartResult<> open_sealer(const Config& config, Core& core) {
    const bool configured = !config.master_key_file.empty();
    const access::KeyFile file{
        configured ? config.master_key_file : config.data / "master.key", !configured};
    auto sealer = run_here(access::KeyRotation::open(file, *core.database, core.random));
    if (!sealer) return fail(StartFailure::master_key, sealer.error());
    core.sealer = std::move(*sealer);
    core.rotation =
        std::make_unique<access::KeyRotation>(file, *core.database, *core.sealer, core.random);
    return {};
}

/// The data directory's own id, made once.
StartResult<std::string> load_server_id(Core& core) {
    auto load = [&core](store::Transaction& transaction) -> Result<std::string> {
        if (auto known = store::find_meta(transaction, "server_id")) return std::move(*known);
        auto made = random_hex(core.random, 8);
        store::put_meta(transaction, "server_id", made);
        return made;
    };
    auto id = run_here(core.database->write(load));
    if (!id) return fail(StartFailure::damaged, id.error());
    return std::move(*id);
}

/// For the package's purge, which finds by it what is ours on the engine when this program is gone.
/// No start fails for want of it.
void note_server_id(const Config& config, const std::string& id) {
    const auto file = config.data / "server-id";
    if (const auto noted = read_file(file, id.size() + 1); noted && *noted == id + "\n") return;
    if (auto written = replace_file(file, id + "\n", 0600); !written)
        log::warning("the server's id is not noted", {{"error", written.error().message}});
}

}  // namespace

StartResult<std::unique_ptr<Core>> open_core(const Config& config) {
    auto core = std::make_unique<Core>();
    if (auto made = prepare_directory(config.data); !made) {
        return fail(StartFailure::configuration, made.error());
    }
    auto lock = lock_file(config.data / "lock");
    if (!lock) {
        return StartError{
            StartFailure::in_use,
            config.data.string() +
                " is in use by another triphammer; stop it, or choose another --data"};
    }
    core->lock = std::move(*lock);
    auto database = open_database(config, *core);
    if (!database) return database.error();
    core->database = std::move(*database);
    if (auto sealer = open_sealer(config, *core); !sealer) return sealer.error();
    auto id = load_server_id(*core);
    if (!id) return id.error();
    core->server_id = std::move(*id);
    note_server_id(config, core->server_id);
    auto logs = logs::LogStore::open(config.data / "logs", core->clock);
    if (!logs) return fail(StartFailure::configuration, logs.error());
    core->logs = std::move(*logs);
    return core;
}

}  // namespace triphammer::app
