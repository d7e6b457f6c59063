#include "logs/log_store.hpp"

#include "base/digest.hpp"
#include "logs/line_collector.hpp"
#include "logs/line_index.hpp"
#include "logs/line_scanner.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <map>
#include <memory>

namespace triphammer::logs {

namespace {

constexpr std::size_t kChunkBytes = 256U << 10U;
constexpr std::size_t kMaxOpen = 64;
/// A shorter log is as soon read as its index, and most logs are short.
constexpr std::uint64_t kIndexedBytes = std::uint64_t{64} << 10U;

/// Reads up to `size` bytes at `offset`; fewer at the end of the file.
Result<std::size_t> read_at(int fd, char* out, std::size_t size, std::uint64_t offset) {
    std::size_t total = 0;
    while (total < size) {
        const auto at = static_cast<off_t>(offset + total);
        const auto count = ::pread(fd, out + total, size - total, at);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return from_errno("read a log");
        if (count == 0) break;
        total += static_cast<std::size_t>(count);
    }
    return total;
}

/// Calls `visit(bytes)` for the whole file from `offset` on, in chunks. `length` of the file, as
/// far as it is known: most logs are short, and the kernel is not asked for memory for them.
template <class Visit>
Result<> visit_chunks(int fd, std::uint64_t offset, std::uint64_t length, Visit visit) {
    const auto rest = length - std::min(offset, length) + 1;
    const auto chunk = static_cast<std::size_t>(std::min<std::uint64_t>(rest, kChunkBytes));
    const auto buffer = std::make_unique_for_overwrite<char[]>(chunk);
    for (;;) {
        auto count = read_at(fd, buffer.get(), chunk, offset);
        if (!count) return count.error();
        if (*count == 0) return {};
        if (!visit(std::string_view{buffer.get(), *count})) return {};
        offset += *count;
    }
}

Result<> compare(int fd, std::uint64_t offset, std::string_view bytes) {
    std::string there(bytes.size(), '\0');
    auto count = read_at(fd, there.data(), there.size(), offset);
    if (!count) return count.error();
    if (*count == bytes.size() && there == bytes) return {};
    return Error{
        Code::protocol, "other bytes are at offset " + std::to_string(offset) + " of this log"};
}

}  // namespace

struct LogStore::Open {
    LogId id;
    FileDescriptor file;
    LineIndex index;
    std::optional<LineTimes> times;  // none: not asked for yet
    bool has_new_times = false;
    bool is_synced = false;
};

struct LogStore::State {
    std::filesystem::path folder_of(std::int64_t fence) const {
        return root / std::to_string(fence / 1000) / std::to_string(fence);
    }

    std::filesystem::path path_of(LogId id, const char* suffix) const {
        return folder_of(id.fence) / (std::to_string(id.step) + suffix);
    }

    std::filesystem::path root;
    const Clock* clock = nullptr;
    std::list<Open> open;  // the one used last is first
    std::atomic<bool> refuses = false;
};

Result<std::unique_ptr<LogStore>> LogStore::open(
    const std::filesystem::path& root, const Clock& clock
) {
    if (auto made = make_directory(root, 0700); !made) return made.error();
    auto state = std::make_unique<State>();
    state->root = root;
    state->clock = &clock;
    return std::unique_ptr<LogStore>{new LogStore{std::move(state)}};
}

LogStore::LogStore(std::unique_ptr<State> state) : state_{std::move(state)} {}

LogStore::~LogStore() = default;

Result<> LogStore::prepare(std::int64_t fence) {
    return make_directory(state_->folder_of(fence), 0700);
}

void LogStore::refuse_appends(bool refuse) {
    state_->refuses = refuse;
}

Result<> LogStore::append(LogId id, std::uint64_t offset, std::string_view bytes) {
    if (state_->refuses) return Error{Code::disk_full, "the server's disk is full"};
    auto found = open_log(id, true);
    if (!found) return found.error();
    auto& log = **found;
    const auto length = log.index.length();
    if (offset > length) {
        return Error{
            Code::protocol,
            "offset " + std::to_string(offset) + " is beyond the log's end at " +
                std::to_string(length)};
    }
    const auto known = std::min<std::uint64_t>(length - offset, bytes.size());
    if (known > 0) {
        auto same = compare(log.file.get(), offset, bytes.substr(0, known));
        if (!same) return same;
        bytes.remove_prefix(static_cast<std::size_t>(known));
    }
    log.is_synced = false;
    if (auto written = write_all_at(log.file.get(), bytes, length); !written) return written;
    const auto lines = log.index.lines();
    log.index.add(bytes);
    if (log.index.lines() == lines) return {};
    times_of(log).add(lines, state_->clock->now());
    log.has_new_times = true;
    return {};
}

Result<std::uint64_t> LogStore::length(LogId id) {
    auto log = open_log(id, false);
    if (!log) return log.error();
    return *log == nullptr ? 0 : (*log)->index.length();
}

Result<std::uint64_t> LogStore::line_count(LogId id) {
    auto log = open_log(id, false);
    if (!log) return log.error();
    return *log == nullptr ? 0 : (*log)->index.lines();
}

Result<LogLines> LogStore::lines(LogId id, const LineRange& range) {
    auto found = open_log(id, false);
    if (!found) return found.error();
    LogLines answer;
    answer.first = range.first;
    if (*found == nullptr) return answer;
    const auto& log = **found;
    answer.total = log.index.lines();
    answer.total_bytes = log.index.length();
    if (range.first >= answer.total || range.count == 0) return answer;
    const auto place = log.index.find(range.first);
    LineCollector collector{range, place.line};
    const auto length = log.index.length();
    auto read = visit_chunks(log.file.get(), place.offset, length, [&](std::string_view bytes) {
        return collector.feed(bytes);
    });
    if (!read) return read.error();
    collector.finish();
    answer.count = collector.count();
    answer.bytes = collector.take();
    return answer;
}

Result<LogTimes> LogStore::times(LogId id, const LineRange& range) {
    auto found = open_log(id, false);
    if (!found) return found.error();
    if (*found == nullptr) return LogTimes{};
    const auto total = (*found)->index.lines();
    const auto first = std::min(range.first, total);
    const auto count = std::min(range.count, total - first);
    return LogTimes{times_of(**found).find(first, count), total};
}

Result<LogMatches> LogStore::search(LogId id, std::string_view text, std::size_t limit) {
    if (text.empty() || text.find('\n') != std::string_view::npos) {
        return invalid("search for a part of one line");
    }
    auto found = open_log(id, false);
    if (!found) return found.error();
    if (*found == nullptr) return LogMatches{};
    LineScanner scanner{text, limit};
    const auto length = (*found)->index.length();
    auto read = visit_chunks((*found)->file.get(), 0, length, [&](std::string_view bytes) {
        scanner.feed(bytes);
        return true;
    });
    if (!read) return read.error();
    scanner.finish();
    return LogMatches{scanner.lines(), scanner.total(), scanner.searched()};
}

Result<LogGroups> LogStore::groups(LogId id, std::size_t limit) {
    auto found = open_log(id, false);
    if (!found) return found.error();
    GroupScanner scanner{limit};
    if (*found == nullptr) return LogGroups{};
    const auto length = (*found)->index.length();
    auto read = visit_chunks((*found)->file.get(), 0, length, [&](std::string_view bytes) {
        scanner.feed(bytes);
        return !scanner.is_full();
    });
    if (!read) return read.error();
    scanner.finish();
    return LogGroups{scanner.marks(), scanner.lines()};
}

Result<std::string> LogStore::sha256(LogId id) {
    auto found = open_log(id, false);
    if (!found) return found.error();
    Sha256Stream sum;
    if (*found == nullptr) return sum.hex();
    const auto length = (*found)->index.length();
    auto read = visit_chunks((*found)->file.get(), 0, length, [&](std::string_view bytes) {
        sum.update(bytes);
        return true;
    });
    if (!read) return read.error();
    return sum.hex();
}

Result<> LogStore::sync(LogId id) {
    auto found = open_log(id, false);
    if (!found) return found.error();
    if (*found == nullptr || (*found)->is_synced) return {};
    if (::fdatasync((*found)->file.get()) != 0) return from_errno("sync a log");
    auto kept = keep_index(**found);
    keep_times(**found);
    (*found)->is_synced = kept.has_value();
    return kept;
}

Result<> LogStore::keep_index(const Open& log) const {
    if (log.index.length() < kIndexedBytes) return {};
    auto file = open_file(state_->path_of(log.id, ".idx"), O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return file.error();
    return write_all(file->get(), log.index.to_bytes());
}

/// Times are worth no failure: without them the log is the same.
void LogStore::keep_times(Open& log) const {
    if (!log.has_new_times) return;
    auto file = open_file(state_->path_of(log.id, ".times"), O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return;
    log.has_new_times = !write_all(file->get(), times_of(log).to_bytes());
}

LineTimes& LogStore::times_of(Open& log) const {
    if (log.times) return *log.times;
    const auto stored = read_file(state_->path_of(log.id, ".times"), 1U << 20U);
    auto parsed = stored ? LineTimes::from_bytes(*stored) : std::nullopt;
    return log.times.emplace(parsed ? std::move(*parsed) : LineTimes{});
}

Result<> LogStore::close(LogId id) {
    if (auto synced = sync(id); !synced) return synced;
    state_->open.remove_if([&](const Open& log) { return log.id == id; });
    return {};
}

Result<FileDescriptor> LogStore::open_raw(LogId id) const {
    return open_file(state_->path_of(id, ".log"), O_RDONLY);
}

Result<> LogStore::remove(std::int64_t fence) {
    state_->open.remove_if([&](const Open& log) { return log.id.fence == fence; });
    std::error_code failure;
    std::filesystem::remove_all(state_->folder_of(fence), failure);
    if (failure) return Error{Code::io, "remove logs: " + failure.message()};
    return {};
}

namespace {

/// From the file beside the log as far as it goes, the rest from the log itself.
Result<LineIndex> load_index(const std::filesystem::path& path, int log) {
    struct ::stat facts {};

    if (::fstat(log, &facts) != 0) return from_errno("stat a log");
    LineIndex index;
    if (facts.st_size == 0) return index;
    const auto length = static_cast<std::uint64_t>(facts.st_size);
    if (const auto stored = read_file(path, 64U << 20U)) {
        auto parsed = LineIndex::from_bytes(*stored);
        if (parsed && parsed->length() <= length) index = std::move(*parsed);
    }
    auto read = visit_chunks(log, index.length(), length, [&](std::string_view bytes) {
        index.add(bytes);
        return true;
    });
    if (!read) return read.error();
    return index;
}

}  // namespace

/// Null: there is no such log, and none is made.
Result<LogStore::Open*> LogStore::open_log(LogId id, bool create) {
    auto& open = state_->open;
    const auto known =
        std::find_if(open.begin(), open.end(), [&](const Open& log) { return log.id == id; });
    if (known != open.end()) {
        open.splice(open.begin(), open, known);
        return &open.front();
    }
    const auto path = state_->path_of(id, ".log");
    auto file = open_file(path, create ? O_RDWR | O_CREAT : O_RDWR);
    if (create && !file && file.error().code == Code::not_found) {
        if (auto made = prepare(id.fence); !made) return made.error();
        file = open_file(path, O_RDWR | O_CREAT);
    }
    if (!file && file.error().code == Code::not_found) return nullptr;
    if (!file) return file.error();
    auto index = load_index(state_->path_of(id, ".idx"), file->get());
    if (!index) return index.error();
    // A log that falls out is read again from its file when it is needed again.
    if (open.size() >= kMaxOpen) {
        keep_times(open.back());
        open.pop_back();
    }
    open.push_front(Open{id, std::move(*file), std::move(*index), {}, false, false});
    return &open.front();
}

}  // namespace triphammer::logs
