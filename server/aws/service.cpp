#include "aws/service.hpp"

#include <algorithm>
#include <array>

namespace triphammer::aws {

namespace {

struct Partition {
    std::string_view prefix;  // of its regions
    std::string_view name;
    std::string_view domain;
};

// Source: botocore's endpoints.json, "partitions". The last one is everybody's.
constexpr auto kPartitions = std::to_array<Partition>({
    {"cn-", "aws-cn", "amazonaws.com.cn"},
    {"us-gov-", "aws-us-gov", "amazonaws.com"},
    {"us-iso-", "aws-iso", "c2s.ic.gov"},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
    {"eusc-", "aws-eusc", "amazonaws.eu"},
    {"", "aws", "amazonaws.com"},
});

const Partition& find_partition(std::string_view region) {
    return *std::find_if(kPartitions.begin(), kPartitions.end(), [region](const auto& one) {
        return region.starts_with(one.prefix);
    });
}

bool is_region(std::string_view text) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !text.empty() && text.size() < 40 &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string find_configured(const Service& service, const Variables& variables) {
    if (variables("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true") return {};
    auto own = variables("AWS_ENDPOINT_URL_" + std::string{service.id});
    return own.empty() ? variables("AWS_ENDPOINT_URL") : own;
}

}  // namespace

Result<http::Url> find_endpoint(
    const Service& service, const std::string& region, const Variables& variables
) {
    if (!is_region(region)) return invalid("'" + region + "' is no region of AWS");
    const auto configured = find_configured(service, variables);
    if (!configured.empty()) {
        auto url = http::parse_url(configured);
        if (!url) return with_context("AWS_ENDPOINT_URL", url.error());
        return url;
    }
    const bool is_strict = variables("AWS_USE_FIPS_ENDPOINT") == "true";
    // ECR alone has another first part there: ecr-fips, not api.ecr-fips.
    const auto host =
        is_strict ? std::string{service.signing} + "-fips" : std::string{service.host};
    http::Url out;
    out.tls = true;
    out.port = 443;
    out.host = host + "." + region + "." + std::string{domain_of(region)};
    return out;
}

std::string_view domain_of(std::string_view region) {
    return find_partition(region).domain;
}

std::string_view partition_of(std::string_view region) {
    return find_partition(region).name;
}

}  // namespace triphammer::aws
