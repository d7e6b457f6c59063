#include "app/runner_program.hpp"

namespace triphammer::embedded {
const char* runner_begin();
const char* runner_end();
}  // namespace triphammer::embedded

namespace triphammer::app {

std::string_view runner_program() {
    const auto* begin = embedded::runner_begin();
    return {begin, static_cast<std::size_t>(embedded::runner_end() - begin)};
}

}  // namespace triphammer::app
