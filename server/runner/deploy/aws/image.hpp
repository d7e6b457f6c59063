#pragma once
// Which digest an image's name stands for, without an engine.

#include "docker/reference.hpp"
#include "runner/deploy/aws/access.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

/// A private registry of ECR.
struct EcrRegistry {
    std::string account;
    std::string region;
};

/// 123456789012.dkr.ecr.eu-west-1.amazonaws.com
std::optional<EcrRegistry> parse_ecr_registry(const std::string& host);

/// With its digest. ECR is asked, also whether it has what a digest names; of other registries only
/// a digest is taken: Code::invalid. Code::not_found.
Task<Result<docker::ImageReference>> pin_image(
    const AwsAccess& access, docker::ImageReference image, const Clock& clock, Random& random
);

}  // namespace triphammer::runner
