#pragma once
// GitHub's workflow commands in the lines of a step's output. Memory: at most one command line.
// Source: docs.github.com, "Workflow commands for GitHub Actions".

#include "execution/value_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::execution {

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
    /// True: `bytes` were written, and pass unchanged. False: nothing was done, `write` has to.
    bool pass(std::string_view bytes);
    /// The stream ended, perhaps in the middle of a line.
    void flush(std::string& out);

  private:
    std::size_t plain_run(std::string_view bytes) const;
    void note_plain(std::string_view bytes);
    void take_piece(std::string_view piece, std::string& out);
    void take_line(std::string_view line, std::string& out);
    void carry_out(const LineCommand& command, std::string_view line, std::string& out);

    void request(const LineCommand& command, const std::string& name);

    StepRequests& requests_;
    std::function<void(std::string)> add_mask_;
    bool debug_;
    bool in_plain_line_ = false;
    std::string partial_;  // a line that may become a command
    std::string stopped_;  // the token that ends ::stop-commands::
};

}  // namespace triphammer::execution
