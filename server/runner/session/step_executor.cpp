#include "runner/session/step_executor.hpp"

#include <algorithm>

namespace triphammer::runner {

Task<Result<>> StepExecutor::renew(std::string, bool) {
    co_return Result<>{};
}

Task<Result<std::uint64_t>> StepExecutor::measure_disk() {
    co_return Error{Code::unavailable, "nobody measures what is written there"};
}

std::string short_place(const StepExecutor& executor) {
    const auto whole = executor.description();
    return whole.substr(0, std::min(whole.find(", "), whole.find(" (")));
}

}  // namespace triphammer::runner
