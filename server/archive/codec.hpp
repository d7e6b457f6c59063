#pragma once
// The two compressions of an archive's entries, piece by piece: deflate (RFC 1951, what every zip
// tool reads) and zstd (RFC 8878, method 93 of APPNOTE 6.3.10).

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace triphammer::archive {

enum class Method : std::uint16_t { stored = 0, deflate = 8, zstd = 93 };

/// Takes bytes on their way; an error ends the work with it.
using Sink = std::function<Result<>(std::string_view)>;

/// `level`: 0 to 9 for deflate, 1 to 19 for zstd.
class Compressor {
  public:
    virtual ~Compressor() = default;
    virtual Result<> write(std::string_view bytes, const Sink& sink) = 0;
    /// The end of one entry; the next may follow.
    virtual Result<> finish(const Sink& sink) = 0;
};

std::unique_ptr<Compressor> make_compressor(Method method, int level);

class Decompressor {
  public:
    virtual ~Decompressor() = default;
    /// Code::protocol for damaged data and for bytes behind the end.
    virtual Result<> write(std::string_view bytes, const Sink& sink) = 0;
    /// Whether the entry's end has come.
    virtual bool is_done() const = 0;
};

/// Null for a method that is none of ours.
std::unique_ptr<Decompressor> make_decompressor(Method method);

}  // namespace triphammer::archive
