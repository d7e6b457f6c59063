#pragma once

#include "runner/aws/call.hpp"

namespace triphammer::runner {

/// aws-actions/configure-aws-credentials: keys for later steps, given ones or an assumed role's.
Task<Result<>> configure_credentials(AwsCall call);

/// What a value of a session's tag may be: other characters become '*', and it ends after 256.
/// Source: AWS STS API Reference, Tag.
std::string tag_value(std::string_view text);

}  // namespace triphammer::runner
