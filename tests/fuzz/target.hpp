#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace triphammer::fuzz {

/// What was promised and not kept; empty: all well.
using Check = std::function<std::string(const std::string& input)>;

struct Target {
    Check check;
    std::vector<std::string> seeds;
};

/// What reads bytes of the network and of archives, beside the language.
std::map<std::string, Target> outside_targets();

}  // namespace triphammer::fuzz
