#include "execution/value_file.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace triphammer::execution {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

// GITHUB_TOKEN is not among them: steps do set it.
constexpr std::string_view kReserved[] = {
    "GITHUB_ACTION",
    "GITHUB_ACTION_PATH",
    "GITHUB_ACTION_REPOSITORY",
    "GITHUB_ACTIONS",
    "GITHUB_ACTOR",
    "GITHUB_ACTOR_ID",
    "GITHUB_API_URL",
    "GITHUB_BASE_REF",
    "GITHUB_ENV",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_HEAD_REF",
    "GITHUB_JOB",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REF_PROTECTED",
    "GITHUB_REF_TYPE",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_REPOSITORY_OWNER_ID",
    "GITHUB_RETENTION_DAYS",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_RUN_NUMBER",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_TRIGGERING_ACTOR",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKFLOW_REF",
    "GITHUB_WORKFLOW_SHA",
    "GITHUB_WORKSPACE",
    "RUNNER_ARCH",
    "RUNNER_DEBUG",
    "RUNNER_ENVIRONMENT",
    "RUNNER_NAME",
    "RUNNER_OS",
    "RUNNER_TEMP",
    "RUNNER_TOOL_CACHE",
    "NODE_OPTIONS",
};

/// The lines of a file, one after the other, without their ends.
class Lines {
  public:
    explicit Lines(std::string_view text) : rest_{text} {}

    bool next(std::string_view& line) {
        if (rest_.empty()) return false;
        const auto newline = rest_.find('\n');
        line = rest_.substr(0, newline);
        rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        ++number_;
        return true;
    }

    Error problem(const std::string& what) const {
        return invalid("line " + std::to_string(number_) + ": " + what);
    }

  private:
    std::string_view rest_;
    int number_ = 0;
};

Result<std::string> read_block(Lines& lines, std::string_view delimiter) {
    std::string value;
    std::string_view line;
    bool first = true;
    while (lines.next(line)) {
        if (line == delimiter) return value;
        if (!first) value += '\n';
        value += line;
        first = false;
    }
    return lines.problem("the block's end '" + std::string{delimiter} + "' is missing");
}

Result<std::pair<std::string, std::string>> read_entry(Lines& lines, std::string_view line) {
    const auto equals = line.find('=');
    const auto heredoc = line.find("<<");
    const bool block = heredoc < equals;
    const auto end = block ? heredoc : equals;
    if (end == std::string_view::npos) {
        return lines.problem("neither NAME=value nor NAME<<DELIMITER");
    }
    const std::string name{line.substr(0, end)};
    if (name.empty()) return lines.problem("the name is missing");
    if (!block) return std::pair{name, std::string{line.substr(end + 1)}};
    const auto delimiter = line.substr(end + 2);
    if (delimiter.empty()) return lines.problem("the delimiter is missing");
    auto value = read_block(lines, delimiter);
    if (!value) return value.error();
    return std::pair{name, std::move(*value)};
}

struct PlainFile {
    FileDescriptor file;
    std::size_t bytes = 0;
};

/// A step may have put anything in the file's place: a link to a file that only we may read, or a
/// pipe that would keep us waiting.
Result<PlainFile> open_plain(const std::filesystem::path& path) {
    FileDescriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file && errno == ELOOP) return refused("the file is a link");
    if (!file) return from_errno("open " + path.string());

    struct stat status {};

    const bool plain = ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
    if (!plain) return refused("the file is not a plain file");
    const auto bytes = static_cast<std::size_t>(status.st_size);
    if (bytes > kMostBytes) return Error{Code::too_large, "the file is larger than 1 MiB"};
    return PlainFile{std::move(file), bytes};
}

Result<std::string> read_or_empty(const std::filesystem::path& path) {
    const auto plain = open_plain(path);
    if (!plain && plain.error().code == Code::not_found) return std::string{};
    if (!plain) return plain.error();
    std::string text(plain->bytes, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto count = ::read(plain->file.get(), text.data() + size, text.size() - size);
        if (count < 0) return from_errno("read " + path.string());
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
}

}  // namespace

Result<Values> read_value_file(const std::filesystem::path& path) {
    const auto text = read_or_empty(path);
    if (!text) return text.error();
    Values out;
    Lines lines{*text};
    std::string_view line;
    while (lines.next(line)) {
        if (line.empty()) continue;
        auto entry = read_entry(lines, line);
        if (!entry) return entry.error();
        if ((entry->first + entry->second).find('\0') != std::string::npos) {
            return lines.problem("'" + entry->first + "' holds a NUL byte");
        }
        out.push_back(std::move(*entry));
    }
    return out;
}

Result<std::vector<std::string>> read_path_file(const std::filesystem::path& path) {
    const auto text = read_or_empty(path);
    if (!text) return text.error();
    std::vector<std::string> out;
    Lines lines{*text};
    std::string_view line;
    while (lines.next(line)) {
        if (!trim(line).empty()) out.emplace_back(line);
    }
    return out;
}

bool is_reserved_variable(std::string_view name) {
    return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

Result<std::string> read_summary_file(const std::filesystem::path& path) {
    return read_or_empty(path);
}

}  // namespace triphammer::execution
