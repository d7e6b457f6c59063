#pragma once
// Inputs near to good ones: pieces of seeds, cut, doubled, mixed and sprinkled with what parsers
// dislike.

#include "support/random.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::fuzz {

class Mutator {
  public:
    Mutator(std::uint64_t seed, std::vector<std::string> seeds)
        : random_{seed}, seeds_{std::move(seeds)} {}

    std::string next();

  private:
    std::size_t below(std::size_t limit);
    void mutate(std::string& text);

    testing::SeededRandom random_;
    std::vector<std::string> seeds_;
};

/// Workflows that use every part of the language.
std::vector<std::string> workflow_seeds();

}  // namespace triphammer::fuzz
