#pragma once
// The OpenAPI 3.1 document: roles, scopes and what the router answers come from the table of
// routes; what an operation takes and answers stands in openapi/operations.json, the shapes in
// openapi/schemas.json. tests/api holds tables and routes against each other, and
// tests/integration/schemathesis_test.py the document against a running server.

#include "api/call/call.hpp"

#include <string>

namespace triphammer::api {

std::string openapi_text(const std::string& version);

Answer openapi(Services& services, Call call);

}  // namespace triphammer::api
