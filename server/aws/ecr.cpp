#include "aws/ecr.hpp"

#include "aws/json_read.hpp"
#include "aws/value.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::aws {

using nlohmann::json;

namespace {

/// Without the scheme.
std::string host_of(std::string url) {
    const auto scheme = url.find("://");
    if (scheme != std::string::npos) url.erase(0, scheme + 3);
    return url;
}

Result<RegistryLogin> login_of(const json& data, std::string registry) {
    auto decoded = from_base64(text_at(data, "authorizationToken"));
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos || registry.empty()) {
        return Error{Code::protocol, "GetAuthorizationToken: the answer has no token"};
    }
    RegistryLogin out;
    out.registry = std::move(registry);
    out.username = decoded->substr(0, colon);
    out.password = Secret{decoded->substr(colon + 1)};
    wipe(*decoded);
    return out;
}

}  // namespace

Task<Result<std::vector<RegistryLogin>>> get_logins(
    const Client& ecr, std::vector<std::string> accounts
) {
    auto input = json::object();
    if (!accounts.empty()) input["registryIds"] = accounts;
    auto calling = ecr.call("GetAuthorizationToken", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    std::vector<RegistryLogin> out;
    for (const auto& data : answer->value("authorizationData", json::array())) {
        if (!data.is_object()) continue;
        auto login = login_of(data, host_of(text_at(data, "proxyEndpoint")));
        if (!login) co_return login.error();
        out.push_back(std::move(*login));
    }
    if (out.empty()) {
        co_return Error{Code::protocol, "GetAuthorizationToken: the answer names no registry"};
    }
    co_return out;
}

Task<Result<RegistryLogin>> get_public_login(const Client& ecr_public) {
    auto calling = ecr_public.call("GetAuthorizationToken", json::object());
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    const auto data = answer->value("authorizationData", json::object());
    co_return login_of(data.is_object() ? data : json::object(), "public.ecr.aws");
}

namespace {

json identifier_of(const ImageName& image) {
    auto out = json::object();
    if (!image.digest.empty()) out["imageDigest"] = image.digest;
    if (image.digest.empty()) out["imageTag"] = image.tag.empty() ? "latest" : image.tag;
    return out;
}

}  // namespace

Task<Result<std::string>> find_digest(const Client& ecr, ImageName image) {
    auto input = json::object();
    if (!image.account.empty()) input["registryId"] = image.account;
    input["repositoryName"] = image.repository;
    input["imageIds"] = json::array({identifier_of(image)});
    auto calling = ecr.call("DescribeImages", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& detail : list_at(*answer, "imageDetails")) {
        auto digest = text_at(detail, "imageDigest");
        if (!digest.empty()) co_return digest;
    }
    co_return Error{Code::protocol, "ECR DescribeImages: the answer has no digest"};
}

namespace {

json naming(const Repository& repository) {
    json out{{"repositoryName", repository.name}};
    if (!repository.account.empty()) out["registryId"] = repository.account;
    return out;
}

}  // namespace

Task<Result<Repository>> find_repository(const Client& ecr, std::string account, std::string name) {
    auto input = json::object();
    if (!account.empty()) input["registryId"] = account;
    input["repositoryNames"] = json::array({name});
    auto calling = ecr.call("DescribeRepositories", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& one : list_at(*answer, "repositories")) {
        if (text_at(one, "repositoryName") != name) continue;
        Repository out;
        out.account = std::move(account);
        out.name = std::move(name);
        out.is_immutable = text_at(one, "imageTagMutability").starts_with("IMMUTABLE");
        out.scans = flag_at(object_at(one, "imageScanningConfiguration"), "scanOnPush");
        co_return out;
    }
    co_return Error{Code::protocol, "ECR DescribeRepositories: the answer does not name " + name};
}

Task<Result<>> create_repository(const Client& ecr, Repository wanted) {
    auto input = naming(wanted);
    input["imageTagMutability"] = wanted.is_immutable ? "IMMUTABLE" : "MUTABLE";
    input["imageScanningConfiguration"] = {{"scanOnPush", wanted.scans}};
    auto calling = ecr.call("CreateRepository", std::move(input));
    const auto answer = co_await std::move(calling);
    if (answer) co_return Result<>{};
    const auto& words = answer.error().message;
    if (words.find("RepositoryAlreadyExists") != std::string::npos) co_return Result<>{};
    co_return answer.error();
}

Task<Result<bool>> has_lifecycle_policy(const Client& ecr, Repository repository) {
    auto calling = ecr.call("GetLifecyclePolicy", naming(repository));
    const auto answer = co_await std::move(calling);
    if (answer) co_return true;
    if (answer.error().code == Code::not_found) co_return false;
    co_return answer.error();
}

Task<Result<>> put_lifecycle_policy(const Client& ecr, Repository repository, std::string policy) {
    auto input = naming(repository);
    input["lifecyclePolicyText"] = std::move(policy);
    auto calling = ecr.call("PutLifecyclePolicy", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

}  // namespace triphammer::aws
