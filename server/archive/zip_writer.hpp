#pragma once
// Writes a zip as a stream: nothing is gone back to. Names are UTF-8; modes, links and times of
// change are kept as Info-ZIP does. Memory: the compressor's, and about 100 bytes an entry.

#include "archive/codec.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::archive {

/// What stands of an entry in the directory at the end.
struct ZipEntry {
    std::string name;        // '/' between parts; a folder's ends with it
    std::uint32_t mode = 0;  // st_mode: kind and rights
    std::int64_t modified = 0;
    Method method = Method::deflate;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;

    bool is_folder() const;
    bool is_link() const;
    bool is_file() const;
};

class ZipWriter {
  public:
    ZipWriter(Sink sink, Method method, int level);
    ~ZipWriter();

    /// Then its bytes by `write`, then `end`.
    Result<> begin(std::string name, std::uint32_t mode, std::int64_t modified);
    Result<> write(std::string_view bytes);
    Result<> end();
    /// The directory. Nothing follows.
    Result<> finish();

    std::size_t entries() const { return entries_.size(); }

  private:
    Result<> put(std::string_view bytes);

    Sink sink_;
    Method method_;
    std::unique_ptr<Compressor> compressor_;
    std::vector<ZipEntry> entries_;
    std::uint64_t written_ = 0;
};

}  // namespace triphammer::archive
