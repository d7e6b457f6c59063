#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::docker {

/// Cuts a stream into lines, however it arrives. The last line may lack its newline.
class LineSplitter {
  public:
    void feed(std::string_view bytes) { rest_.append(bytes); }

    /// The next whole line without its newline; after `end_of_stream` also the unfinished last one.
    std::optional<std::string> next();

    void end_of_stream() { ended_ = true; }

  private:
    std::string rest_;
    std::size_t place_ = 0;
    bool ended_ = false;
};

/// One message of a build, pull or push. The engine answers HTTP 200 before it knows the end, so a
/// failure is such a message too (`error`, `errorDetail`).
struct Progress {
    std::string text;  // for the log, with its newline where the engine sent one; may be empty
    bool transient = false;  // a progress bar's state: not for a log
    std::string error;       // non-empty: the operation failed, in the engine's words
    int error_code = 0;      // exit status of a failing RUN, where the engine names one
    std::string image_id;    // `sha256:…` of a finished build
    std::string digest;      // `sha256:…` of a finished push
    std::string trace;       // BuildKit's progress, a message in bytes; buildkit_trace.hpp reads it
};

/// Code::protocol for something that is not a JSON object.
Result<Progress> parse_progress(std::string_view line);

}  // namespace triphammer::docker
