#pragma once

#include "base/file.hpp"
#include "base/result.hpp"
#include "docker/tar.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::docker {

/// Bytes of a request that are made while they are sent.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// The next piece; empty at the end. Reads files: call it where blocking for a block of a local
    /// file is allowed.
    virtual Result<std::string> next() = 0;
};

/// Bytes that are in memory already.
class TextSource final : public ByteSource {
  public:
    explicit TextSource(std::string bytes) : bytes_{std::move(bytes)} {}

    Result<std::string> next() override { return std::exchange(bytes_, {}); }

  private:
    std::string bytes_;
};

/// A folder as a tar stream, never in memory as a whole: sorted, without `.git`, without what
/// .dockerignore names, modes as git keeps them (0644, 0755), symbolic links as links.
class FolderTar final : public ByteSource {
  public:
    FolderTar(std::filesystem::path root, std::vector<TarHeader> files);

    Result<std::string> next() override;

    /// Sends `bytes` as the file at `path`, whatever the folder has there by then, if anything.
    void put(const std::string& path, std::string bytes);

    bool holds(std::string_view path) const;

    /// Of a file of at most 1 MiB; empty where there is none, or no plain file.
    Result<std::string> text_of(const std::string& path) const;

    std::size_t file_count() const { return files_.size(); }

    /// Bytes of all files together.
    std::uint64_t content_bytes() const;

  private:
    Result<std::string> begin_entry();
    Result<std::string> read_piece();

    std::filesystem::path root_;
    std::vector<TarHeader> files_;
    std::size_t place_ = 0;
    FileDescriptor file_;
    std::uint64_t left_ = 0;
    std::map<std::string, std::string, std::less<>> texts_;  // by path, instead of the folder's
    bool ended_ = false;
};

/// Lists `root` as a build context. `dockerfile` (relative to the root) and `.dockerignore` are
/// always sent. Code::too_large over `max_bytes`; symbolic links that lead out of the root are sent
/// as links, never followed.
Result<FolderTar> open_context(
    const std::filesystem::path& root, const std::string& dockerfile, std::uint64_t max_bytes
);

/// Everything in a folder, `.git` included, in the order of FolderTar: what a workspace holds.
Result<std::vector<TarHeader>> list_folder(const std::filesystem::path& root);

}  // namespace triphammer::docker
