#include "runner/aws/call.hpp"

#include "aws/sts.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <unistd.h>

#include <array>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostFileBytes = 1U << 20U;

// Where distributions keep the certificates that they trust.
constexpr auto kBundles = std::to_array<const char*>(
    {"/etc/ssl/certs/ca-certificates.crt",
     "/etc/pki/tls/certs/ca-bundle.crt",
     "/etc/ssl/cert.pem",
     "/etc/ssl/ca-bundle.pem"}
);

/// AWS_CA_BUNDLE, SSL_CERT_FILE, the system's; last what the runner has brought for images that
/// have none.
std::filesystem::path find_certificates(const AwsCall& call) {
    for (const auto* name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}) {
        if (auto path = call.io.variable(name); !path.empty()) return path;
    }
    auto known = find_system_certificates();
    return known.empty() ? call.io.variable("TRIPHAMMER_CA_BUNDLE") : known.string();
}

Task<Result<aws::Credentials>> exchange_token(
    AwsCall call, std::string region, std::string file, std::string role
) {
    const auto token = read_small(file);
    if (!token) co_return with_context("AWS_WEB_IDENTITY_TOKEN_FILE", token.error());
    const auto sts = make_client_with(call, aws::kSts, region, {});
    if (!sts) co_return sts.error();
    aws::RoleWish wish;
    wish.role = role;
    wish.session = call.io.variable("AWS_ROLE_SESSION_NAME");
    if (wish.session.empty()) wish.session = "triphammer";
    auto assuming = aws::assume_role_with_token(*sts, wish, Secret{std::string{trim(*token)}});
    const auto assumed = co_await std::move(assuming);
    if (!assumed) co_return assumed.error();
    call.io.mask(assumed->credentials.secret_key.reveal());
    call.io.mask(assumed->credentials.session_token.reveal());
    co_return assumed->credentials;
}

}  // namespace

Result<std::string> find_region(const AwsCall& call) {
    for (const auto* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (auto region = call.io.variable(name); !region.empty()) return region;
    }
    return invalid(
        "no region is set: use aws-actions/configure-aws-credentials before, or set AWS_REGION"
    );
}

std::optional<aws::Credentials> find_given_credentials(const AwsCall& call) {
    aws::Credentials out;
    out.access_key = call.io.variable("AWS_ACCESS_KEY_ID");
    out.secret_key = Secret{call.io.variable("AWS_SECRET_ACCESS_KEY")};
    out.session_token = Secret{call.io.variable("AWS_SESSION_TOKEN")};
    if (out.access_key.empty() || out.secret_key.empty()) return {};
    return out;
}

Result<aws::Client> make_client_with(
    const AwsCall& call,
    const aws::Service& service,
    const std::string& region,
    std::optional<aws::Credentials> credentials
) {
    auto endpoint = aws::find_endpoint(service, region, call.io.variables());
    if (!endpoint) return endpoint.error();
    aws::ClientSettings settings;
    settings.service = service;
    settings.region = region;
    settings.endpoint = std::move(*endpoint);
    settings.credentials = std::move(credentials);
    settings.ca_file = find_certificates(call);
    return aws::Client{std::move(settings), call.clock, call.random};
}

Task<Result<aws::Client>> make_client(AwsCall call, aws::Service service, std::string region) {
    auto credentials = find_given_credentials(call);
    if (!credentials) {
        const auto file = call.io.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
        const auto role = call.io.variable("AWS_ROLE_ARN");
        if (file.empty() || role.empty()) {
            co_return invalid(
                "there are no credentials: use aws-actions/configure-aws-credentials before, or "
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Those of the machine (instance "
                "metadata) are out of every job's reach"
            );
        }
        auto exchanging = exchange_token(call, region, file, role);
        auto exchanged = co_await std::move(exchanging);
        if (!exchanged) co_return exchanged.error();
        credentials = std::move(*exchanged);
    }
    co_return make_client_with(call, service, region, std::move(credentials));
}

std::filesystem::path find_system_certificates() {
    for (const auto* path : kBundles) {
        if (::access(path, R_OK) == 0) return path;
    }
    return {};
}

Result<std::string> read_small(const std::string& path) {
    auto text = read_file(path, kMostFileBytes);
    if (!text) return with_context(path, text.error());
    return text;
}

}  // namespace triphammer::runner
