#pragma once
// A stored file as an answer: ranges (RFC 9110, section 14), and never anything that a browser
// would run.

#include "api/call/call.hpp"
#include "artifacts/keeper.hpp"

#include <string>

namespace triphammer::api {

/// All of `file`, or the bytes of it that `Range` asks for; 416 where they begin behind its end.
http::Response send_file(const Call& call, http::FileBody file, std::string content_type);
/// The same as a download; `name` is what it is saved as.
http::Response make_download(const Call& call, artifacts::Opened opened, const std::string& name);

/// The value of Content-Disposition for any name (RFC 6266, RFC 8187).
std::string attachment_of(const std::string& name);

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t length = 0;
    bool partial = false;
};

/// What `Range: bytes=FIRST-[LAST]` or `bytes=-COUNT` asks of `size` bytes; the whole where it asks
/// for something else; nothing where it begins behind the end.
std::optional<ByteRange> read_range(const http::Headers& headers, std::uint64_t size);

}  // namespace triphammer::api
