#pragma once
// Signature Version 4. Pure.
// Source: docs.aws.amazon.com, "AWS Signature Version 4 for API requests", "Create a signed AWS API
// request".

#include "aws/credentials.hpp"
#include "base/clock.hpp"
#include "http/client.hpp"

#include <string>

namespace triphammer::aws {

/// What a signature is good for.
struct Scope {
    std::string region;   // us-east-1
    std::string service;  // ecs
};

/// Adds X-Amz-Date, X-Amz-Security-Token and Authorization to a call whose other headers, target
/// and body are final. `host`: its Host field.
void sign(
    http::Call& call,
    const std::string& host,
    const Credentials& credentials,
    const Scope& scope,
    TimePoint at
);

/// What is signed of a call, and the names of its headers as they are signed.
struct CanonicalRequest {
    std::string text;
    std::string signed_headers;
};

CanonicalRequest make_canonical_request(const http::Call& call, const std::string& host);

}  // namespace triphammer::aws
