#pragma once

#include <string>

namespace triphammer::execution {

/// What a workflow command or a problem matcher says about a place of the source.
struct Annotation {
    std::string level;    // error | warning | notice
    std::string message;  // at most 4 KiB
    std::string title;
    std::string file;
    int line = 0;  // 0: none; so with the other three
    int end_line = 0;
    int column = 0;
    int end_column = 0;
};

}  // namespace triphammer::execution
