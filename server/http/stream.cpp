#include "http/stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>

namespace triphammer::http {

namespace {

constexpr std::uint64_t kFilePiece = std::uint64_t{64} << 10U;

}  // namespace

Task<Result<>> Stream::send_file(int file, std::uint64_t offset, std::uint64_t length) {
    std::string buffer(std::min(length, kFilePiece), '\0');
    while (length > 0) {
        const auto wanted = static_cast<std::size_t>(std::min(length, kFilePiece));
        const auto count = ::pread(file, buffer.data(), wanted, static_cast<off_t>(offset));
        if (count < 0) co_return from_errno("read of a file");
        if (count == 0) co_return Error{Code::io, "the file became shorter while it was sent"};
        const auto got = static_cast<std::size_t>(count);
        auto writing = write(std::string_view{buffer}.substr(0, got));
        auto written = co_await std::move(writing);
        if (!written) co_return written;
        offset += got;
        length -= got;
    }
    co_return Result<>{};
}

}  // namespace triphammer::http
