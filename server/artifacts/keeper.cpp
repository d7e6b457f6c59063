#include "artifacts/keeper.hpp"

#include "artifacts/rules.hpp"
#include "artifacts/scopes.hpp"
#include "base/log.hpp"
#include "store/sqlite/database.hpp"

#include <algorithm>

namespace triphammer::artifacts {

namespace {

/// What is gathered before it goes to the disk's thread: a bound of memory, and few hops.
constexpr std::size_t kPieceBytes = 512U << 10U;
constexpr std::size_t kNonceBytes = 8;
constexpr int kRemovedAtOnce = 200;

Result<> check_declared(const Declared& declared) {
    const bool hex = declared.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hex || declared.sha256.size() != 64 || declared.bytes < 0) {
        return invalid("an upload says its length and its SHA-256 (64 hexadecimal digits)");
    }
    return {};
}

/// The next piece of up to kPieceBytes and a little; empty at the end.
Task<Result<std::string>> gather(const Source& source) {
    std::string piece;
    while (piece.size() < kPieceBytes) {
        auto reading = source();
        auto bytes = co_await std::move(reading);
        if (!bytes) co_return bytes.error();
        if (bytes->empty()) break;
        piece += *bytes;
    }
    co_return piece;
}

std::set<std::string> to_set(std::vector<std::string> names) {
    return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
}

/// The files of some rows whose time is over; the rows are gone.
Result<std::vector<std::string>> take_expired(store::Transaction& tx) {
    const auto rows = store::list_expired_artifacts(tx, tx.now(), kRemovedAtOnce);
    std::vector<std::string> names;
    names.reserve(rows.size());
    for (const auto& row : rows) {
        store::delete_artifact(tx, row, "retention");
        names.push_back(row.blob);
    }
    return names;
}

struct KnownFiles {
    std::set<std::string> artifacts;
    std::set<std::string> caches;
};

Result<std::unique_ptr<BlobStore>> open_and_sweep(
    const std::filesystem::path& folder, const std::set<std::string>& known
) {
    auto blobs = BlobStore::open(folder);
    if (!blobs) return blobs;
    const auto swept = (*blobs)->sweep(known);
    if (!swept) return swept.error();
    if (*swept > 0) {
        log::info(
            "removed files without rows",
            {{"folder", folder.string()}, {"count", std::to_string(*swept)}}
        );
    }
    return blobs;
}

}  // namespace

Task<Result<>> Keeper::open() {
    auto list = [](store::Connection& db) -> Result<KnownFiles> {
        return KnownFiles{
            to_set(store::list_artifact_blobs(db)), to_set(store::list_cache_blobs(db))};
    };
    auto listing = parts_.database.read(list);
    const auto known = co_await std::move(listing);
    if (!known) co_return known.error();
    auto prepare = [this, &known]() -> Result<> {
        auto artifacts = open_and_sweep(parts_.data / "artifacts", known->artifacts);
        if (!artifacts) return artifacts.error();
        auto caches = open_and_sweep(parts_.data / "caches", known->caches);
        if (!caches) return caches.error();
        artifacts_ = std::move(*artifacts);
        caches_ = std::move(*caches);
        return {};
    };
    auto preparing = offload(parts_.disk, prepare);
    co_return co_await std::move(preparing);
}

Task<Result<store::ArtifactRow>> Keeper::take_artifact(ArtifactUpload upload, Source source) {
    auto admit = [&](store::Connection& db) {
        return admit_artifact(db, upload, limits_.artifacts);
    };
    auto admitting = parts_.database.read(admit);
    auto earlier = co_await std::move(admitting);
    if (!earlier) co_return earlier.error();
    if (*earlier) co_return std::move(**earlier);
    auto receiving = receive(*artifacts_, upload.content, std::move(source));
    const auto blob = co_await std::move(receiving);
    if (!blob) co_return blob.error();
    auto enter = [&](store::Transaction& tx) {
        return register_artifact(tx, upload, *blob, limits_);
    };
    auto entering = parts_.database.write(enter);
    auto entered = co_await std::move(entering);
    auto unused = entered ? std::move(entered->removed) : std::vector<std::string>{blob->name};
    auto removing = remove_files(*artifacts_, std::move(unused));
    co_await std::move(removing);
    if (!entered) co_return entered.error();
    co_return std::move(entered->row);
}

Task<Result<store::CacheRow>> Keeper::take_cache(CacheUpload upload, Source source) {
    auto admit = [&](store::Connection& db) { return admit_cache(db, upload, limits_.caches); };
    auto admitting = parts_.database.read(admit);
    auto earlier = co_await std::move(admitting);
    if (!earlier) co_return earlier.error();
    if (*earlier) co_return std::move(**earlier);
    auto receiving = receive(*caches_, upload.content, std::move(source));
    const auto blob = co_await std::move(receiving);
    if (!blob) co_return blob.error();
    auto enter = [&](store::Transaction& tx) {
        return register_cache(tx, upload, *blob, limits_.caches);
    };
    auto entering = parts_.database.write(enter);
    auto entered = co_await std::move(entering);
    auto unused = entered ? std::move(entered->removed) : std::vector<std::string>{blob->name};
    auto removing = remove_files(*caches_, std::move(unused));
    co_await std::move(removing);
    if (!entered) co_return entered.error();
    co_return std::move(entered->row);
}

Task<Result<Blob>> Keeper::receive(const BlobStore& blobs, Declared declared, Source source) {
    if (auto fine = check_declared(declared); !fine) co_return fine.error();
    if (!refusal_.empty()) co_return Error{Code::disk_full, refusal_};
    auto nonce = random_hex(parts_.random, kNonceBytes);
    auto create = [&] { return blobs.create(std::move(nonce)); };
    auto creating = offload(parts_.disk, create);
    auto incoming = co_await std::move(creating);
    if (!incoming) co_return incoming.error();
    for (;;) {
        auto gathering = gather(source);
        const auto piece = co_await std::move(gathering);
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        const auto sum = static_cast<std::int64_t>(incoming->bytes() + piece->size());
        if (sum > declared.bytes) co_return invalid("the upload is longer than was declared");
        auto write = [&] { return incoming->write(*piece); };
        auto writing = offload(parts_.disk, write);
        if (auto written = co_await std::move(writing); !written) co_return written.error();
    }
    if (static_cast<std::int64_t>(incoming->bytes()) != declared.bytes ||
        incoming->sha256() != declared.sha256) {
        co_return invalid("the upload's bytes are not those that were declared");
    }
    auto keep = [&] { return incoming->keep(); };
    auto keeping = offload(parts_.disk, keep);
    co_return co_await std::move(keeping);
}

/// A file that stays is swept at the next start.
Task<> Keeper::remove_files(const BlobStore& blobs, std::vector<std::string> names) {
    if (names.empty()) co_return;
    auto remove = [&]() -> Result<> {
        for (const auto& name : names) {
            if (auto removed = blobs.remove(name); !removed) return removed;
        }
        return {};
    };
    auto removing = offload(parts_.disk, remove);
    const auto removed = co_await std::move(removing);
    if (!removed) log::warning("a stored file stays", {{"error", removed.error().message}});
}

Task<Result<store::CacheRow>> Keeper::find_cache(CacheQuery query) {
    auto find = [&](store::Transaction& tx) -> Result<store::CacheRow> {
        auto found = find_cache_for(tx, query);
        if (!found) return not_found("no cache has this key");
        store::touch_cache(tx, found->id);
        return std::move(*found);
    };
    auto finding = parts_.database.write(find);
    co_return co_await std::move(finding);
}

Task<Result<Opened>> Keeper::open_cache(model::Fence fence, std::int64_t id) {
    auto find = [&](store::Connection& db) -> Result<store::CacheRow> {
        const auto owner = find_owner(db, fence);
        if (!owner) return owner.error();
        auto found = store::find_cache(db, id);
        const auto scopes = find_cache_scopes(db, owner->run).readable;
        const bool seen =
            found && found->place.repository == owner->run.repository &&
            std::find(scopes.begin(), scopes.end(), found->place.scope) != scopes.end();
        if (!seen) return not_found("there is no cache " + std::to_string(id));
        return std::move(*found);
    };
    auto finding = parts_.database.read(find);
    auto row = co_await std::move(finding);
    if (!row) co_return row.error();
    auto opening = open_file(*caches_, std::move(row->blob), row->bytes);
    co_return co_await std::move(opening);
}

Task<Result<Opened>> Keeper::open_artifact(store::ArtifactRow artifact) {
    return open_file(*artifacts_, std::move(artifact.blob), artifact.bytes);
}

Task<Result<Opened>> Keeper::open_file(
    const BlobStore& blobs, std::string name, std::int64_t bytes
) {
    auto open = [&] { return blobs.open_blob(name); };
    auto opening = offload(parts_.disk, open);
    auto file = co_await std::move(opening);
    if (!file) co_return file.error();
    Opened out;
    out.file = std::make_shared<const FileDescriptor>(std::move(*file));
    out.bytes = static_cast<std::uint64_t>(bytes);
    co_return out;
}

Task<Result<>> Keeper::remove_artifact(store::ArtifactRow artifact, store::AuditActor who) {
    auto remove = [&](store::Transaction& tx) -> Result<> {
        if (!store::find_artifact(tx, artifact.id))
            return not_found("the artifact is gone already");
        store::delete_artifact(tx, artifact, who.name);
        store::append_audit(tx, who, {"artifact.remove", artifact.name, artifact.repository});
        return {};
    };
    auto removing = parts_.database.write(remove);
    const auto removed = co_await std::move(removing);
    if (!removed) co_return removed;
    auto files = remove_files(*artifacts_, std::vector<std::string>{artifact.blob});
    co_await std::move(files);
    co_return Result<>{};
}

Task<> Keeper::remove_artifact_files(std::vector<std::string> names) {
    return remove_files(*artifacts_, std::move(names));
}

Task<> Keeper::remove_expired() {
    for (;;) {
        auto taking = parts_.database.write(take_expired);
        const auto names = co_await std::move(taking);
        if (!names || names->empty()) co_return;
        auto removing = remove_files(*artifacts_, *names);
        co_await std::move(removing);
    }
}

}  // namespace triphammer::artifacts
