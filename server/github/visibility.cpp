#include "github/visibility.hpp"

#include <simdjson.h>

namespace triphammer::github {

namespace {

using simdjson::padded_string_view;

/// Only what leads to the field is read, so nothing is built of the rest.
std::optional<bool> read_visibility(padded_string_view json) {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    bool is_private = false;
    if (parser.iterate(json).get(document) != simdjson::SUCCESS) return {};
    if (document["repository"]["private"].get(is_private) != simdjson::SUCCESS) return {};
    return is_private;
}

}  // namespace

std::optional<bool> find_visibility(const std::string& json) {
    if (json.capacity() - json.size() >= simdjson::SIMDJSON_PADDING) {
        return read_visibility(padded_string_view{json.data(), json.size(), json.capacity()});
    }
    const simdjson::padded_string padded{json};
    return read_visibility(padded);
}

}  // namespace triphammer::github
