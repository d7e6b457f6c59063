#pragma once
// From a byte of a scalar's value back to its line and column in the file.

#include "workflow/yaml/node.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

/// A byte of a scalar's value. Where that is costs a look at the file: only what is told is looked
/// up.
struct Spot {
    const Node* scalar = nullptr;
    std::size_t offset = 0;
};

class Source {
  public:
    /// Borrows `text`.
    explicit Source(std::string_view text);

    /// Exact for scalars on one line without escapes and for literal blocks (|); else the scalar's
    /// own place.
    model::Position locate(const Node& scalar, std::size_t offset) const;

    model::Position locate(const Spot& spot) const { return locate(*spot.scalar, spot.offset); }

  private:
    std::string_view line(int number) const;
    model::Position locate_in_line(const Node& scalar, std::size_t offset) const;
    model::Position locate_in_block(const Node& scalar, std::size_t offset) const;

    std::vector<std::string_view> lines_;
};

}  // namespace triphammer::workflow
