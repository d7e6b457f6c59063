#pragma once
// What the daemon and the launcher say to each other: one JSON object a line over a Unix socket in
// the run directory, closed schema (an unknown key refuses the line). Replies come in the order of
// the requests; events may stand between them. Everything is idempotent by fence.
//
//   {"do":"start","fence":7,…} → {"reply":"started"|"exists"|"refused","fence":7,"why":…}
//   {"do":"list"}              → {"reply":"list","attempts":[{"fence","alive","exit","signal"}]}
//   {"do":"stop","fence":7,"grace":10000} → {"reply":"stopped","fence":7}    TERM now, KILL after
//   {"do":"sweep","fence":7,"server_id":…,"docker_host":…} → {"reply":"swept"|"refused","fence":7}
//                              kills what is left, removes the attempt's engine objects (role=job)
//                              and its folder; refused: something could not be removed, ask again
//   {"event":"ended","fence":7,"exit":0,"signal":0}                          a hint, no verdict

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::launcher {

enum class Action { start, list, stop, sweep };

struct Request {
    Action action = Action::list;
    std::int64_t fence = 0;
    std::int64_t grace_ms = 10'000;  // stop

    // start and sweep:
    std::string server_id;    // the data directory's id
    std::string docker_host;  // for docker, image and deploy jobs; may be empty

    // start:
    Secret token;                     // of the attempt; hex
    std::string endpoint;             // the daemon's Unix socket
    std::string executor = "host";    // host | docker
    std::string pool;                 // whose layers it may use: [0-9a-z.]; empty: none
    std::vector<std::string> hidden;  // folders that no step may see (the data directory)
};

struct AttemptInfo {
    std::int64_t fence = 0;
    bool alive = false;  // somebody holds run/<fence>/lock
    int exit = -1;       // of the runner, where this launcher saw its end
    int signal = 0;

    friend bool operator==(const AttemptInfo&, const AttemptInfo&) = default;
};

struct Reply {
    std::string kind;  // started | exists | refused | list | stopped | swept; event: ended
    std::int64_t fence = 0;
    std::string why;                    // refused
    std::vector<AttemptInfo> attempts;  // list
    int exit = -1;                      // ended
    int signal = 0;                     // ended
    bool is_event = false;
};

/// Whether it can be a pool's name, and so a folder's.
bool is_pool(std::string_view name);

/// Both end with '\n'. A line is at most 64 KiB (list replies: 16 MiB).
std::string to_line(const Request& request);
std::string to_line(const Reply& reply);
Result<Request> parse_request(std::string_view line);
Result<Reply> parse_reply(std::string_view line);

}  // namespace triphammer::launcher
