#pragma once
// GitHub's workflow commands in the lines of a step's output. Memory: at most one command line.
// Source: docs.github.com, "Workflow commands for GitHub Actions"; for the form before that,
// which real files still write (##[set-output name=branch;]main), github.com/actions/runner.

#include "execution/annotation.hpp"
#include "execution/problem_matchers.hpp"
#include "execution/value_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::execution {

/// `::name key=value,key=value::data` or `##[name key=value;key=value]data`, unescaped.
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
    std::vector<Annotation> annotations;
    int dropped_annotations = 0;  // beyond the limits

    /// Of a level and step, as at GitHub; a journal's record holds all of them together.
    static constexpr int kMostOfALevel = 10;
    static constexpr std::size_t kMostAnnotationBytes = std::size_t{64} << 10U;

    /// Cuts texts to their limits and counts what is too much.
    void annotate(Annotation annotation);
};

/// What the commands of a step reach.
struct CommandReach {
    /// Called before the line itself is passed on; an error is shown.
    std::function<Result<>(std::string)> add_mask;
    /// The text of a file that the step names (::add-matcher::).
    std::function<Result<std::string>(const std::string&)> read_file;
    ProblemMatchers* matchers = nullptr;  // of the job; null: the step adds none
    bool debug = false;                   // ::debug:: and echoed commands are shown
};

/// Reads a step's output, carries commands out and passes everything else on unchanged. Commands
/// become the lines that GitHub shows: ##[error]…, ##[group]…; ::debug:: is dropped unless asked
/// for. Lines may be split anywhere; a command line longer than 64 KiB is plain text.
class CommandReader {
  public:
    CommandReader(StepRequests& requests, CommandReach reach);

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
    void take_plain(std::string_view line, std::string& out);
    void carry_out(const LineCommand& command, std::string_view line, std::string& out);
    void stop(const std::string& token, std::string& out);
    void add_matcher(const std::string& path, std::string& out);
    void request(const LineCommand& command);
    bool has_matchers() const;

    StepRequests& requests_;
    CommandReach reach_;
    bool echoes_;
    bool in_plain_line_ = false;
    std::string partial_;  // a line that may become a command, or is looked at by matchers
    std::string stopped_;  // the token that ends ::stop-commands::
};

}  // namespace triphammer::execution
