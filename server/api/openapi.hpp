#pragma once
// The OpenAPI 3.1 document, made from the table of routes and the summaries of openapi.cpp; a test
// holds the two against each other.

#include <string>

namespace triphammer::api {

std::string openapi_text(const std::string& version);

}  // namespace triphammer::api
