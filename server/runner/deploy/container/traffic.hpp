#pragma once
// What leads traffic to one container of a service, and away from it again. The driver says where;
// how is `switch` of the workflow: an nginx, a kamal-proxy, or a name in a network.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// Where traffic goes: a container of the service, by its name.
struct Upstream {
    std::string container;  // id: what the read-back answers
    std::string name;
};

using Receivers = std::vector<std::string>;

class Traffic {
  public:
    Traffic() = default;
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;
    virtual ~Traffic() = default;

    /// The image that it runs with where the configuration names none; empty: it needs none.
    virtual std::string usual_image() const = 0;
    /// Preflight, without touching anything.
    virtual Task<Result<>> check() = 0;

    /// There and at work, with these ports; its id. Code::conflict when a port is taken, or
    /// something else has its name.
    virtual Task<Result<std::string>> ensure(std::string image) = 0;
    /// Its id, without making it. Code::not_found: there is none yet; conflict: it is not ours.
    virtual Task<Result<std::string>> find() = 0;
    /// The whole way to the new upstream, or to nobody. Ok only after the read-back. May be done
    /// twice, also after it was done in part.
    virtual Task<Result<>> move_to(Upstream upstream) = 0;
    /// The ids of the containers that get new connections; in the middle of a move that may be two.
    /// Code::not_found without what would lead there.
    virtual Task<Result<Receivers>> read_back() = 0;
    /// Until what began before the last move has ended, at most the plan's drain time.
    virtual Task<> wait_drained(const Clock& clock) = 0;
};

}  // namespace triphammer::runner
