#pragma once
// GitHub's workflow commands: lines of a step's output, and the files named by GITHUB_OUTPUT & co.
// Source: docs.github.com, "Workflow commands for GitHub Actions".

#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::execution {

using Values = std::vector<std::pair<std::string, std::string>>;

/// ::error::, ::warning::, ::notice:: with their properties.
struct Annotation {
    std::string level;    // error | warning | notice
    std::string message;  // at most 4 KiB
    std::string title;
    std::string file;
    int line = 0;
    int end_line = 0;
    int column = 0;
};

/// `::name key=value,key=value::data`, unescaped.
struct LineCommand {
    std::string name;
    Values properties;
    std::string data;

    /// Empty when absent.
    std::string_view property(std::string_view key) const;
};

/// Nothing when `line` (without its end) is no command.
std::optional<LineCommand> parse_line_command(std::string_view line);

/// What the lines of one step asked for.
struct StepRequests {
    Values outputs;
    Values environment;
    std::vector<std::string> paths;
    Values states;
    std::vector<Annotation> annotations;  // at most 50 are kept

    static constexpr std::size_t kMostAnnotations = 50;
};

/// Reads a step's output, carries commands out and passes everything else on unchanged. Commands
/// become the lines that GitHub shows: ##[error]…, ##[group]…; ::debug:: is dropped unless asked
/// for. Lines may be split anywhere; a command line longer than 64 KiB is plain text.
class CommandReader {
  public:
    /// `add_mask` is called before the line itself is passed on.
    CommandReader(StepRequests& requests, std::function<void(std::string)> add_mask, bool debug);

    void write(std::string_view bytes, std::string& out);
    /// The stream ended, perhaps in the middle of a line.
    void flush(std::string& out);

  private:
    void take_line(std::string_view line, std::string& out);
    void carry_out(const LineCommand& command, std::string_view line, std::string& out);

    StepRequests& requests_;
    std::function<void(std::string)> add_mask_;
    bool debug_;
    bool in_plain_line_ = false;
    std::string partial_;  // a line that may become a command
    std::string stopped_;  // the token that ends ::stop-commands::
};

/// `NAME=value` lines and `NAME<<DELIMITER` blocks. Code::invalid with the line's number;
/// Code::too_large above 1 MiB.
Result<Values> read_value_file(const std::filesystem::path& path);
/// One entry a line (GITHUB_PATH).
Result<std::vector<std::string>> read_path_file(const std::filesystem::path& path);
/// What GITHUB_ENV may not set: GITHUB_*, RUNNER_* and NODE_OPTIONS.
bool is_reserved_variable(std::string_view name);

}  // namespace triphammer::execution
