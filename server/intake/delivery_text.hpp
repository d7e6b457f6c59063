#pragma once
// What is stored of a request besides its body. Pure.

#include "http/message.hpp"

#include <string>

namespace triphammer::intake {

/// The header's value when it has the form of a GUID or an event's name; empty otherwise, and where
/// it comes twice.
std::string name_from_header(const http::Headers& headers, std::string_view name);

/// A JSON object, names in small letters, without signatures, cookies and credentials.
std::string headers_to_json(const http::Headers& headers);

}  // namespace triphammer::intake
