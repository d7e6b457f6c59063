#pragma once

#include <string>
#include <string_view>

namespace triphammer {

/// For HTML, SVG and XML, inside of an attribute, too: & < > " and ' as entities that all of them
/// know. Other bytes stay as they are.
std::string escape_markup(std::string_view text);

}  // namespace triphammer
