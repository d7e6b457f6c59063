#pragma once
// What the built-in actions about artifacts and caches work with.

#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

#include <map>
#include <string>
#include <string_view>

namespace triphammer::runner {

/// All outlive the call.
struct StoreCall {
    Session& session;
    StepExecutor& executor;
    int step;  // whose log gets the words
    execution::StopToken& stop;
};

/// A step's `with`, evaluated; names in lower case.
class StoreInputs {
  public:
    explicit StoreInputs(std::map<std::string, std::string> values) : values_{std::move(values)} {}

    /// Without blanks around it; `fallback` where it is not given or empty.
    std::string text(const std::string& name, std::string_view fallback = {}) const;
    /// The YAML 1.2 core spellings of true and false. Code::invalid names the input.
    Result<bool> flag(const std::string& name, bool fallback = false) const;
    /// Code::invalid names the input and the range.
    Result<std::int64_t> number(
        const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most
    ) const;
    /// The same with another value.
    StoreInputs with(const std::string& name, std::string value) const;
    /// The lines that are not empty, without blanks around them.
    std::vector<std::string> lines(const std::string& name) const;

  private:
    std::map<std::string, std::string> values_;
};

/// A line into the step's log.
Task<Result<>> say(const StoreCall& call, std::string line);

}  // namespace triphammer::runner
