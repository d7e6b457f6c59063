#include "archive/zip_index.hpp"

#include "archive/zip_format.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>

namespace triphammer::archive {

namespace {

constexpr std::uint64_t kMostIndexBytes = 256ULL << 20U;
constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kDeepest = 128;

Error damaged(const std::string& what) {
    return Error{Code::protocol, "the archive is damaged: " + what};
}

Result<std::string> read_at(int file, std::uint64_t offset, std::uint64_t length) {
    std::string out(length, '\0');
    std::size_t done = 0;
    while (done < out.size()) {
        const auto count =
            ::pread(file, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (count < 0) return from_errno("read the archive");
        if (count == 0) return damaged("it ends too early");
        done += static_cast<std::size_t>(count);
    }
    return out;
}

/// Where the directory is.
struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
};

Result<Directory> read_end64(int file, std::uint64_t end_at) {
    if (end_at < zip::kLocator64Bytes) return damaged("no end record");
    const auto locator = read_at(file, end_at - zip::kLocator64Bytes, zip::kLocator64Bytes);
    if (!locator) return locator.error();
    const auto at = zip::get<std::uint64_t>(*locator, 8);
    if (zip::get<std::uint32_t>(*locator, 0) != zip::kLocator64 || at > end_at ||
        end_at - at < zip::kEnd64Bytes) {
        return damaged("no end record");
    }
    const auto end = read_at(file, at, zip::kEnd64Bytes);
    if (!end) return end.error();
    if (zip::get<std::uint32_t>(*end, 0) != zip::kEnd64) return damaged("no end record");
    return Directory{
        zip::get<std::uint64_t>(*end, 32),
        zip::get<std::uint64_t>(*end, 40),
        zip::get<std::uint64_t>(*end, 48)};
}

/// The end record; one with a comment behind it is none of ours and not looked for.
Result<Directory> find_directory(int file) {
    struct stat info {};

    if (::fstat(file, &info) != 0) return from_errno("look at the archive");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size < zip::kEndBytes) return damaged("it is too short");
    const auto end_at = size - zip::kEndBytes;
    const auto end = read_at(file, end_at, zip::kEndBytes);
    if (!end) return end.error();
    if (zip::get<std::uint32_t>(*end, 0) != zip::kEnd) return damaged("it is no zip, or cut off");
    Directory out{
        zip::get<std::uint16_t>(*end, 10),
        zip::get<std::uint32_t>(*end, 12),
        zip::get<std::uint32_t>(*end, 16)};
    if (out.offset == zip::kFull32 || out.entries == zip::kFull16) {
        auto wide = read_end64(file, end_at);
        if (!wide) return wide;
        out = *wide;
    }
    if (out.offset > end_at || out.bytes > end_at - out.offset) return damaged("its directory");
    return out;
}

/// Lengths of 64 bits, where the header's own have no room.
Result<> read_lengths(std::string_view field, ZipEntry& entry) {
    for (auto* number : {&entry.bytes, &entry.packed, &entry.offset}) {
        if (*number != zip::kFull32) continue;
        if (field.size() < 8) return damaged("a length");
        *number = zip::get<std::uint64_t>(field, 0);
        field.remove_prefix(8);
    }
    return {};
}

/// What the header has no room for: long lengths, and the time of change.
Result<> read_extra(std::string_view extra, ZipEntry& entry) {
    while (extra.size() >= 4) {
        const auto id = zip::get<std::uint16_t>(extra, 0);
        const auto size = zip::get<std::uint16_t>(extra, 2);
        if (size > extra.size() - 4) return damaged("an extra field");
        const auto field = extra.substr(4, size);
        if (id == zip::kExtra64) {
            if (auto read = read_lengths(field, entry); !read) return read;
        } else if (id == zip::kExtraTime && !field.empty() && (field[0] & 1) != 0) {
            entry.modified = zip::get<std::uint32_t>(field, 1);
        }
        extra.remove_prefix(4 + std::size_t{size});
    }
    return {};
}

/// A folder's name ends with '/', whatever the mode says; without a mode it is a plain file.
std::uint32_t mode_of(std::uint32_t attributes, std::uint16_t made_by, const std::string& name) {
    const auto mode = (made_by >> 8U) == 3 ? attributes >> 16U : 0U;
    if (name.ends_with('/')) return S_IFDIR | (mode == 0 ? 0755U : mode & 0777U);
    if (mode == 0) return S_IFREG | 0644U;
    return (mode & S_IFMT) == 0 ? S_IFREG | mode : mode;
}

/// Takes one entry off the front.
Result<ZipEntry> take_entry(std::string_view& bytes) {
    if (zip::get<std::uint32_t>(bytes, 0) != zip::kCentralHeader) return damaged("its directory");
    const auto name_bytes = zip::get<std::uint16_t>(bytes, 28);
    const auto extra_bytes = zip::get<std::uint16_t>(bytes, 30);
    const auto comment_bytes = zip::get<std::uint16_t>(bytes, 32);
    const std::size_t all = zip::kCentralBytes + name_bytes + extra_bytes + comment_bytes;
    if (all > bytes.size()) return damaged("its directory");
    if ((zip::get<std::uint16_t>(bytes, 8) & zip::kEncrypted) != 0) {
        return refused("the archive is encrypted");
    }
    ZipEntry entry;
    entry.name = bytes.substr(zip::kCentralBytes, name_bytes);
    entry.method = static_cast<Method>(zip::get<std::uint16_t>(bytes, 10));
    entry.crc = zip::get<std::uint32_t>(bytes, 16);
    entry.packed = zip::get<std::uint32_t>(bytes, 20);
    entry.bytes = zip::get<std::uint32_t>(bytes, 24);
    entry.offset = zip::get<std::uint32_t>(bytes, 42);
    entry.mode =
        mode_of(zip::get<std::uint32_t>(bytes, 38), zip::get<std::uint16_t>(bytes, 4), entry.name);
    const auto extra = bytes.substr(zip::kCentralBytes + name_bytes, extra_bytes);
    if (auto read = read_extra(extra, entry); !read) return read.error();
    bytes.remove_prefix(all);
    return entry;
}

Result<> check_entry(const ZipEntry& entry, const IndexLimits& limits) {
    if (!is_safe_name(entry.name)) {
        return refused(
            "the archive has an entry that leads out of its folder: " + entry.name.substr(0, 200)
        );
    }
    if (entry.is_link() && !limits.links) {
        return refused("the archive has a link, which it may not: " + entry.name.substr(0, 200));
    }
    if (!entry.is_file() && !entry.is_folder() && !entry.is_link()) {
        return refused("the archive has a device or a pipe: " + entry.name.substr(0, 200));
    }
    if (entry.is_link() && entry.bytes > kLongestName)
        return refused("a link's target is too long");
    return {};
}

std::string_view without_slash(std::string_view name) {
    if (name.ends_with('/')) name.remove_suffix(1);
    return name;
}

using Folders = std::unordered_map<std::string_view, bool>;  // name → is it one

bool is_below_a_file(std::string_view name, const Folders& is_folder) {
    while (name.find('/') != std::string_view::npos) {
        name = name.substr(0, name.rfind('/'));
        const auto above = is_folder.find(name);
        if (above != is_folder.end() && !above->second) return true;
    }
    return false;
}

/// Every name once, and nothing below what is no folder.
Result<> check_tree(const std::vector<ZipEntry>& entries) {
    Folders is_folder;
    for (const auto& entry : entries) {
        const auto name = without_slash(entry.name);
        if (!is_folder.emplace(name, entry.is_folder()).second) {
            return refused("the archive has a name twice: " + entry.name.substr(0, 200));
        }
    }
    for (const auto& entry : entries) {
        if (!is_below_a_file(without_slash(entry.name), is_folder)) continue;
        return refused(
            "the archive has an entry below a file or link: " + entry.name.substr(0, 200)
        );
    }
    return {};
}

}  // namespace

bool is_safe_name(std::string_view name) {
    name = without_slash(name);
    if (name.empty() || name.size() > kLongestName) return false;
    if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
        return false;
    }
    const auto parts = split(name, '/');
    return parts.size() <= kDeepest && std::none_of(parts.begin(), parts.end(), [](auto part) {
               return part.empty() || part == "." || part == ".." || part.size() > 255;
           });
}

Result<std::vector<ZipEntry>> read_index(int file, const IndexLimits& limits) {
    const auto place = find_directory(file);
    if (!place) return place.error();
    if (place->entries > limits.entries || place->bytes > kMostIndexBytes) {
        return Error{
            Code::too_large,
            "the archive has more than " + std::to_string(limits.entries) + " entries"};
    }
    const auto index = read_at(file, place->offset, place->bytes);
    if (!index) return index.error();
    std::string_view left = *index;
    std::vector<ZipEntry> out;
    std::uint64_t sum = 0;
    while (out.size() < place->entries) {
        auto entry = take_entry(left);
        if (!entry) return entry.error();
        if (auto fine = check_entry(*entry, limits); !fine) return fine.error();
        if (entry->bytes > limits.bytes - sum) {
            return Error{
                Code::too_large,
                "the archive unpacks to more than " + std::to_string(limits.bytes) + " bytes"};
        }
        sum += entry->bytes;
        out.push_back(std::move(*entry));
    }
    if (!left.empty()) return damaged("its directory");
    if (auto fine = check_tree(out); !fine) return fine.error();
    return out;
}

}  // namespace triphammer::archive
