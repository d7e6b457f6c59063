#include "intake/body_spool.hpp"

#include "github/payload.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace triphammer::intake {

namespace {

constexpr std::size_t kBlock = 256 * 1024;

}  // namespace

BodySpool::BodySpool(
    NamedThread& hashing, std::filesystem::path folder, const std::vector<Secret>& secrets
)
    : hashing_{hashing}, folder_{std::move(folder)} {
    for (const auto& secret : secrets) signatures_.emplace_back(secret);
}

Task<Result<>> BodySpool::take(http::BodyReader& reader) {
    for (;;) {
        auto piece = co_await reader.read();
        if (!piece) co_return piece.error();
        size_ += piece->size();
        block_ += *piece;
        const bool end = piece->empty();
        if (!end && block_.size() < kBlock) continue;
        auto flushing = flush();
        auto flushed = co_await std::move(flushing);
        if (end || !flushed) co_return flushed;
    }
}

bool BodySpool::matches(std::string_view signature) const {
    bool any = false;
    for (const auto& each : signatures_) any = each.matches(signature) || any;
    return any;
}

Task<Result<>> BodySpool::flush() {
    auto work = [this] { return hash_and_write(); };
    auto done = offload(hashing_, work);
    co_return co_await std::move(done);
}

Result<> BodySpool::hash_and_write() {
    for (auto& each : signatures_) each.update(block_);
    if (size_ == block_.size() && block_.size() < kBlock) return {};  // all of it, and small
    if (!file_) {
        auto file = open_file(folder_, O_TMPFILE | O_RDWR);
        if (!file) return file.error();
        file_ = std::move(*file);
    }
    auto written = write_all(file_.get(), block_);
    block_.clear();
    return written;
}

Task<Result<std::string>> BodySpool::load() {
    if (!file_) co_return std::move(block_);
    auto work = [this] { return read_back(); };
    auto done = offload(hashing_, work);
    co_return co_await std::move(done);
}

Result<std::string> BodySpool::read_back() {
    std::string body;
    // With the room that scanning wants: else the whole body would be copied there.
    body.reserve(static_cast<std::size_t>(size_) + github::kScanPadding);
    body.resize(static_cast<std::size_t>(size_));
    std::size_t done = 0;
    while (done < body.size()) {
        const auto at = static_cast<off_t>(done);
        const auto count = ::pread(file_.get(), body.data() + done, body.size() - done, at);
        if (count < 0) return from_errno("read of a spooled body");
        if (count == 0) return Error{Code::io, "a spooled body became shorter"};
        done += static_cast<std::size_t>(count);
    }
    return body;
}

}  // namespace triphammer::intake
