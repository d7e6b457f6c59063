#pragma once

#include <string>

namespace triphammer::git {

/// Of the library that is loaded.
std::string libgit2_version();

}  // namespace triphammer::git
