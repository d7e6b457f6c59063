#pragma once

#include <string_view>

namespace triphammer::model {

/// What to write in place of an option of `docker create` that no container of a job gets; empty
/// where the option is none of these.
std::string_view find_remedy(std::string_view option);

}  // namespace triphammer::model
