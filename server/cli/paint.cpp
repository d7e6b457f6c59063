#include "cli/paint.hpp"

#include <unistd.h>

#include <algorithm>

namespace triphammer::cli {

namespace {

// Source: no-color.org: present and not empty, whatever its value.
bool forbids_colour(const std::string& variable) {
    return variable.starts_with("NO_COLOR=") && variable.size() > 9;
}

}  // namespace

Paint Paint::for_output(const std::vector<std::string>& environment) {
    const bool forbidden =
        std::any_of(environment.begin(), environment.end(), forbids_colour) ||
        std::find(environment.begin(), environment.end(), "TERM=dumb") != environment.end();
    return Paint{::isatty(STDOUT_FILENO) == 1 && !forbidden};
}

std::string Paint::wrap(std::string_view code, std::string_view text) const {
    if (!colours_) return std::string{text};
    return "\x1b[" + std::string{code} + "m" + std::string{text} + "\x1b[0m";
}

}  // namespace triphammer::cli
