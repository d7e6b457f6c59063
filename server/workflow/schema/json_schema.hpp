#pragma once
// The language as a JSON Schema (draft 7, as editors read it), made from the tables that the checks
// use. It says what is well-formed; expressions, names and cycles are for `lint`.

#include <string>

namespace triphammer::workflow {

/// Pretty-printed; the same text each time.
std::string json_schema_text();

}  // namespace triphammer::workflow
