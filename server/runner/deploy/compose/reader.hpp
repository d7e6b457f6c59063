#pragma once
// Values of a Compose file: places of errors, ${…}, and the few types that its keys have. After the
// first error everything else is passed over.

#include "base/result.hpp"
#include "runner/deploy/compose/interpolate.hpp"
#include "workflow/yaml/node.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::runner {

using workflow::Node;
using workflow::NodeKind;

class ComposeReader {
  public:
    ComposeReader(std::string file, ComposeVariables& variables)
        : file_{std::move(file)}, variables_{variables} {}

    void fail(const Node& at, const std::string& message);

    const std::optional<Error>& error() const { return error_; }

    /// Nothing but what `kind` says; an error names `key`.
    bool expect(const Node& node, NodeKind kind, std::string_view key);

    /// A scalar with its ${…} replaced; empty for null.
    std::string text(const Node& node);
    bool flag(const Node& node);
    /// At least 1.
    std::int64_t number(const Node& node);
    /// "1m30s", "500ms".
    std::chrono::nanoseconds duration(const Node& node);
    /// "64m", "1gb", or bytes.
    std::int64_t bytes(const Node& node);
    /// A list of texts, or one.
    std::vector<std::string> texts(const Node& node);
    /// A list of words, or one text that a shell would split into them.
    std::vector<std::string> words(const Node& node);
    /// A map, or a list of NAME=value. A name without a value is a variable of the deployment.
    std::vector<std::pair<std::string, std::string>> pairs(const Node& node);

  private:
    std::pair<std::string, std::string> pair(const Node& item);
    std::string variable(const Node& at, const std::string& name);

    std::string file_;
    ComposeVariables& variables_;
    std::optional<Error> error_;
};

/// The extension fields of the specification, which mean nothing.
bool is_extension(std::string_view key);

}  // namespace triphammer::runner
