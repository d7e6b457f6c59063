#pragma once
// ${…} in the values of a Compose file. Pure. Source: compose-spec, 12-interpolation.md.

#include "base/result.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace triphammer::runner {

/// What a deployment gives to its file, and which of it the file has used.
class ComposeVariables {
  public:
    explicit ComposeVariables(std::map<std::string, std::string> values)
        : values_{std::move(values)} {}

    /// Null: there is none of that name. Counts as a use.
    const std::string* find(const std::string& name);

    /// Names that nothing has asked for.
    std::set<std::string> unused() const;

  private:
    std::map<std::string, std::string> values_;
    std::set<std::string> used_;
};

/// $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}, ${NAME?message},
/// ${NAME:+instead}, ${NAME+instead}, and $$ for a dollar. Code::invalid for another form and for a
/// name without value and default: nothing is left empty in silence.
Result<std::string> interpolate(std::string_view text, ComposeVariables& variables);

}  // namespace triphammer::runner
