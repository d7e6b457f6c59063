#pragma once
// run/<fence>/spool: the journal's bytes, appended first and sent afterwards. Not synced: a power
// cut ends the runner too. Space is claimed before the journal counts on it, and some is kept back
// for the records that end the attempt.

#include "base/file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace triphammer::runner {

class SpoolFile {
  public:
    /// Empty, or not there yet. Mode 0640: the daemon's group reads it after this runner's death.
    static Result<SpoolFile> begin(const std::filesystem::path& path);

    /// Makes sure that `bytes` more fit; Code::disk_full. What ends a step or the attempt may use
    /// the reserve.
    Result<> claim(std::size_t bytes, bool may_use_reserve);
    /// Both, one behind the other.
    Result<> append(std::string_view first, std::string_view second = {});
    /// Up to `bytes` bytes at `offset`.
    Result<std::string> read(std::uint64_t offset, std::size_t bytes) const;
    /// Everything is in the daemon's tables. The file stays, for the next attempt (FolderStock).
    void clear();

    std::uint64_t size() const { return size_; }

    int descriptor() const { return file_.get(); }

  private:
    explicit SpoolFile(FileDescriptor file) : file_{std::move(file)} {}

    FileDescriptor file_;
    std::uint64_t size_ = 0;
    std::uint64_t claimed_ = 0;  // blocks are allocated up to here
};

}  // namespace triphammer::runner
