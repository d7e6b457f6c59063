#pragma once
// What an error of AWS means for a deployment that has not touched anything. Pure.

#include "runner/image/failure.hpp"

namespace triphammer::runner {

ImageFailure explain_aws(const Error& error);

}  // namespace triphammer::runner
