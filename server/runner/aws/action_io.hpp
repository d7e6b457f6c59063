#pragma once
// What the program of an action is given and what it gives: inputs and variables; lines, masks,
// outputs, variables of later steps.
// Source: docs.github.com, "Workflow commands for GitHub Actions".

#include "aws/credentials.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

class ActionIo {
  public:
    /// Gets whole lines; before it returns they are on their way.
    using Say = std::function<void(std::string_view line)>;

    ActionIo(aws::Variables variables, Say say)
        : variables_{std::move(variables)}, say_{std::move(say)} {}

    const aws::Variables& variables() const { return variables_; }

    std::string variable(std::string_view name) const { return variables_(name); }

    /// Without blanks around it; empty where it is not given.
    std::string input(std::string_view name) const;
    /// Code::invalid for what is neither true nor false.
    Result<bool> flag(std::string_view name, bool fallback) const;
    /// Code::invalid for what is no number between the two.
    Result<int> number(std::string_view name, int fallback, int least, int most) const;
    /// Separated by commas or line ends; without empty ones.
    std::vector<std::string> items(std::string_view name) const;
    /// Those that are not blank.
    std::vector<std::string> lines(std::string_view name) const;

    void say(const std::string& line) const { say_(line); }

    void warn(const std::string& message) const;
    void fail(const std::string& message) const;
    void mask(const std::string& value) const;

    void set_output(std::string name, std::string value);
    void set_variable(std::string name, std::string value);
    void set_state(std::string name, std::string value);

    /// Adds what was set to the files that GITHUB_OUTPUT & co. name.
    Result<> write(Random& random) const;

    using Values = std::vector<std::pair<std::string, std::string>>;

    const Values& outputs() const { return outputs_; }

    const Values& exported() const { return exported_; }

  private:
    Result<> write_to(std::string_view file, const Values& values, Random& random) const;

    aws::Variables variables_;
    Say say_;
    Values outputs_;
    Values exported_;
    Values states_;
};

}  // namespace triphammer::runner
