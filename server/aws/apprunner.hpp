#pragma once
// App Runner: one service, one operation at a time. `judge_operation` is pure.
// Source: docs.aws.amazon.com, AWS App Runner API Reference, Service, UpdateService and
// OperationSummary.

#include "aws/ecs.hpp"

namespace triphammer::aws {

struct AppService {
    std::string arn;
    std::string url;              // without a scheme
    std::string status;           // RUNNING | OPERATION_IN_PROGRESS | PAUSED | …
    std::string image;            // its ImageIdentifier; empty: it is built from source
    bool deploys_itself = false;  // a push to the registry is deployed
    nlohmann::json source;        // its SourceConfiguration
};

/// By name or ARN. Code::not_found.
Task<Result<AppService>> get_app_service(const Client& apprunner, std::string service);

/// Gives it another image; the rest of its source stays. Answers the operation's id.
Task<Result<std::string>> update_app_image(
    const Client& apprunner, AppService service, std::string image
);

struct Operation {
    std::string id;
    std::string status;
};

/// The newest first.
Task<Result<std::vector<Operation>>> list_operations(const Client& apprunner, std::string arn);

/// Done is SUCCEEDED alone; an operation that is not there has failed.
Judgement judge_operation(const std::vector<Operation>& operations, const std::string& id);

}  // namespace triphammer::aws
