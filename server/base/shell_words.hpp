#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer {

/// Words as a shell would split them: blanks, '…', "…", backslash; no expansion. Code::invalid for
/// a quote that is not closed.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace triphammer
