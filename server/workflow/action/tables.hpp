#pragma once
// The tables of action.yml; `runs` has one for each kind.

#include "workflow/schema/shape.hpp"

namespace triphammer::workflow {

extern const Shape kActionShape;
extern const Shape kCompositeRunsShape;
extern const Shape kNodeRunsShape;
extern const Shape kDockerRunsShape;

}  // namespace triphammer::workflow
