#pragma once
// The Security Token Service: who one is, and somebody else's keys for a while.
// Source: docs.aws.amazon.com, AWS Security Token Service API Reference.

#include "aws/client.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::aws {

struct Identity {
    std::string account;  // 12 digits
    std::string arn;
};

struct AssumedRole {
    Credentials credentials;
    std::string expiration;  // RFC 3339
    std::string role_id;     // AROA…:session
};

struct RoleWish {
    std::string role;  // its ARN
    std::string session;
    int seconds = 3600;
    std::string external_id;
    std::string policy;                 // JSON
    std::vector<std::string> policies;  // ARNs
    std::vector<std::pair<std::string, std::string>> tags;
    std::vector<std::string> transitive_tags;
};

/// The parameters of AssumeRole, numbered from 1.
Client::Form make_form(const RoleWish& wish);

Task<Result<Identity>> get_identity(const Client& sts);
Task<Result<AssumedRole>> assume_role(const Client& sts, RoleWish wish);
/// `sts` has no credentials: the token stands for them. Tags come with the token alone.
Task<Result<AssumedRole>> assume_role_with_token(const Client& sts, RoleWish wish, Secret token);

}  // namespace triphammer::aws
