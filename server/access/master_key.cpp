#include "access/master_key.hpp"

#include "base/core_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_store.hpp"

#include <sys/stat.h>

#include <optional>

namespace triphammer::access {

namespace {

constexpr std::size_t kKeyBytes = 32;

/// Only the file that we made: one that the configuration names is often mounted by an engine,
/// which decides its mode.
Result<> check_mode(const KeyFile& file) {
    struct stat facts {};

    if (!file.may_create) return {};
    if (::stat(file.path.c_str(), &facts) != 0) {
        return from_errno("read the master key " + file.path.string());
    }
    if ((facts.st_mode & 077U) == 0) return {};
    return refused(
        "the master key " + file.path.string() + " may be read by others; make its mode 0600"
    );
}

}  // namespace

Result<Secret> read_master_key(const KeyFile& file) {
    const auto& path = file.path;
    if (auto ok = check_mode(file); !ok) return ok.error();
    auto bytes = read_file(path, 4096);
    if (!bytes) return with_context("the master key", bytes.error());
    if (bytes->size() == kKeyBytes) return Secret{std::move(*bytes)};
    auto decoded = from_hex(trim(*bytes));
    wipe(*bytes);
    if (decoded && decoded->size() == kKeyBytes) return Secret{std::move(*decoded)};
    return invalid("the master key " + path.string() + " must hold 32 bytes (or 64 hex digits)");
}

namespace {

Result<Secret> create_key(const std::filesystem::path& path, Random& random) {
    Secret key{random_bytes(random, kKeyBytes)};
    auto written = replace_file(path, key.reveal(), 0600);
    if (!written) return with_context("create the master key", written.error());
    return key;
}

Error explain_missing(const KeyFile& file, bool had_one) {
    const auto path = file.path.string();
    if (!had_one) return not_found("the configured master key " + path + " is not there");
    return not_found(
        "the master key " + path +
        " is missing, and this database was sealed with one; put it back (it is not in backups)"
    );
}

Result<Secret> read_or_create(const KeyFile& file, bool had_one, Random& random) {
    std::error_code ignored;
    if (std::filesystem::exists(file.path, ignored)) return read_master_key(file);
    if (had_one || !file.may_create) return explain_missing(file, had_one);
    return create_key(file.path, random);
}

Task<Result<std::optional<std::string>>> find_check(store::Database& database) {
    const auto find = [](store::Connection& db) -> Result<std::optional<std::string>> {
        return store::find_meta(db, kKeyCheck);
    };
    auto finding = database.read(find);
    co_return co_await std::move(finding);
}

Task<Result<>> put_check(store::Database& database, std::string check) {
    const auto put = [check](store::Transaction& tx) -> Result<> {
        store::put_meta(tx, kKeyCheck, check);
        return {};
    };
    auto putting = database.write(put);
    co_return co_await std::move(putting);
}

}  // namespace

Task<Result<Secret>> load_master_key(KeyFile file, store::Database& database, Random& random) {
    leave_no_core_file();
    const auto known = co_await find_check(database);
    if (!known) co_return known.error();
    const bool had_one = known->has_value();
    auto key = read_or_create(file, had_one, random);
    if (!key) co_return key.error();
    const auto check = Sealer{*key, random}.check_value();
    if (had_one && !equal_constant_time(**known, check)) {
        co_return refused(
            "the master key " + file.path.string() + " is not the one of this database"
        );
    }
    if (had_one) co_return std::move(*key);
    auto done = co_await put_check(database, check);
    if (!done) co_return done.error();
    co_return std::move(*key);
}

}  // namespace triphammer::access
