#include "archive/zip_writer.hpp"

#include "archive/zip_format.hpp"

#include <sys/stat.h>
#include <zlib.h>

namespace triphammer::archive {

namespace {

std::uint32_t add_crc(std::uint32_t crc, std::string_view bytes) {
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    return static_cast<std::uint32_t>(::crc32(crc, data, static_cast<uInt>(bytes.size())));
}

/// "UT" with the time of change alone. Beyond 2038 the field has no room: left out.
std::string time_field(std::int64_t modified) {
    std::string out;
    if (modified < 0 || modified > INT32_MAX) return out;
    zip::put(out, zip::kExtraTime);
    zip::put(out, std::uint16_t{5});
    zip::put(out, std::uint8_t{1});
    zip::put(out, static_cast<std::uint32_t>(modified));
    return out;
}

/// Lengths in the local header are 0 and follow the bytes. The field for 64 bits, also with zeros,
/// says that they follow with 64.
std::string local_header(const ZipEntry& entry) {
    auto extra = time_field(entry.modified);
    zip::put(extra, zip::kExtra64);
    zip::put(extra, std::uint16_t{16});
    zip::put(extra, std::uint64_t{0});
    zip::put(extra, std::uint64_t{0});
    std::string out;
    zip::put(out, zip::kLocalHeader);
    zip::put(out, zip::kVersion64);
    zip::put(out, static_cast<std::uint16_t>(zip::kWithDescriptor | zip::kUtf8));
    zip::put(out, static_cast<std::uint16_t>(entry.method));
    zip::put(out, zip::kDosTime);
    zip::put(out, std::uint32_t{0});
    zip::put(out, zip::kFull32);
    zip::put(out, zip::kFull32);
    zip::put(out, static_cast<std::uint16_t>(entry.name.size()));
    zip::put(out, static_cast<std::uint16_t>(extra.size()));
    return out + entry.name + extra;
}

std::string descriptor(const ZipEntry& entry) {
    std::string out;
    zip::put(out, zip::kDescriptor);
    zip::put(out, entry.crc);
    zip::put(out, entry.packed);
    zip::put(out, entry.bytes);
    return out;
}

std::string central_header(const ZipEntry& entry) {
    auto extra = time_field(entry.modified);
    zip::put(extra, zip::kExtra64);
    zip::put(extra, std::uint16_t{24});
    zip::put(extra, entry.bytes);
    zip::put(extra, entry.packed);
    zip::put(extra, entry.offset);
    std::string out;
    zip::put(out, zip::kCentralHeader);
    zip::put(out, zip::kMadeByUnix);
    zip::put(out, zip::kVersion64);
    zip::put(out, static_cast<std::uint16_t>(zip::kWithDescriptor | zip::kUtf8));
    zip::put(out, static_cast<std::uint16_t>(entry.method));
    zip::put(out, zip::kDosTime);
    zip::put(out, entry.crc);
    zip::put(out, zip::kFull32);
    zip::put(out, zip::kFull32);
    zip::put(out, static_cast<std::uint16_t>(entry.name.size()));
    zip::put(out, static_cast<std::uint16_t>(extra.size()));
    zip::put(out, std::uint16_t{0});  // comment
    zip::put(out, std::uint16_t{0});  // disk
    zip::put(out, std::uint16_t{0});
    zip::put(out, entry.mode << 16U);
    zip::put(out, zip::kFull32);
    return out + entry.name + extra;
}

std::string end_of(std::uint64_t entries, std::uint64_t begin, std::uint64_t end) {
    std::string out;
    zip::put(out, zip::kEnd64);
    zip::put(out, std::uint64_t{zip::kEnd64Bytes - 12});
    zip::put(out, zip::kMadeByUnix);
    zip::put(out, zip::kVersion64);
    zip::put(out, std::uint32_t{0});
    zip::put(out, std::uint32_t{0});
    zip::put(out, entries);
    zip::put(out, entries);
    zip::put(out, end - begin);
    zip::put(out, begin);
    zip::put(out, zip::kLocator64);
    zip::put(out, std::uint32_t{0});
    zip::put(out, end);
    zip::put(out, std::uint32_t{1});
    zip::put(out, zip::kEnd);
    zip::put(out, std::uint32_t{0});
    zip::put(out, zip::kFull16);
    zip::put(out, zip::kFull16);
    zip::put(out, zip::kFull32);
    zip::put(out, zip::kFull32);
    zip::put(out, std::uint16_t{0});
    return out;
}

}  // namespace

bool ZipEntry::is_folder() const {
    return S_ISDIR(mode);
}

bool ZipEntry::is_link() const {
    return S_ISLNK(mode);
}

bool ZipEntry::is_file() const {
    return S_ISREG(mode);
}

ZipWriter::ZipWriter(Sink sink, Method method, int level)
    : sink_{std::move(sink)}, method_{method}, compressor_{make_compressor(method, level)} {}

ZipWriter::~ZipWriter() = default;

Result<> ZipWriter::put(std::string_view bytes) {
    written_ += bytes.size();
    return sink_(bytes);
}

Result<> ZipWriter::begin(std::string name, std::uint32_t mode, std::int64_t modified) {
    if (name.empty() || name.size() > UINT16_MAX)
        return invalid("a name is too long for an archive");
    ZipEntry entry;
    entry.name = std::move(name);
    entry.mode = mode;
    entry.modified = modified;
    entry.method = method_;
    entry.offset = written_;
    entries_.push_back(std::move(entry));
    return put(local_header(entries_.back()));
}

Result<> ZipWriter::write(std::string_view bytes) {
    auto& entry = entries_.back();
    entry.crc = add_crc(entry.crc, bytes);
    entry.bytes += bytes.size();
    return compressor_->write(bytes, [&](std::string_view packed) {
        entry.packed += packed.size();
        return put(packed);
    });
}

Result<> ZipWriter::end() {
    auto& entry = entries_.back();
    auto finished = compressor_->finish([&](std::string_view packed) {
        entry.packed += packed.size();
        return put(packed);
    });
    if (!finished) return finished;
    return put(descriptor(entry));
}

Result<> ZipWriter::finish() {
    const auto begin = written_;
    for (const auto& entry : entries_) {
        if (auto done = put(central_header(entry)); !done) return done;
    }
    return put(end_of(entries_.size(), begin, written_));
}

}  // namespace triphammer::archive
