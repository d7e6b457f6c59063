#include "aws/apprunner.hpp"

#include "aws/json_read.hpp"
#include "aws/value.hpp"

#include <algorithm>

namespace triphammer::aws {

using nlohmann::json;

namespace {

constexpr int kMostPages = 50;

AppService read_service(const json& service) {
    AppService out;
    out.arn = text_at(service, "ServiceArn");
    out.url = text_at(service, "ServiceUrl");
    out.status = text_at(service, "Status");
    out.source = object_at(service, "SourceConfiguration");
    out.image = text_at(object_at(out.source, "ImageRepository"), "ImageIdentifier");
    out.deploys_itself = flag_at(out.source, "AutoDeploymentsEnabled");
    return out;
}

Task<Result<std::string>> find_arn(const Client& apprunner, std::string name) {
    auto input = json::object();
    for (int page = 0; page < kMostPages; ++page) {
        auto calling = apprunner.call("ListServices", input);
        const auto answer = co_await std::move(calling);
        if (!answer) co_return answer.error();
        for (const auto& one : list_at(*answer, "ServiceSummaryList")) {
            if (text_at(one, "ServiceName") == name) co_return text_at(one, "ServiceArn");
        }
        const auto next = text_at(*answer, "NextToken");
        if (next.empty()) break;
        input["NextToken"] = next;
    }
    co_return not_found(
        "App Runner has no service " + name +
        " in this region: look at deploy.service and AWS_REGION"
    );
}

}  // namespace

Task<Result<AppService>> get_app_service(const Client& apprunner, std::string service) {
    if (!service.starts_with("arn:")) {
        auto finding = find_arn(apprunner, service);
        auto arn = co_await std::move(finding);
        if (!arn) co_return arn.error();
        service = std::move(*arn);
    }
    auto input = json::object();
    input["ServiceArn"] = service;
    auto calling = apprunner.call("DescribeService", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    auto out = read_service(object_at(*answer, "Service"));
    if (out.arn != service)
        co_return Error{Code::protocol, "App Runner DescribeService: the answer has no service"};
    co_return out;
}

Task<Result<std::string>> update_app_image(
    const Client& apprunner, AppService service, std::string image
) {
    auto input = json::object();
    input["ServiceArn"] = service.arn;
    input["SourceConfiguration"] = std::move(service.source);
    input["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"] = image;
    auto calling = apprunner.call("UpdateService", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    auto id = text_at(*answer, "OperationId");
    if (id.empty())
        co_return Error{Code::protocol, "App Runner UpdateService: the answer has no operation"};
    co_return id;
}

Task<Result<std::vector<Operation>>> list_operations(const Client& apprunner, std::string arn) {
    auto input = json::object();
    input["ServiceArn"] = arn;
    auto calling = apprunner.call("ListOperations", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (!answer->contains("OperationSummaryList"))
        co_return Error{Code::protocol, "App Runner ListOperations: the answer has no list"};
    std::vector<Operation> out;
    for (const auto& one : list_at(*answer, "OperationSummaryList"))
        out.push_back({text_at(one, "Id"), text_at(one, "Status")});
    co_return out;
}

Judgement judge_operation(const std::vector<Operation>& operations, const std::string& id) {
    using Progress = Judgement::Progress;
    const auto found = std::find_if(operations.begin(), operations.end(), [&](const auto& one) {
        return one.id == id;
    });
    if (found == operations.end())
        return {Progress::failed, "App Runner does not know the operation " + id};
    const auto& status = found->status;
    if (status == "SUCCEEDED") return {Progress::done, status};
    const bool is_going_on =
        status == "PENDING" || status == "IN_PROGRESS" || status == "ROLLBACK_IN_PROGRESS";
    if (is_going_on) return {Progress::going_on, status};
    return {Progress::failed, "App Runner's operation ended as " + status};
}

}  // namespace triphammer::aws
