#pragma once
// What the names of a Jenkinsfile (params.X, env.X, BRANCH_NAME, …) are here, in scripts, values
// and conditions. Pure. Source: Jenkins' pages "Using a Jenkinsfile" and "Pipeline Syntax".

#include "importer/draft.hpp"
#include "importer/groovy_tree.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::importer {

/// Of a credential: letters, digits and underscores in capitals.
std::string secret_name(std::string_view credential);

/// A text without the indent that all its lines share, and without blank lines around it.
std::string without_indent(std::string_view text);

class Names {
  public:
    /// Jenkins' own variables that occur in the source are known from the start.
    explicit Names(std::string_view source);

    /// `fallback` as an expression: what it is where nobody was asked.
    void add_parameter(const std::string& name, const std::string& fallback);
    /// `value` may hold ${{ }}.
    void add_variable(const std::string& name, const std::string& value);

    bool occurs(std::string_view word) const;

    /// Parameters and the variables of Jenkins that the file uses, as an environment.
    Texts environment() const;

    /// For a shell, which puts the variables in itself. Nothing: Groovy computes something in it.
    static std::optional<std::string> to_script(const Value& value);
    /// For YAML, with ${{ }}.
    std::optional<std::string> to_template(const Value& value) const;
    /// A condition, without ${{ }}.
    std::optional<std::string> to_condition(const std::vector<Token>& code) const;
    /// One name of a condition: params.X, env.X, X.
    std::optional<std::string> to_expression(const std::string& name) const;

  private:
    std::string_view source_;
    std::map<std::string, std::string> parameters_;  // name → expression
    std::map<std::string, std::string> variables_;   // name → template
};

}  // namespace triphammer::importer
