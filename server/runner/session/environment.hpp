#pragma once

#include "base/result.hpp"
#include "model/workflow.hpp"
#include "workflow/expression/evaluator.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// Environment variables in the order of their first mention; a later value replaces. Pure value.
class Environment {
  public:
    void set(std::string_view name, std::string value);
    /// NAME=value; without '=' it is left out.
    void set_line(std::string_view line);
    /// Null when it is not set.
    const std::string* find(std::string_view name) const;
    /// Everything of `upper` over this.
    void put_over(const Environment& upper);
    /// Evaluates `pairs` over `contexts` and puts them over this. Code::invalid names the variable.
    /// One without a name is an expression that gives a map.
    Result<> add(const model::Pairs& pairs, const workflow::expression::Contexts& contexts);

    /// NAME=value for a process.
    std::vector<std::string> lines() const;
    /// As the `env` context.
    workflow::expression::Value as_value() const;

  private:
    Result<> add_all_of(const model::Template& map, const workflow::expression::Contexts& contexts);

    std::vector<std::pair<std::string, std::string>> entries_;
};

}  // namespace triphammer::runner
