#pragma once
// A minimal tar (POSIX.1-1988 ustar; names over 255 bytes as pax records, POSIX.1-2001): what the
// Engine API takes for build contexts and files. Owners are 0:0 where nobody says otherwise and
// times fixed, so that the same tree gives the same bytes and the builder's cache hits. Pure.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

inline constexpr std::size_t kTarBlock = 512;
/// 1980-01-01: the earliest time that zip tools inside an image accept.
inline constexpr std::int64_t kTarTime = 315'532'800;

enum class TarKind { file, directory, symlink };

/// What stands before an entry's content.
struct TarHeader {
    std::string path;  // relative, '/' between parts, no leading '/'
    TarKind kind = TarKind::file;
    unsigned mode = 0644;
    std::uint64_t size = 0;   // bytes that follow; 0 for anything but a file
    std::string link_target;  // symlinks only
    std::uint32_t owner = 0;
    std::uint32_t group = 0;

    friend bool operator==(const TarHeader&, const TarHeader&) = default;
};

/// The header block (with a pax record in front where a name is too long for ustar).
std::string tar_header(const TarHeader& header);
/// Zeros that fill the last block after `size` bytes of content.
std::string tar_padding(std::uint64_t size);
/// The two zero blocks at the end.
std::string tar_end();

/// An archive in memory, for scripts and configuration files.
class TarBuilder {
  public:
    void add_directory(const std::string& path, unsigned mode = 0755);
    void add_file(const std::string& path, std::string_view bytes, unsigned mode = 0644);
    void add_symlink(const std::string& path, const std::string& target);

    /// The whole archive; the builder is empty afterwards.
    std::string finish();

  private:
    std::string bytes_;
};

struct TarEntry {
    TarHeader header;
    std::string content;
};

/// Reads an archive held in memory. Code::protocol for a wrong checksum or a cut end. Entries of
/// other kinds (devices, hard links) are refused.
Result<std::vector<TarEntry>> read_tar(std::string_view archive);

}  // namespace triphammer::docker
