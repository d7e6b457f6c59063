#pragma once
// Walks a tree along the tables of shape.hpp and reports what does not fit.

#include "workflow/checks/references.hpp"
#include "workflow/schema/shape.hpp"
#include "workflow/yaml/report.hpp"
#include "workflow/yaml/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

class Checker {
  public:
    /// Borrows both.
    Checker(const Source& source, Report& report) : source_(source), report_(report) {}

    /// `key`: the name under which the node stands, for messages.
    void check(const Node& node, const Shape& shape, std::string_view key);

    /// What the expressions of all nodes checked so far look up.
    const std::vector<Reference>& references() const { return references_; }

  private:
    void check_parts(const Node& node, const Shape& shape, std::string_view key);
    void check_anything(const Node& node, const Shape& shape);
    bool accepts(const Node& node, const Shape& shape, std::string_view key);
    void check_scalar(const Node& node, const Shape& shape, std::string_view key);
    void check_map(const Node& node, const Shape& shape, std::string_view key);
    void check_key(
        const Node& map, const Entry& entry, const Shape& shape, std::string_view parent
    );
    void refuse_key(
        const Node& map, const Entry& entry, const Shape& shape, std::string_view parent
    );
    void check_required(const Node& node, const Shape& shape, std::string_view key);
    void check_text(const Node& node, const Shape& shape, std::string_view key);
    void check_form(const Node& node, const Shape& shape);
    void check_word(const Node& node, const Shape& shape, std::string_view key);
    void check_condition(const Node& node, const Shape& shape);
    void check_segments(
        const Node& node, std::string_view text, std::size_t offset, const Shape& shape
    );
    void check_expression(
        const Node& node, std::string_view expression, std::size_t offset, const Shape& shape
    );
    void check_context(const expression::Node& context, const Shape& shape, Spot at);
    void check_function(const expression::Node& function, const Shape& shape, Spot at);
    void warn_about_number(const Node& node);

    const Source& source_;
    Report& report_;
    const Node* job_ = nullptr;   // that is being looked at
    const Node* step_ = nullptr;  // likewise
    std::vector<Reference> references_;
};

}  // namespace triphammer::workflow
