#pragma once
// The inputs of the actions that are built in. What has no meaning here (there is no credential to
// keep, a fresh folder is clean, nothing is downloaded) is accepted; others only with the value
// that says what happens anyway, or with an expression, which the runner checks.

#include <span>
#include <string_view>

namespace triphammer::workflow {

struct Input {
    std::string_view name;
    bool accepted = true;
    std::string_view only = {};
};

struct BuiltIn {
    std::string_view name;  // also a name in unsupported.cpp
    std::span<const Input> inputs;
};

/// Those of AWS and HashiCorp.
std::span<const BuiltIn> list_cloud_actions();

}  // namespace triphammer::workflow
