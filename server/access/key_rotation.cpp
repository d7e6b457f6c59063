#include "access/key_rotation.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/people/sealed_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/meta_store.hpp"

#include <cstdio>
#include <utility>

namespace triphammer::access {

namespace {

constexpr std::string_view kNextCheck = "key_check_next";
/// The key before this one, sealed by this one, as hex; until the next start.
constexpr std::string_view kRetired = "retired_key";
constexpr std::size_t kKeyBytes = 32;
constexpr int kAtOnce = 50;  // values of a kind in one transaction

std::filesystem::path next_path(const KeyFile& file) {
    return file.path.string() + ".next";
}

Binding bind_retired() {
    return {"retired-key"};
}

Binding binding_of(const store::SealedRow& row) {
    using enum store::SealedKind;
    const auto& names = row.names;
    switch (row.kind) {
        case secret:
            return {"secret", names[0], names[1], names[2]};
        case hook_secret:
        case old_hook_secret:
            return {"hook-secret", names[0]};
        case clone_token:
            return {"clone-token", names[0]};
        case deploy_key:
            return {"deploy-key", names[0]};
        case app_private_key:
            return {"forge-app", "private-key", names[0]};
        case app_webhook_secret:
        case old_app_webhook_secret:
            return {"forge-app", "webhook-secret", names[0]};
        case app_client_secret:
            return {"forge-app", "client-secret", names[0]};
        case job_token:
            return {"job-token", names[0]};
    }
    return {};
}

std::string describe(const store::SealedRow& row) {
    return "the sealed value of " + join(binding_of(row), " ");
}

struct Facts {
    std::string check;
    std::string next;
    std::string retired;
};

Result<Facts> read_facts(store::Connection& db) {
    return Facts{
        store::find_meta(db, kKeyCheck).value_or(""),
        store::find_meta(db, kNextCheck).value_or(""),
        store::find_meta(db, kRetired).value_or("")};
}

Error missing_next(const KeyFile& file) {
    return not_found(
        "the master key was being changed, and " + next_path(file).string() +
        " is missing; put it back beside the other"
    );
}

/// The key in use takes the place of the one before it; until then `.next` is its only copy.
Result<> put_in_place(const KeyFile& file) {
    const auto next = next_path(file).string();
    const auto path = file.path.string();
    if (std::rename(next.c_str(), path.c_str()) == 0) return {};
    auto error = from_errno("rename");
    return with_context(
        next + " holds the master key in use and has to take the place of " + path +
            " (keep both; a mount of its own cannot be replaced: mount its folder)",
        std::move(error)
    );
}

/// The key in use is written over itself: what the next one has to do when there is no way back.
Result<> prove_place(const KeyFile& file) {
    auto bytes = read_file(file.path, 4096);
    if (!bytes) return bytes.error();
    const Secret key{std::move(*bytes)};
    return replace_file(file.path, key.reveal(), 0600);
}

/// The new key of a change that is under way; nothing: there is none. A file that was written and
/// never used goes, one that holds the key of this database takes its place. What cannot be read
/// may be that one: it stays, and is an error.
Result<std::optional<Secret>> find_next_key(
    const KeyFile& file, const Facts& facts, Random& random
) {
    const auto path = next_path(file);
    std::error_code failure;
    const bool is_there = std::filesystem::exists(path, failure);
    if (failure) return Error{Code::io, path.string() + ": " + failure.message()};
    if (!is_there && !facts.next.empty()) return missing_next(file);
    if (!is_there) return std::optional<Secret>{};
    auto key = read_master_key({path, file.may_create});
    const auto check = key ? Sealer{*key, random}.check_value() : std::string{};
    if (!facts.next.empty()) {
        if (!key) return key.error();
        if (check == facts.next) return std::optional{std::move(*key)};
        return refused(path.string() + " is not the key that the change was begun with");
    }
    if (key && check == facts.check) {
        if (auto placed = put_in_place(file); !placed) return placed.error();
        return std::optional<Secret>{};
    }
    const bool has_wrong_size = !key && key.error().code == Code::invalid;
    if (!key && !has_wrong_size) return key.error();
    std::filesystem::remove(path, failure);
    if (failure) return Error{Code::io, path.string() + ": " + failure.message()};
    return std::optional<Secret>{};
}

Result<> note_renewal(store::Transaction& tx, const std::string& check) {
    store::put_meta(tx, kNextCheck, check);
    return {};
}

}  // namespace

bool is_key_changing(store::Connection& db) {
    return !store::find_meta(db, kNextCheck).value_or("").empty();
}

Task<Result<std::unique_ptr<Sealer>>> KeyRotation::open(
    KeyFile file, store::Database& database, Random& random
) {
    auto reading = database.read(read_facts);
    const auto facts = co_await std::move(reading);
    if (!facts) co_return facts.error();
    auto next = find_next_key(file, *facts, random);
    if (!next) co_return next.error();
    auto loading = load_master_key(file, database, random);
    auto key = co_await std::move(loading);
    if (!key) co_return key.error();
    auto sealer = std::make_unique<Sealer>(std::move(*key), random);
    if (*next) sealer->renew(std::move(**next));
    if (!*next && !facts->retired.empty()) {
        const auto sealed = from_hex(facts->retired);
        auto old = sealer->open(sealed.value_or(""), bind_retired());
        if (!old) co_return with_context("the master key before this one", old.error());
        sealer->also_open_with(std::move(*old));
    }
    co_return std::move(sealer);
}

Task<Result<std::int64_t>> KeyRotation::rotate(std::string actor) {
    if (std::exchange(is_under_way_, true)) co_return conflict("the key is being changed already");
    const std::shared_ptr<void> over{nullptr, [this](void*) { is_under_way_ = false; }};
    auto changing = change(std::move(actor));
    const auto count = co_await std::move(changing);
    if (count) is_changed_ = true;
    co_return count;
}

Task<Result<std::int64_t>> KeyRotation::change(std::string actor) {
    auto reading = database_.read(read_facts);
    const auto facts = co_await std::move(reading);
    if (!facts) co_return facts.error();
    if (facts->next.empty()) {
        if (auto settled = find_next_key(file_, *facts, random_); !settled) {
            co_return settled.error();
        }
        // What an earlier key sealed and came late: from now on that key opens nothing.
        auto sealing = reseal();
        if (auto sealed = co_await std::move(sealing); !sealed) co_return sealed;
        auto beginning = begin();
        if (auto begun = co_await std::move(beginning); !begun) co_return begun.error();
    }
    auto sealing = reseal();
    const auto count = co_await std::move(sealing);
    if (!count) co_return count;
    auto finishing = finish(std::move(actor));
    if (auto finished = co_await std::move(finishing); !finished) co_return finished.error();
    co_return count;
}

/// What is retired by a change of this process stays until the next start.
Task<Result<std::int64_t>> KeyRotation::go_on() {
    if (is_changed_ || std::exchange(is_under_way_, true)) co_return std::int64_t{0};
    const std::shared_ptr<void> over{nullptr, [this](void*) { is_under_way_ = false; }};
    auto reading = database_.read(read_facts);
    const auto facts = co_await std::move(reading);
    if (!facts) co_return facts.error();
    if (!facts->next.empty()) {
        auto changing = change("");
        co_return co_await std::move(changing);
    }
    if (facts->retired.empty()) co_return std::int64_t{0};
    auto forgetting = forget_retired();
    co_return co_await std::move(forgetting);
}

/// What came late is sealed anew; after that nobody needs the old key any more.
Task<Result<std::int64_t>> KeyRotation::forget_retired() {
    auto sealing = reseal();
    const auto count = co_await std::move(sealing);
    if (!count) co_return count;
    auto forget = [](store::Transaction& tx) -> Result<> {
        store::put_meta(tx, kRetired, "");
        return {};
    };
    auto forgetting = database_.write(forget);
    if (auto forgotten = co_await std::move(forgetting); !forgotten) co_return forgotten.error();
    sealer_.forget_old();
    co_return count;
}

Task<Result<>> KeyRotation::begin() {
    if (auto proven = prove_place(file_); !proven) {
        co_return with_context(
            "the master key is not changed: " + file_.path.string() +
                " cannot be replaced, whose folder has to let this user (a mount of its own never "
                "can: mount its folder)",
            proven.error()
        );
    }
    Secret next{random_bytes(random_, kKeyBytes)};
    const auto check = Sealer{next, random_}.check_value();
    auto written = replace_file(next_path(file_), next.reveal(), 0600);
    if (!written) {
        co_return with_context(
            "the new key is written beside the old one, whose folder has to let this user",
            written.error()
        );
    }
    auto note = [&check](store::Transaction& tx) { return note_renewal(tx, check); };
    auto noting = database_.write(note);
    if (auto noted = co_await std::move(noting); !noted) co_return noted;
    sealer_.renew(std::move(next));
    co_return Result<>{};
}

Task<Result<std::int64_t>> KeyRotation::reseal() {
    std::int64_t count = 0;
    for (;;) {
        auto seal = [this](store::Transaction& tx) -> Result<std::int64_t> {
            std::int64_t done = 0;
            for (const auto& row : store::list_sealed_otherwise(tx, sealer_.head(), kAtOnce)) {
                const auto binding = binding_of(row);
                const auto plain = sealer_.open(row.sealed, binding);
                if (!plain) return with_context(describe(row), plain.error());
                done += store::replace_sealed(tx, row, sealer_.seal(plain->reveal(), binding));
            }
            return done;
        };
        auto sealing = database_.write(seal);
        const auto done = co_await std::move(sealing);
        if (!done) co_return done;
        if (*done == 0) co_return count;
        count += *done;
    }
}

/// The file goes last: until then the old one is what the next start finds first.
Task<Result<>> KeyRotation::finish(std::string actor) {
    std::error_code failure;
    if (!std::filesystem::exists(next_path(file_), failure)) co_return missing_next(file_);
    auto end = [&](store::Transaction& tx) -> Result<> {
        store::put_meta(tx, kKeyCheck, sealer_.check_value());
        store::put_meta(tx, kNextCheck, "");
        const auto retired = sealer_.seal(sealer_.old_key().reveal(), bind_retired());
        store::put_meta(tx, kRetired, to_hex(retired));
        store::append_change(tx, {.subject = "master-key", .to_state = "rotated", .actor = actor});
        return {};
    };
    auto ending = database_.write(end);
    if (auto ended = co_await std::move(ending); !ended) co_return ended;
    co_return put_in_place(file_);
}

}  // namespace triphammer::access
