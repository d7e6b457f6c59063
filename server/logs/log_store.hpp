#pragma once

#include "base/file.hpp"
#include "base/result.hpp"
#include "logs/group_scanner.hpp"
#include "logs/line_times.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::logs {

/// One log: the output of one step of one attempt.
struct LogId {
    std::int64_t fence = 0;
    std::int64_t step = 0;

    friend auto operator<=>(const LogId&, const LogId&) = default;
};

struct LineRange {
    std::uint64_t first = 0;  // 0-based
    std::uint64_t count = 0;
    /// A longer line is cut at a character and ends with "…\n"; 0: only the answer's own limit
    /// (kMaxAnswerBytes) cuts.
    std::uint64_t max_line_bytes = 0;
};

/// Beyond this an answer holds fewer lines than were asked for.
inline constexpr std::uint64_t kMaxAnswerBytes = 4U << 20U;

/// Lines of a log with their line ends as written.
struct LogLines {
    std::string bytes;
    std::uint64_t first = 0;        // number of the first line in `bytes`, 0-based
    std::uint64_t count = 0;        // lines in `bytes`; the last may be unfinished
    std::uint64_t total = 0;        // lines in the log now, an unfinished last one counted
    std::uint64_t total_bytes = 0;  // length of the log now
};

struct LogMatches {
    std::vector<std::uint64_t> lines;  // 0-based
    std::uint64_t total = 0;           // lines that match, those beyond the limit too
    std::uint64_t searched = 0;        // lines in the log
};

struct LogTimes {
    std::vector<LineMoment> moments;  // LineTimes::find of the range
    std::uint64_t total = 0;          // lines in the log now
};

struct LogGroups {
    std::vector<GroupMark> marks;
    std::uint64_t lines = 0;  // GroupScanner::lines
};

/// The users' build logs, files of bytes under one folder: <root>/<fence/1000>/<fence>/<step>.log,
/// with a sparse line index beside those of 64 KiB and more (<step>.idx: the offset of every 256th
/// line) and, at each `sync`, when the lines came (<step>.times). Paths are made from numbers only;
/// files are 0600.
///
/// Memory is bounded: what is kept per open log is its index (8 bytes per 256 lines) and its times
/// (64 KiB at most); those of a log that is not written any more are read from their files when
/// they are asked for.
/// All calls on one thread at a time. Blocking: disk.
class LogStore {
  public:
    /// Creates the folder (0700). `clock` says when lines come, and outlives the store.
    static Result<std::unique_ptr<LogStore>> open(
        const std::filesystem::path& root, const Clock& clock
    );
    ~LogStore();
    LogStore(const LogStore&) = delete;
    LogStore& operator=(const LogStore&) = delete;

    /// Makes the folder of an attempt's logs, so that its first line need not wait for it.
    Result<> prepare(std::int64_t fence);

    /// Writes `bytes` at `offset`. Bytes that are there already are compared and skipped.
    /// Code::protocol: `offset` is beyond the end, or other bytes are there. Code::disk_full.
    Result<> append(LogId id, std::uint64_t offset, std::string_view bytes);

    /// Whether `append` takes nothing more, as on a full disk. Any thread.
    void refuse_appends(bool refuse);

    /// Bytes on disk; 0 for a log that nobody wrote.
    Result<std::uint64_t> length(LogId id);
    /// Lines, an unfinished last one counted.
    Result<std::uint64_t> line_count(LogId id);
    /// Empty beyond the end.
    Result<LogLines> lines(LogId id, const LineRange& range);
    /// When lines of the range came to this store, in steps of LineTimes::precision. Empty for
    /// lines of which it is not known: the log is older than this record, or its machine fell.
    Result<LogTimes> times(LogId id, const LineRange& range);
    /// Lines that hold `text` (ASCII case ignored), in the whole log; the first `limit` of them.
    Result<LogMatches> search(LogId id, std::string_view text, std::size_t limit);

    /// Where groups begin and end, in the whole log; the first `limit` marks.
    Result<LogGroups> groups(LogId id, std::size_t limit);

    /// SHA-256 of the whole log as hex (of nothing: for a log that nobody wrote).
    Result<std::string> sha256(LogId id);
    /// fdatasync of the log, then its index and its times are written beside it.
    Result<> sync(LogId id);
    /// The attempt is over: `sync`, then its memory and descriptor are given up.
    Result<> close(LogId id);
    /// For ranges by sendfile. Code::not_found for a log that nobody wrote.
    Result<FileDescriptor> open_raw(LogId id) const;
    /// Removes every log of an attempt.
    Result<> remove(std::int64_t fence);

  private:
    struct Open;
    struct State;
    explicit LogStore(std::unique_ptr<State> state);
    Result<> keep_index(const Open& log) const;
    void keep_times(Open& log) const;
    LineTimes& times_of(Open& log) const;
    Result<Open*> open_log(LogId id, bool create);

    std::unique_ptr<State> state_;
};

}  // namespace triphammer::logs
