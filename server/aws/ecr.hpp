#pragma once
// The Elastic Container Registry: its passwords for `docker login`, the digest that an image's name
// stands for, and repositories that have to be there before a push.
// Source: docs.aws.amazon.com, Amazon ECR API Reference.

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

/// One image of a private registry.
struct ImageName {
    std::string account;  // empty: the caller's own
    std::string repository;
    std::string tag;
    std::string digest;  // sha256:…; the tag does not matter then
};

/// The digest that the registry has for it. Code::not_found.
Task<Result<std::string>> find_digest(const Client& ecr, ImageName image);

struct Repository {
    std::string account;  // empty: the caller's own
    std::string name;
    bool is_immutable = false;  // its tags never move
    bool scans = false;         // what is pushed is scanned
};

/// Code::not_found.
Task<Result<Repository>> find_repository(const Client& ecr, std::string account, std::string name);
/// Fine where somebody else has made it meanwhile.
Task<Result<>> create_repository(const Client& ecr, Repository wanted);
/// Whether images of the repository end by a policy.
Task<Result<bool>> has_lifecycle_policy(const Client& ecr, Repository repository);
/// `policy`: the JSON text of its rules.
Task<Result<>> put_lifecycle_policy(const Client& ecr, Repository repository, std::string policy);

}  // namespace triphammer::aws
