#include "runner/session/spool_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace triphammer::runner {

namespace {

constexpr std::uint64_t kReserve = 512U << 10U;
constexpr std::uint64_t kFirstExtent = 1U << 20U;
constexpr std::uint64_t kLargestExtent = 16U << 20U;

/// Where the file system cannot allocate ahead, the write itself will tell.
bool cannot_tell(int error_number) {
    return error_number == EOPNOTSUPP || error_number == ENOSYS || error_number == EINVAL;
}

}  // namespace

Result<SpoolFile> SpoolFile::begin(const std::filesystem::path& path) {
    auto file = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0640);
    if (!file) return file.error();

    struct stat facts {};

    if (::fstat(file->get(), &facts) != 0) return from_errno("look at " + path.string());
    if (!S_ISREG(facts.st_mode) || facts.st_size > 0) return conflict(path.string() + " is used");
    SpoolFile spool{std::move(*file)};
    if (auto ok = spool.claim(kFirstExtent - kReserve, false); !ok) return ok.error();
    return spool;
}

Result<> SpoolFile::claim(std::size_t bytes, bool may_use_reserve) {
    const auto wanted = size_ + bytes + (may_use_reserve ? 0 : kReserve);
    if (wanted <= claimed_) return {};
    const auto extent = std::clamp(size_ / 4, kFirstExtent, kLargestExtent);
    const auto goal = std::max(wanted, claimed_ + extent);
    const auto length = static_cast<off_t>(goal - claimed_);
    const auto from = static_cast<off_t>(claimed_);
    if (::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, from, length) != 0 && !cannot_tell(errno)) {
        return from_errno("make room in the spool");
    }
    claimed_ = goal;
    return {};
}

Result<> SpoolFile::append(std::string_view first, std::string_view second) {
    ::iovec parts[] = {
        {const_cast<char*>(first.data()), first.size()},
        {const_cast<char*>(second.data()), second.size()},
    };
    const auto count = ::pwritev(file_.get(), parts, 2, static_cast<off_t>(size_));
    if (count < 0 && errno != EINTR) return from_errno("write the spool");
    // A file takes all of it, or tells with the rest why it does not.
    auto done = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    auto at = size_;
    for (const auto part : {first, second}) {
        const auto known = std::min(done, part.size());
        auto written = write_all_at(file_.get(), part.substr(known), at + known);
        if (!written) return written;
        done -= known;
        at += part.size();
    }
    size_ = at;
    return {};
}

Result<std::string> SpoolFile::read(std::uint64_t offset, std::size_t bytes) const {
    std::string out(bytes, '\0');
    const auto count = ::pread(file_.get(), out.data(), bytes, static_cast<off_t>(offset));
    if (count < 0) return from_errno("read the spool");
    out.resize(static_cast<std::size_t>(count));
    return out;
}

void SpoolFile::clear() {
    // One that stays full says what the tables say too, until the sweep empties it.
    [[maybe_unused]] const int done = ::ftruncate(file_.get(), 0);
}

}  // namespace triphammer::runner
