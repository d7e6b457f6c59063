#pragma once
// How many annotations of a job are kept: ten of a level for each step (those of an action's own
// steps are its user's), fifty together. Source: github.com/actions/toolkit,
// docs/problem-matchers.md, Limitations.

#include "protocol/messages.hpp"

#include <cstddef>
#include <vector>

namespace triphammer::runner {

/// Of one job.
class AnnotationLimit {
  public:
    /// Drops what is beyond the limits; how many those are.
    std::size_t apply(std::vector<protocol::Annotation>& of_step);

  private:
    int left_ = 50;
};

}  // namespace triphammer::runner
