#pragma once
// Files of bytes that jobs have sent, under one folder (0700, files 0600):
//
//   <root>/<first two digits>/<sha256>-<nonce>    kept: whole and on the disk
//   <root>/incoming/<nonce>                       being received
//
// A file is never changed and belongs to one row of the database. The row is written after the file
// and removed before it, so that a crash leaves files without rows, which `sweep` removes at the
// start, and never a row without its file.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace triphammer::artifacts {

struct Blob {
    std::string name;  // for the row
    std::string sha256;
    std::uint64_t bytes = 0;
};

/// A file on its way in; gone at the end unless it was kept.
class Incoming {
  public:
    Incoming(std::filesystem::path root, std::string nonce, FileDescriptor file);
    Incoming(Incoming&&) noexcept = default;
    ~Incoming();

    /// Code::disk_full, Code::io.
    Result<> write(std::string_view bytes);

    std::uint64_t bytes() const { return bytes_; }

    std::string sha256() const { return sum_.hex(); }

    /// On the disk, under its name, when this returns.
    Result<Blob> keep();

  private:
    std::filesystem::path path() const;

    std::filesystem::path root_;
    std::string nonce_;  // empty: kept or moved from
    FileDescriptor file_;
    Sha256Stream sum_;
    std::uint64_t bytes_ = 0;
    std::uint64_t synced_ = 0;
};

/// All calls block on the disk: on a thread of their own, one at a time.
class BlobStore {
  public:
    /// Creates the folders, removes what was being received.
    static Result<std::unique_ptr<BlobStore>> open(std::filesystem::path root);

    /// `nonce`: hex, never used before.
    Result<Incoming> create(std::string nonce) const;
    /// To be read. Code::not_found.
    Result<FileDescriptor> open_blob(const std::string& name) const;
    std::filesystem::path path_of(const std::string& name) const;
    /// A file that is gone already is fine.
    Result<> remove(const std::string& name) const;
    /// Removes files that are not in `known`; how many there were.
    Result<std::size_t> sweep(const std::set<std::string>& known) const;

  private:
    explicit BlobStore(std::filesystem::path root) : root_{std::move(root)} {}

    std::filesystem::path root_;
};

}  // namespace triphammer::artifacts
