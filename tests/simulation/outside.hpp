#pragma once
// The engine, outside the product: counts what deployments really do to it, and holds the objects
// that jobs make. A request may be executed late, also after its sender has died, but not later
// than the settle time.

#include "base/clock.hpp"
#include "simulation/dice.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace triphammer::simulation {

/// What a driver would call its settle time.
inline constexpr Milliseconds kSettle{10'000};

/// The kind of a request that makes an object of the job itself, not of a deployment.
inline constexpr const char* kJobObject = "job-object";

struct EffectRequest {
    std::string idem;
    std::string kind;
    std::string object;  // what serves after a switch
    std::int64_t fence = 0;
    Instant sent_at;
};

struct Outside {
    std::vector<EffectRequest> under_way;                    // sent, not yet executed
    std::map<std::string, int> executions;                   // by idem: two is the failure
    std::string live;                                        // what serves now
    std::map<std::string, std::set<std::int64_t>> refusals;  // object and kind → effects' numbers
    std::map<std::int64_t, int> objects;  // role job: fence → how many there are

    bool is_done(const std::string& idem) const { return executions.count(idem) > 0; }

    bool is_under_way(const std::string& idem) const {
        for (const auto& request : under_way) {
            if (request.idem == idem) return true;
        }
        return false;
    }

    /// For good: the same again would be refused again.
    void refuse(const std::string& object, const std::string& kind, std::int64_t n) {
        refusals[object + " " + kind].insert(n);
    }

    void execute(std::size_t index) {
        const auto request = under_way[index];
        under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(index));
        if (request.kind == kJobObject) {
            ++objects[request.fence];
            return;
        }
        ++executions[request.idem];
        if (request.kind == "switch") live = request.object;
    }

    /// Nothing stays under way for longer than half the settle time.
    void settle(Instant now) {
        for (std::size_t i = under_way.size(); i > 0; --i) {
            if (now - under_way[i - 1].sent_at > kSettle / 2) execute(i - 1);
        }
    }
};

}  // namespace triphammer::simulation
