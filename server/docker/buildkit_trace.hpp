#pragma once
// BuildKit's progress as the engine sends it: each message is a `StatusResponse` in the wire format
// of protocol buffers. Only the few fields that a log shows are read.
// Source: github.com/moby/buildkit, api/services/control/control.proto; protobuf.dev, "Encoding".

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

struct TraceVertex {
    std::string digest;
    std::string name;  // [2/4] RUN make
    bool cached = false;
    std::int64_t started_ms = 0;    // unix; 0: not yet
    std::int64_t completed_ms = 0;  // the same
    std::string error;
};

struct TraceLog {
    std::string vertex;  // its digest
    std::string bytes;   // of both streams, cut anywhere
};

struct TraceStatus {
    std::vector<TraceVertex> vertices;
    std::vector<TraceLog> logs;
};

/// Code::protocol for bytes that are no such message.
Result<TraceStatus> parse_trace(std::string_view message);

/// Makes lines for a log of them: "#2 [2/4] RUN make", "#2 its output", "#2 done in 1.2 s".
class BuildTrace {
  public:
    /// The lines that `message` brings; may be none.
    Result<std::string> take(std::string_view message);

  private:
    struct Seen {
        int number = 0;
        bool announced = false;
        bool ended = false;
        std::string rest;  // the begun line of its output
    };

    Seen* find(const std::string& digest);
    void tell(const TraceVertex& vertex, std::string& out);
    void tell(const TraceLog& log, std::string& out);

    std::map<std::string, Seen> seen_;
    int count_ = 0;
};

/// The status at the end of BuildKit's words about a RUN that failed: "… exit code: 7". 0: none.
int exit_status_of(std::string_view words);

}  // namespace triphammer::docker
