#include "runner/deploy/aws/access.hpp"

#include "aws/sts.hpp"
#include "runner/aws/call.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kNoKeys =
    "there are no credentials: set the environment's secrets AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY (triphammer secret set AWS_ACCESS_KEY_ID --repository R --environment "
    "E), or name "
    "others under deploy.secrets. Those of the machine (instance metadata) are never used";

const model::Template* find_pair(const model::Pairs& pairs, const std::string& name) {
    for (const auto& [key, value] : pairs) {
        if (key == name) return &value;
    }
    return nullptr;
}

model::Template expression(const std::string& context, const std::string& name) {
    return {"${{ " + context + "." + name + " }}", {}};
}

Task<Result<aws::Credentials>> assume(
    AwsAccess access, std::string role, const Clock& clock, Random& random
) {
    auto sts = make_client(access, aws::kSts, clock, random);
    if (!sts) co_return sts.error();
    aws::RoleWish wish;
    wish.role = std::move(role);
    wish.session = "triphammer";
    auto assuming = aws::assume_role(*sts, std::move(wish));
    auto assumed = co_await std::move(assuming);
    if (!assumed) co_return with_context("AWS_ROLE_ARN", assumed.error());
    co_return std::move(assumed->credentials);
}

}  // namespace

Result<std::string> AwsNames::find(const std::string& name) const {
    for (const auto* pairs : {&spec_.secrets, &spec_.env}) {
        if (const auto* value = find_pair(*pairs, name)) return evaluate_(*value);
    }
    auto secret = evaluate_(expression("secrets", name));
    if (!secret || !secret->empty()) return secret;
    return find_variable(name);
}

Result<std::string> AwsNames::find_variable(const std::string& name) const {
    return evaluate_(expression("vars", name));
}

Task<Result<AwsAccess>> open_access(AwsNames names, const Clock& clock, Random& random) {
    AwsAccess out;
    std::string role;
    std::string secret_key;
    std::string session_token;
    const std::pair<const char*, std::string*> wanted[] = {
        {"AWS_REGION", &out.region},
        {"AWS_ACCESS_KEY_ID", &out.credentials.access_key},
        {"AWS_SECRET_ACCESS_KEY", &secret_key},
        {"AWS_SESSION_TOKEN", &session_token},
        {"AWS_ROLE_ARN", &role},
    };
    for (const auto& [name, place] : wanted) {
        auto value = names.find(name);
        if (!value) co_return value.error();
        *place = std::move(*value);
    }
    out.credentials.secret_key = Secret{std::move(secret_key)};
    out.credentials.session_token = Secret{std::move(session_token)};
    auto endpoint = names.find_variable("AWS_ENDPOINT_URL");
    if (!endpoint) co_return endpoint.error();
    out.endpoint = std::move(*endpoint);
    out.ca_file = find_system_certificates();
    if (out.region.empty()) {
        co_return invalid(
            "no region is set: write env: { AWS_REGION: eu-west-1 } under deploy, or set the "
            "variable AWS_REGION of the environment"
        );
    }
    if (out.credentials.access_key.empty() || out.credentials.secret_key.empty())
        co_return invalid(kNoKeys);
    if (role.empty()) co_return out;
    auto assuming = assume(out, std::move(role), clock, random);
    auto assumed = co_await std::move(assuming);
    if (!assumed) co_return assumed.error();
    out.credentials = std::move(*assumed);
    co_return out;
}

Result<aws::Client> make_client(
    const AwsAccess& access,
    const aws::Service& service,
    const Clock& clock,
    Random& random,
    std::string region
) {
    if (region.empty()) region = access.region;
    const aws::Variables variables = [&access](std::string_view name) {
        return name == "AWS_ENDPOINT_URL" ? access.endpoint : std::string{};
    };
    auto endpoint = aws::find_endpoint(service, region, variables);
    if (!endpoint) return endpoint.error();
    aws::ClientSettings settings;
    settings.service = service;
    settings.region = std::move(region);
    settings.endpoint = std::move(*endpoint);
    settings.credentials = access.credentials;
    settings.ca_file = access.ca_file;
    return aws::Client{std::move(settings), clock, random};
}

}  // namespace triphammer::runner
