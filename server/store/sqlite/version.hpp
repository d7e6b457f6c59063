#pragma once

#include <string>

namespace triphammer::store {

/// Of the library that is loaded.
std::string sqlite_version();

}  // namespace triphammer::store
