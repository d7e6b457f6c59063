#pragma once
// The disks: spools in the run directory and the daemon's log files. They survive every kill; a
// kill in the middle of a write leaves a part of it.

#include "base/digest.hpp"
#include "protocol/daemon_machine.hpp"
#include "simulation/dice.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace triphammer::simulation {

struct Disk {
    std::map<std::int64_t, std::string> spools;                 // fence → bytes
    std::map<std::pair<std::int64_t, int>, std::string> logs;   // (fence, step) → bytes
    std::map<std::pair<std::int64_t, int>, std::string> truth;  // what the steps wrote

    std::map<int, std::uint64_t> lengths_of(std::int64_t fence) const {
        std::map<int, std::uint64_t> out;
        for (auto at = logs.lower_bound({fence, 0}); at != logs.end() && at->first.first == fence;
             ++at) {
            out[at->first.second] = at->second.size();
        }
        return out;
    }

    /// A bit of a log turns over on the disk, or its tail is lost.
    bool damage(std::int64_t fence, Dice& dice) {
        for (auto& [id, bytes] : logs) {
            if (id.first != fence || bytes.empty()) continue;
            const auto at = dice.below(bytes.size());
            if (dice.once_in(2)) {
                bytes.resize(at);
            } else {
                bytes[at] ^= 1;
            }
            return true;
        }
        return false;
    }

    /// As LogStore::remove.
    void remove_logs(std::int64_t fence) {
        logs.erase(logs.lower_bound({fence, 0}), logs.lower_bound({fence + 1, 0}));
    }

    /// As LogStore::append: what is there already is compared and skipped.
    Result<> append_log(std::int64_t fence, const protocol::WriteLog& write) {
        auto& log = logs[{fence, write.step}];
        if (write.offset > log.size()) return Error{Code::protocol, "beyond the end"};
        const auto known = std::min<std::size_t>(log.size() - write.offset, write.bytes.size());
        if (log.compare(write.offset, known, write.bytes.substr(0, known)) != 0) {
            return Error{Code::protocol, "other bytes are there"};
        }
        log += write.bytes.substr(known);
        return {};
    }

    Result<> verify(std::int64_t fence, const protocol::VerifyLogs& wanted) const {
        for (const auto& sum : wanted.sums) {
            const auto found = logs.find({fence, sum.number});
            const std::string bytes = found == logs.end() ? "" : found->second;
            if (bytes.size() != sum.bytes || sha256_hex(bytes) != sum.sha256) {
                return conflict("step " + std::to_string(sum.number) + " differs");
            }
        }
        return {};
    }
};

}  // namespace triphammer::simulation
