#include "artifacts/blob_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

namespace triphammer::artifacts {

namespace fs = std::filesystem;

namespace {

constexpr const char* kIncoming = "incoming";
constexpr std::size_t kDigits = 2;
/// So often on the way that the last sync is short: the sender waits for it.
constexpr std::uint64_t kSyncBytes = 32U << 20U;

fs::path place_of(const fs::path& root, const std::string& name) {
    return root / name.substr(0, kDigits) / name;
}

/// A name from the database is made of our own letters; anything else is damage.
Result<> check_name(const std::string& name) {
    const auto known = name.find_first_not_of("0123456789abcdef-") == std::string::npos;
    if (known && name.size() > kDigits) return {};
    return Error{Code::internal, "'" + name + "' is not the name of a stored file"};
}

Result<> sync_folder(const fs::path& path) {
    auto folder = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!folder) return folder.error();
    if (::fsync(folder->get()) != 0) return from_errno("fsync " + path.string());
    return {};
}

}  // namespace

Incoming::Incoming(fs::path root, std::string nonce, FileDescriptor file)
    : root_{std::move(root)}, nonce_{std::move(nonce)}, file_{std::move(file)} {}

Incoming::~Incoming() {
    if (file_) ::unlink(path().c_str());
}

fs::path Incoming::path() const {
    return root_ / kIncoming / nonce_;
}

Result<> Incoming::write(std::string_view bytes) {
    if (auto written = write_all(file_.get(), bytes); !written) return written;
    sum_.update(bytes);
    bytes_ += bytes.size();
    if (bytes_ - synced_ < kSyncBytes) return {};
    synced_ = bytes_;
    if (::fdatasync(file_.get()) != 0) return from_errno("fdatasync " + path().string());
    return {};
}

Result<Blob> Incoming::keep() {
    Blob blob;
    blob.sha256 = sum_.hex();
    blob.name = blob.sha256 + "-" + nonce_;
    blob.bytes = bytes_;
    if (::fdatasync(file_.get()) != 0) return from_errno("fdatasync " + path().string());
    const auto place = place_of(root_, blob.name);
    if (auto made = make_directory(place.parent_path(), 0700); !made) return made.error();
    if (::rename(path().c_str(), place.c_str()) != 0)
        return from_errno("rename " + path().string());
    file_.close();
    if (auto synced = sync_folder(place.parent_path()); !synced) return synced.error();
    if (auto synced = sync_folder(root_); !synced) return synced.error();
    return blob;
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(fs::path root) {
    if (auto made = make_directory(root, 0700); !made) return made.error();
    std::error_code failure;
    fs::remove_all(root / kIncoming, failure);
    if (failure) return from_errno("empty " + (root / kIncoming).string(), failure.value());
    if (auto made = make_directory(root / kIncoming, 0700); !made) return made.error();
    return std::unique_ptr<BlobStore>{new BlobStore{std::move(root)}};
}

Result<Incoming> BlobStore::create(std::string nonce) const {
    const auto path = root_ / kIncoming / nonce;
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file) return file.error();
    return Incoming{root_, std::move(nonce), std::move(*file)};
}

Result<FileDescriptor> BlobStore::open_blob(const std::string& name) const {
    if (auto fine = check_name(name); !fine) return fine.error();
    return open_file(place_of(root_, name), O_RDONLY | O_NOFOLLOW);
}

fs::path BlobStore::path_of(const std::string& name) const {
    return place_of(root_, name);
}

Result<> BlobStore::remove(const std::string& name) const {
    if (auto fine = check_name(name); !fine) return fine.error();
    const auto place = place_of(root_, name);
    if (::unlink(place.c_str()) == 0 || errno == ENOENT) return {};
    return from_errno("remove " + place.string());
}

Result<std::size_t> BlobStore::sweep(const std::set<std::string>& known) const {
    std::error_code failure;
    std::vector<fs::path> strangers;
    fs::recursive_directory_iterator at{root_, failure};
    for (; !failure && at != fs::recursive_directory_iterator{}; at.increment(failure)) {
        if (at.depth() == 0 && at->path().filename() == kIncoming) at.disable_recursion_pending();
        if (!at->is_directory(failure) && !known.contains(at->path().filename().string())) {
            strangers.push_back(at->path());
        }
    }
    if (failure) return from_errno("look through " + root_.string(), failure.value());
    for (const auto& path : strangers) ::unlink(path.c_str());
    return strangers.size();
}

}  // namespace triphammer::artifacts
