#include "app/runner_program.hpp"

#include "store/sqlite/compression.hpp"

namespace triphammer::embedded {
const char* runner_begin();
const char* runner_end();
}  // namespace triphammer::embedded

namespace triphammer::app {

Result<std::string> runner_program() {
    constexpr std::size_t kMost = 256U << 20U;
    const auto* begin = embedded::runner_begin();
    const std::string_view carried{begin, static_cast<std::size_t>(embedded::runner_end() - begin)};
    return store::decompress(carried, kMost);
}

}  // namespace triphammer::app
