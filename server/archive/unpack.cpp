#include "archive/unpack.hpp"

#include "archive/links.hpp"
#include "archive/zip_format.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>

namespace triphammer::archive {

namespace {

constexpr std::size_t kPieceBytes = 128U << 10U;

Error damaged(const std::string& name) {
    return Error{Code::protocol, "the archive is damaged at " + name.substr(0, 200)};
}

std::uint32_t add_crc(std::uint32_t crc, std::string_view bytes) {
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    return static_cast<std::uint32_t>(::crc32(crc, data, static_cast<uInt>(bytes.size())));
}

/// The folder `name` below `parent`, made where it is missing. A link there is an error.
Result<FileDescriptor> enter(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) {
        return from_errno("create the folder " + name);
    }
    const int fd = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return from_errno("open the folder " + name + " (a link or a file is in its place)");
    return FileDescriptor{fd};
}

class Unpacker {
  public:
    Unpacker(int file, const UnpackOptions& options) : file_{file}, options_{options} {}

    Result<> take(const ZipEntry& entry) {
        auto parts = split(entry.name, '/');
        if (parts.back().empty()) parts.pop_back();
        auto folder = open_root(parts);
        if (!folder) return folder.error();
        if (parts.empty()) return {};
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            folder = enter(folder->get(), std::string{parts[i]});
            if (!folder) return folder.error();
        }
        const std::string name{parts.back()};
        place_ = root_;
        for (const auto part : parts) place_ += "/" + std::string{part};
        if (entry.is_folder()) {
            auto made = enter(folder->get(), name);
            if (!made) return made.error();
            if (options_.keep_modes) ::fchmod(made->get(), (entry.mode & 0777U) | 0700U);
            return {};
        }
        ++done_.files;
        return entry.is_link() ? make_link(folder->get(), name, entry)
                               : make_file(folder->get(), name, entry);
    }

    const Unpacked& done() const { return done_; }

  private:
    /// Takes the root's own part off the front. The roots themselves are given by us.
    Result<FileDescriptor> open_root(std::vector<std::string_view>& parts) {
        auto root = options_.roots.find("");
        if (root == options_.roots.end()) {
            root = options_.roots.find(std::string{parts.front()});
            parts.erase(parts.begin());
        }
        if (root == options_.roots.end()) return refused("the archive has a root of its own");
        root_ = root->second;
        std::error_code failure;
        std::filesystem::create_directories(root_, failure);
        return open_file(root_, O_RDONLY | O_DIRECTORY);
    }

    Result<> make_file(int folder, const std::string& name, const ZipEntry& entry) {
        if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) {
            return from_errno("replace " + name);
        }
        const auto flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        FileDescriptor file{::openat(folder, name.c_str(), flags, 0644)};
        if (!file) return from_errno("create " + name);
        auto written = read_content(entry, [&](std::string_view bytes) {
            return write_all(file.get(), bytes);
        });
        if (!written) return with_context(entry.name, written.error());
        const auto usual = (entry.mode & 0111U) != 0 ? 0755U : 0644U;
        ::fchmod(file.get(), options_.keep_modes ? entry.mode & 0777U : usual);
        const timespec times[2] = {{0, UTIME_NOW}, {entry.modified, 0}};
        if (options_.keep_times && entry.modified > 0) ::futimens(file.get(), times);
        return {};
    }

    Result<> make_link(int folder, const std::string& name, const ZipEntry& entry) {
        std::string target;
        auto read = read_content(entry, [&](std::string_view bytes) -> Result<> {
            target += bytes;
            return {};
        });
        if (!read) return read;
        if (portable_target(place_, target, root_) != target) {
            return refused("the archive has a link that leads away: " + entry.name);
        }
        if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) {
            return from_errno("replace " + name);
        }
        if (::symlinkat(target.c_str(), folder, name.c_str()) != 0)
            return from_errno("link " + name);
        return {};
    }

    /// Where the entry's bytes begin, behind a local header that says the same name.
    Result<std::uint64_t> find_content(const ZipEntry& entry) const {
        std::string header(zip::kLocalBytes + entry.name.size(), '\0');
        const auto count =
            ::pread(file_, header.data(), header.size(), static_cast<off_t>(entry.offset));
        const bool whole = count == static_cast<ssize_t>(header.size());
        if (!whole || zip::get<std::uint32_t>(header, 0) != zip::kLocalHeader ||
            zip::get<std::uint16_t>(header, 26) != entry.name.size() ||
            header.substr(zip::kLocalBytes) != entry.name) {
            return damaged(entry.name);
        }
        return entry.offset + header.size() + zip::get<std::uint16_t>(header, 28);
    }

    Result<> read_content(const ZipEntry& entry, const Sink& sink) {
        auto at = find_content(entry);
        if (!at) return at.error();
        const auto decompressor = make_decompressor(entry.method);
        if (!decompressor) return refused("a compression that is none of ours: " + entry.name);
        std::uint64_t bytes = 0;
        std::uint32_t crc = 0;
        const Sink count = [&](std::string_view piece) -> Result<> {
            bytes += piece.size();
            if (bytes > entry.bytes) return damaged(entry.name);
            crc = add_crc(crc, piece);
            return sink(piece);
        };
        std::string piece;
        for (auto left = entry.packed; left > 0; left -= piece.size()) {
            piece.resize(std::min<std::uint64_t>(left, kPieceBytes));
            const auto size = ::pread(file_, piece.data(), piece.size(), static_cast<off_t>(*at));
            if (size <= 0) return damaged(entry.name);
            piece.resize(static_cast<std::size_t>(size));
            *at += piece.size();
            if (auto written = decompressor->write(piece, count); !written) return written;
        }
        if (!decompressor->is_done() || bytes != entry.bytes || crc != entry.crc) {
            return damaged(entry.name);
        }
        done_.bytes += bytes;
        return {};
    }

    int file_;
    const UnpackOptions& options_;
    std::string root_;   // of the entry at work
    std::string place_;  // the entry itself
    Unpacked done_;
};

}  // namespace

Result<Unpacked> unpack(int file, const UnpackOptions& options) {
    const auto entries = read_index(file, options.limits);
    if (!entries) return entries.error();
    Unpacker unpacker{file, options};
    for (const auto& entry : *entries) {
        if (auto done = unpacker.take(entry); !done) return done.error();
    }
    return unpacker.done();
}

}  // namespace triphammer::archive
