#include "access/audit_head.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer::access {

namespace {

constexpr std::size_t kDigits = 20;
constexpr std::size_t kHash = 64;

std::filesystem::path file_in(const std::filesystem::path& data) {
    return data / "audit-head";
}

bool is_hash(std::string_view text) {
    return text.size() == kHash && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

Result<std::optional<store::AuditHead>> read_audit_head(const std::filesystem::path& data) {
    const auto path = file_in(data);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::optional<store::AuditHead>{};
    const auto text = read_file(path, 4096);
    if (!text) return text.error();
    const auto line = trim(*text);
    const auto blank = line.find(' ');
    const auto seq = parse_integer(line.substr(0, blank));
    if (blank == line.npos || !seq || *seq < 0 || !is_hash(line.substr(blank + 1))) {
        return invalid(path.string() + " is no number and hash of an audit; who changed it?");
    }
    return std::optional{store::AuditHead{*seq, std::string{line.substr(blank + 1)}}};
}

Result<> write_audit_head(const std::filesystem::path& data, const store::AuditHead& head) {
    const auto path = file_in(data);
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (!file) return file.error();
    auto line = std::to_string(head.seq);
    line = std::string(kDigits - line.size(), '0') + line + ' ' + head.hash + '\n';
    const auto written = ::pwrite(file->get(), line.data(), line.size(), 0);
    if (written == static_cast<ssize_t>(line.size())) return {};
    return from_errno("write " + path.string(), written < 0 ? errno : ENOSPC);
}

}  // namespace triphammer::access
