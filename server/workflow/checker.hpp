#pragma once
// Walks a tree along the tables of shape.hpp and reports what does not fit.

#include "workflow/report.hpp"
#include "workflow/shape.hpp"
#include "workflow/source.hpp"

#include <string>
#include <string_view>

namespace triphammer::workflow {

class Checker {
  public:
    /// Borrows both.
    Checker(const Source& source, Report& report) : source_(source), report_(report) {}

    /// `key`: the name under which the node stands, for messages.
    void check(const Node& node, const Shape& shape, std::string_view key);

    Report& report() { return report_; }

  private:
    bool accepts(const Node& node, const Shape& shape, std::string_view key);
    void check_scalar(const Node& node, const Shape& shape, std::string_view key);
    void check_map(const Node& node, const Shape& shape, std::string_view key);
    void check_key(const Entry& entry, const Shape& shape, std::string_view parent);
    void check_required(const Node& node, const Shape& shape, std::string_view key);
    void check_text(const Node& node, const Shape& shape, std::string_view key);
    void check_word(const Node& node, const Shape& shape, std::string_view key);
    void check_condition(const Node& node, const Shape& shape);
    void check_segments(
        const Node& node, std::string_view text, std::size_t offset, const Shape& shape
    );
    void check_expression(
        const Node& node, std::string_view expression, std::size_t offset, const Shape& shape
    );
    void warn_about_number(const Node& node);

    const Source& source_;
    Report& report_;
};

/// A letter or _, then letters, digits, - and _.
bool is_identifier(std::string_view text);
bool is_duration(std::string_view text);

}  // namespace triphammer::workflow
