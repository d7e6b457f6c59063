#include "runner/aws/access.hpp"

#include "aws/sts.hpp"
#include "runner/aws/call.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

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

Task<Result<AwsAccess>> open_access(AwsSources sources, const Clock& clock, Random& random) {
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
        auto value = sources.find(name);
        if (!value) co_return value.error();
        *place = std::move(*value);
    }
    out.credentials.secret_key = Secret{std::move(secret_key)};
    out.credentials.session_token = Secret{std::move(session_token)};
    auto endpoint = sources.find_variable("AWS_ENDPOINT_URL");
    if (!endpoint) co_return endpoint.error();
    out.endpoint = std::move(*endpoint);
    out.ca_file = find_system_certificates();
    if (out.region.empty()) co_return invalid(std::move(sources.no_region));
    if (out.credentials.access_key.empty() || out.credentials.secret_key.empty())
        co_return invalid(std::move(sources.no_keys));
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
