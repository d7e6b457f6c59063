#pragma once
// The Elastic Container Registry: its passwords for `docker login`.
// Source: docs.aws.amazon.com, Amazon ECR API Reference, GetAuthorizationToken.

#include "aws/client.hpp"

namespace triphammer::aws {

struct RegistryLogin {
    std::string registry;  // 123456789012.dkr.ecr.us-east-1.amazonaws.com
    std::string username;
    Secret password;  // good for twelve hours
};

/// `accounts`: whose registries; none: the caller's own.
Task<Result<std::vector<RegistryLogin>>> get_logins(
    const Client& ecr, std::vector<std::string> accounts
);
/// public.ecr.aws; `ecr_public` is in us-east-1, where alone it answers.
Task<Result<RegistryLogin>> get_public_login(const Client& ecr_public);

}  // namespace triphammer::aws
