#pragma once
// What a checkout leaves for the next ones: the pack that it got, from which a layer can be made
// (runner/layers). A folder of the attempt, written where no step reaches, with the files `pack`
// and `shallow` and what is told here.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace triphammer::runner {

struct Seed {
    std::string pool;    // whose layer it becomes
    std::string commit;  // the run's own
    std::string base;    // the commit of the pool's layer that the pack goes on from; empty: all
};

/// `parts` becomes the attempt's seed. Code::conflict where it has left one.
Result<> leave_seed(
    const std::filesystem::path& parts, const std::filesystem::path& attempt, const Seed& seed
);

Result<Seed> read_seed(const std::filesystem::path& folder);

/// The objects of a pack, by its head. Source: gitformat-pack(5).
Result<std::uint32_t> count_objects(const std::filesystem::path& pack);

}  // namespace triphammer::runner
