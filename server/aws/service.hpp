#pragma once
// The services that are called, and where they are.
// Source: docs.aws.amazon.com, "AWS service endpoints" and "Service-specific endpoints" of the AWS
// SDKs and Tools Reference Guide; the names and protocols are those of the services' API
// references.

#include "aws/credentials.hpp"
#include "base/result.hpp"
#include "http/url.hpp"

#include <string>
#include <string_view>

namespace triphammer::aws {

struct Service {
    std::string_view id;            // as in AWS_ENDPOINT_URL_<ID>
    std::string_view host;          // the first part of its host
    std::string_view signing;       // its name in signatures
    std::string_view target;        // X-Amz-Target without the operation; empty: the query protocol
    std::string_view version;       // of the query protocol
    std::string_view json = "1.1";  // of the JSON protocol
};

inline constexpr Service kSts{"STS", "sts", "sts", "", "2011-06-15"};
inline constexpr Service kEcr{"ECR", "api.ecr", "ecr", "AmazonEC2ContainerRegistry_V20150921", ""};
inline constexpr Service kEcrPublic{
    "ECR_PUBLIC", "api.ecr-public", "ecr-public", "SpencerFrontendService", ""};
inline constexpr Service kEcs{"ECS", "ecs", "ecs", "AmazonEC2ContainerServiceV20141113", ""};
inline constexpr Service kElb{
    "ELASTIC_LOAD_BALANCING_V2", "elasticloadbalancing", "elasticloadbalancing", "", "2015-12-01"};
inline constexpr Service kAppRunner{"APPRUNNER", "apprunner", "apprunner", "AppRunner", "", "1.0"};

/// AWS_ENDPOINT_URL_<ID>, else AWS_ENDPOINT_URL, else the region's own. Code::invalid for a name
/// that no region has.
Result<http::Url> find_endpoint(
    const Service& service, const std::string& region, const Variables& variables
);

/// "amazonaws.com"; China and the isolated regions have their own.
std::string_view domain_of(std::string_view region);

/// "aws", "aws-cn", "aws-us-gov", …: the second part of the region's ARNs.
std::string_view partition_of(std::string_view region);

}  // namespace triphammer::aws
