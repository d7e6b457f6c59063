#include "github/visibility.hpp"

#include <simdjson.h>

namespace triphammer::github {

std::optional<bool> find_visibility(std::string json) {
    simdjson::dom::parser parser;
    bool is_private = false;
    if (parser.parse(json)["repository"]["private"].get(is_private) != simdjson::SUCCESS) return {};
    return is_private;
}

}  // namespace triphammer::github
