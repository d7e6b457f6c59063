#include "store/sqlite/compression.hpp"

#include <zstd.h>

#include <memory>
#include <stdexcept>

namespace triphammer::store {

namespace {

constexpr int kLevel = 1;
constexpr std::size_t kReaderRoom = 64;  // bytes that readers of JSON look at beyond the end

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }
};

}  // namespace

std::string compress(std::string_view bytes) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> kContext{::ZSTD_createCCtx()};
    const auto most = ::ZSTD_compressBound(bytes.size());
    // Not filled: of what is not written to, the system gives nothing.
    const auto room = std::make_unique_for_overwrite<char[]>(most);
    const auto size =
        ::ZSTD_compressCCtx(kContext.get(), room.get(), most, bytes.data(), bytes.size(), kLevel);
    if (::ZSTD_isError(size) != 0) throw std::runtime_error(::ZSTD_getErrorName(size));
    return {room.get(), size};
}

Result<std::string> decompress(std::string_view bytes, std::size_t max_bytes) {
    const auto size = ::ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
        return Error{Code::io, "the stored bytes are not compressed as they should be"};
    }
    if (size > max_bytes) {
        return Error{Code::too_large, "larger than " + std::to_string(max_bytes) + " bytes"};
    }
    std::string out;
    out.reserve(static_cast<std::size_t>(size) + kReaderRoom);
    out.resize(static_cast<std::size_t>(size));
    const auto got = ::ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
    if (::ZSTD_isError(got) != 0) return Error{Code::io, ::ZSTD_getErrorName(got)};
    return out;
}

}  // namespace triphammer::store
