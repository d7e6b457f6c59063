#pragma once
// What a newcomer did when yaml-cpp gives up: it stops where it cannot go on, often lines after
// the mistake.

#include "model/workflow.hpp"

#include <string>
#include <string_view>

namespace triphammer::workflow {

struct Mistake {
    model::Position at;
    std::string message;
    std::string hint;  // may be empty
};

/// `message` and `at` are yaml-cpp's; `text` is the whole file.
Mistake explain_yaml(std::string_view text, std::string_view message, model::Position at);

}  // namespace triphammer::workflow
