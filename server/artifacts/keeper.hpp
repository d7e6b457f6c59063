#pragma once
// Artifacts and caches of the daemon: receives, finds, hands out and removes them.
//
//   upload ─▶ allowed? ─▶ file (whole, on the disk) ─▶ row, quota checked again ─▶ replaced files
//   go
//
// Who asks is known by the fence of his attempt; run, repository and scope come from its rows.
// An upload that is repeated (after a restart of the daemon, say) gets the first one's answer.

#include "artifacts/blob_store.hpp"
#include "artifacts/limits.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/task.hpp"
#include "base/thread.hpp"
#include "store/people/audit_store.hpp"
#include "store/runs/artifact_store.hpp"
#include "store/runs/cache_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::artifacts {

/// Gives the next bytes of an upload; empty at the end.
using Source = std::function<Task<Result<std::string>>()>;

/// What the sender says of the bytes; checked when they are here.
struct Declared {
    std::string sha256;
    std::int64_t bytes = 0;
};

struct ArtifactUpload {
    model::Fence fence;
    std::string name;
    Declared content;
    std::int64_t retention_days = 0;  // 0: the server's
    bool overwrite = false;           // of what another job has uploaded
};

struct CacheUpload {
    model::Fence fence;
    std::string key;
    std::string version;
    Declared content;
};

struct CacheQuery {
    model::Fence fence;
    std::string key;
    std::vector<std::string> restore_keys;  // prefixes, the best first
    std::string version;
};

/// A stored file, open to be read.
struct Opened {
    std::shared_ptr<const FileDescriptor> file;
    std::uint64_t bytes = 0;
};

/// All on the logic thread; disk work on a thread of its own.
class Keeper {
  public:
    struct Parts {
        store::Database& database;
        NamedThread& disk;
        const Clock& clock;
        Random& random;
        std::filesystem::path data;
    };

    Keeper(Parts parts, Limits limits) : parts_{parts}, limits_{limits} {}

    /// Before the first other call: opens the folders, removes files without rows.
    Task<Result<>> open();

    /// Code::conflict: the run has this name already. Code::too_large: over the quota.
    /// Code::invalid: the bytes are not those that were declared.
    Task<Result<store::ArtifactRow>> take_artifact(ArtifactUpload upload, Source source);
    /// Code::conflict: the key is taken. Code::refused: this run saves no caches.
    Task<Result<store::CacheRow>> take_cache(CacheUpload upload, Source source);

    /// The exact key first, then what begins with a key, scope by scope. Code::not_found.
    Task<Result<store::CacheRow>> find_cache(CacheQuery query);
    /// One that `fence` may read. Code::not_found.
    Task<Result<Opened>> open_cache(model::Fence fence, std::int64_t id);
    Task<Result<Opened>> open_artifact(store::ArtifactRow artifact);

    /// Its file, to be copied.
    std::filesystem::path path_of(const store::ArtifactRow& artifact) const {
        return artifacts_->path_of(artifact.blob);
    }

    std::filesystem::path path_of_cache(const std::string& blob) const {
        return caches_->path_of(blob);
    }

    Task<Result<>> remove_artifact(store::ArtifactRow artifact, store::AuditActor who);
    /// Removes what has expired.
    Task<> remove_expired();
    /// Of artifacts whose rows are gone.
    Task<> remove_artifact_files(std::vector<std::string> names);

    /// Why nothing is taken at the moment (the disk is full); empty: it is.
    void refuse_uploads(std::string why) { refusal_ = std::move(why); }

    const Limits& limits() const { return limits_; }

  private:
    Task<Result<Blob>> receive(const BlobStore& blobs, Declared declared, Source source);
    Task<> remove_files(const BlobStore& blobs, std::vector<std::string> names);
    Task<Result<Opened>> open_file(const BlobStore& blobs, std::string name, std::int64_t bytes);

    Parts parts_;
    Limits limits_;
    std::unique_ptr<BlobStore> artifacts_;
    std::unique_ptr<BlobStore> caches_;
    std::string refusal_;
};

}  // namespace triphammer::artifacts
