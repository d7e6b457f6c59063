#include "docker/tar.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace triphammer::docker {

namespace {

// Offsets and lengths of ustar fields.
struct Field {
    std::size_t at;
    std::size_t length;
};

constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr std::size_t kType = 156;
constexpr Field kLink{157, 100};
constexpr Field kMagic{257, 8};
constexpr Field kPrefix{345, 155};
constexpr std::uint64_t kMaxOctalSize = 077777777777;  // 8 GiB - 1

using Block = std::array<char, kTarBlock>;

void put_text(Block& block, Field field, std::string_view text) {
    text.copy(block.data() + field.at, field.length);
}

void put_octal(Block& block, Field field, std::uint64_t value) {
    for (std::size_t place = field.length - 1; place-- > 0;) {
        block[field.at + place] = static_cast<char>('0' + (value & 7U));
        value >>= 3U;
    }
}

/// Base 256 where the octal digits do not suffice (the first bit says so), as GNU tar and Go's do.
void put_number(Block& block, Field field, std::uint64_t value) {
    if (value >> (3 * (field.length - 1)) == 0) return put_octal(block, field, value);
    for (std::size_t place = field.length; place-- > 1;) {
        block[field.at + place] = static_cast<char>(value & 0xFFU);
        value >>= 8U;
    }
    block[field.at] = static_cast<char>(0x80);
}

/// Sum of all bytes, the checksum field itself counted as blanks.
std::uint64_t checksum_of(std::string_view block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kTarBlock; ++i) {
        const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.length;
        sum += own ? ' ' : static_cast<unsigned char>(block[i]);
    }
    return sum;
}

char type_of(TarKind kind) {
    switch (kind) {
        case TarKind::file:
            return '0';
        case TarKind::directory:
            return '5';
        case TarKind::symlink:
            return '2';
    }
    return '0';
}

struct SplitName {
    std::string_view prefix;
    std::string_view name;
};

/// ustar keeps 100 bytes of name and 155 of the folders before it; nothing when that is too short.
std::optional<SplitName> split_name(std::string_view path) {
    if (path.size() <= kName.length) return SplitName{{}, path};
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
        if (slash > kPrefix.length) return {};
        const auto rest = path.substr(slash + 1);
        if (rest.size() <= kName.length && !rest.empty()) {
            return SplitName{path.substr(0, slash), rest};
        }
    }
    return {};
}

std::string finish_block(Block& block) {
    const std::string_view view{block.data(), block.size()};
    const auto sum = checksum_of(view);
    put_octal(block, {kChecksum.at, 7}, sum);
    block[kChecksum.at + 6] = '\0';
    block[kChecksum.at + 7] = ' ';
    return {block.data(), block.size()};
}

std::string plain_header(const TarHeader& header, SplitName name, char type) {
    Block block{};
    put_text(block, kName, name.name);
    put_text(block, kPrefix, name.prefix);
    put_octal(block, kMode, header.mode);
    put_number(block, kOwner, header.owner);
    put_number(block, kGroup, header.group);
    put_octal(block, kSize, header.kind == TarKind::file ? header.size : 0);
    put_octal(block, kTime, static_cast<std::uint64_t>(kTarTime));
    block[kType] = type;
    put_text(block, kLink, header.link_target);
    put_text(
        block,
        kMagic,
        std::string_view{
            "ustar\0"
            "00",
            8}
    );
    return finish_block(block);
}

/// "LENGTH key=value\n", where LENGTH counts itself.
std::string pax_line(const std::string& key, const std::string& value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (std::to_string(length).size() + rest != length) ++length;
    return std::to_string(length) + " " + key + "=" + value + "\n";
}

std::string pax_records(const TarHeader& header) {
    std::string out;
    if (!split_name(header.path)) out += pax_line("path", header.path);
    if (header.link_target.size() > kLink.length) out += pax_line("linkpath", header.link_target);
    if (header.size > kMaxOctalSize) out += pax_line("size", std::to_string(header.size));
    return out;
}

std::string pax_entry(const std::string& records) {
    TarHeader extra;
    extra.path = "PaxHeader";
    extra.size = records.size();
    return plain_header(extra, {{}, extra.path}, 'x') + records + tar_padding(records.size());
}

}  // namespace

std::string tar_header(const TarHeader& header) {
    TarHeader named = header;
    if (named.kind == TarKind::directory && !named.path.ends_with('/')) named.path += '/';
    const auto records = pax_records(named);
    const auto name = split_name(named.path);
    const auto shown = name ? *name : SplitName{{}, std::string_view{named.path}.substr(0, 100)};
    const auto block = plain_header(named, shown, type_of(named.kind));
    return records.empty() ? block : pax_entry(records) + block;
}

std::string tar_padding(std::uint64_t size) {
    return std::string((kTarBlock - size % kTarBlock) % kTarBlock, '\0');
}

std::string tar_end() {
    return std::string(2 * kTarBlock, '\0');
}

void TarBuilder::add_directory(const std::string& path, unsigned mode) {
    TarHeader header;
    header.path = path;
    header.kind = TarKind::directory;
    header.mode = mode;
    bytes_ += tar_header(header);
}

void TarBuilder::add_file(const std::string& path, std::string_view bytes, unsigned mode) {
    TarHeader header;
    header.path = path;
    header.mode = mode;
    header.size = bytes.size();
    bytes_ += tar_header(header);
    bytes_ += bytes;
    bytes_ += tar_padding(bytes.size());
}

void TarBuilder::add_symlink(const std::string& path, const std::string& target) {
    TarHeader header;
    header.path = path;
    header.kind = TarKind::symlink;
    header.mode = 0777;
    header.link_target = target;
    bytes_ += tar_header(header);
}

std::string TarBuilder::finish() {
    bytes_ += tar_end();
    return std::exchange(bytes_, {});
}

namespace {

std::string text_of(std::string_view block, Field field) {
    const auto raw = block.substr(field.at, field.length);
    return std::string{raw.substr(0, raw.find('\0'))};
}

std::optional<std::uint64_t> octal_of(std::string_view block, Field field) {
    std::uint64_t value = 0;
    for (const char c : text_of(block, field)) {
        if (c == ' ') continue;
        if (c < '0' || c > '7') return {};
        value = value * 8 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

std::string path_of(std::string_view block) {
    const auto name = text_of(block, kName);
    const bool is_ustar = block.substr(kMagic.at, 6) == std::string_view{"ustar\0", 6};
    const auto prefix = is_ustar ? text_of(block, kPrefix) : std::string{};
    return prefix.empty() ? name : prefix + "/" + name;
}

std::optional<TarKind> kind_of(char type) {
    if (type == '0' || type == '\0') return TarKind::file;
    if (type == '5') return TarKind::directory;
    if (type == '2') return TarKind::symlink;
    return {};
}

/// Walks an archive block by block; pax and GNU long-name records apply to the entry after them.
class Reader {
  public:
    explicit Reader(std::string_view archive) : rest_{archive} {}

    Result<std::vector<TarEntry>> read() {
        std::vector<TarEntry> out;
        while (!at_end()) {
            auto entry = read_entry();
            if (!entry) return entry.error();
            if (*entry) out.push_back(std::move(**entry));
        }
        return out;
    }

  private:
    bool at_end() const {
        return rest_.empty() || (rest_.size() >= kTarBlock &&
                                 rest_.substr(0, kTarBlock).find_first_not_of('\0') == rest_.npos);
    }

    Result<std::optional<TarEntry>> read_entry() {
        if (rest_.size() < kTarBlock) return broken("it ends inside a header");
        const auto block = rest_.substr(0, kTarBlock);
        const auto size = octal_of(block, kSize);
        if (!size || octal_of(block, kChecksum) != checksum_of(block)) {
            return broken("a header's checksum is wrong");
        }
        const auto length = path_size_.value_or(*size);
        const auto padded = length + tar_padding(length).size();
        if (length > rest_.size() || padded > rest_.size() - kTarBlock) {
            return broken("it ends inside a file");
        }
        const auto content = rest_.substr(kTarBlock, length);
        rest_.remove_prefix(kTarBlock + padded);
        return take(block, content);
    }

    Result<std::optional<TarEntry>> take(std::string_view block, std::string_view content) {
        const char type = block[kType];
        if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
            remember(type, content);
            return std::optional<TarEntry>{};
        }
        const auto kind = kind_of(type);
        if (!kind) return broken("it holds a hard link or a device: " + path_of(block));
        TarEntry entry;
        entry.header.kind = *kind;
        entry.header.path = path_.empty() ? path_of(block) : path_;
        entry.header.mode = static_cast<unsigned>(octal_of(block, kMode).value_or(0) & 07777U);
        entry.header.size = content.size();
        entry.header.link_target = link_.empty() ? text_of(block, kLink) : link_;
        if (*kind == TarKind::directory && entry.header.path.ends_with('/')) {
            entry.header.path.pop_back();
        }
        entry.content = content;
        forget();
        return std::optional{std::move(entry)};
    }

    void remember(char type, std::string_view content) {
        if (type == 'L') path_ = content.substr(0, content.find('\0'));
        if (type == 'K') link_ = content.substr(0, content.find('\0'));
        if (type != 'x') return;
        while (!content.empty()) {
            const auto end = std::min(content.find('\n'), content.size());
            remember_record(content.substr(0, end));
            content.remove_prefix(std::min(end + 1, content.size()));
        }
    }

    void remember_record(std::string_view line) {
        const auto blank = line.find(' ');
        const auto equals = line.find('=');
        if (blank == line.npos || equals == line.npos || equals < blank) return;
        const auto key = line.substr(blank + 1, equals - blank - 1);
        const auto value = line.substr(equals + 1);
        if (key == "path") path_ = value;
        if (key == "linkpath") link_ = value;
        if (key == "size") path_size_ = parse_size(value);
    }

    static std::optional<std::uint64_t> parse_size(std::string_view text) {
        std::uint64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure != std::errc{} || end != text.data() + text.size()) return {};
        return value;
    }

    void forget() {
        path_.clear();
        link_.clear();
        path_size_.reset();
    }

    static Error broken(const std::string& why) {
        return {Code::protocol, "the tar archive cannot be read: " + why};
    }

    std::string_view rest_;
    std::string path_;
    std::string link_;
    std::optional<std::uint64_t> path_size_;
};

}  // namespace

Result<std::vector<TarEntry>> read_tar(std::string_view archive) {
    return Reader{archive}.read();
}

}  // namespace triphammer::docker
