#include "aws/service.hpp"

#include <gtest/gtest.h>

#include <map>

namespace triphammer::aws {

namespace {

std::string url_of(
    const Service& service,
    const std::string& region,
    std::map<std::string, std::string> values = {}
) {
    const auto url = find_endpoint(service, region, [&values](std::string_view name) {
        return values[std::string{name}];
    });
    return url ? http::to_text(*url) : url.error().message;
}

}  // namespace

TEST(Endpoint, IsTheRegionsOwn) {
    EXPECT_EQ(url_of(kSts, "us-east-1"), "https://sts.us-east-1.amazonaws.com/");
    EXPECT_EQ(url_of(kEcr, "eu-central-1"), "https://api.ecr.eu-central-1.amazonaws.com/");
    EXPECT_EQ(url_of(kEcs, "cn-north-1"), "https://ecs.cn-north-1.amazonaws.com.cn/");
    EXPECT_EQ(url_of(kEcs, "us-iso-east-1"), "https://ecs.us-iso-east-1.c2s.ic.gov/");
    EXPECT_EQ(
        url_of(kEcr, "us-east-1", {{"AWS_USE_FIPS_ENDPOINT", "true"}}),
        "https://ecr-fips.us-east-1.amazonaws.com/"
    );
}

TEST(Endpoint, IsTheOneOfTheEnvironment) {
    const std::map<std::string, std::string> both{
        {"AWS_ENDPOINT_URL", "http://all:1"}, {"AWS_ENDPOINT_URL_ECR_PUBLIC", "http://ecr:2/x"}};
    EXPECT_EQ(url_of(kSts, "us-east-1", both), "http://all:1/");
    EXPECT_EQ(url_of(kEcrPublic, "us-east-1", both), "http://ecr:2/x");

    auto ignored = both;
    ignored["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
    EXPECT_EQ(url_of(kSts, "us-east-1", ignored), "https://sts.us-east-1.amazonaws.com/");
}

TEST(Endpoint, RefusesWhatIsNoRegionAndNoUrl) {
    EXPECT_EQ(
        url_of(kSts, "us-east-1.example.com/"), "'us-east-1.example.com/' is no region of AWS"
    );
    EXPECT_NE(
        url_of(kSts, "us-east-1", {{"AWS_ENDPOINT_URL", "ftp://x"}}).find("AWS_ENDPOINT_URL"),
        std::string::npos
    );
}

TEST(Partition, IsThatOfTheRegion) {
    EXPECT_EQ(partition_of("us-west-2"), "aws");
    EXPECT_EQ(partition_of("us-gov-west-1"), "aws-us-gov");
    EXPECT_EQ(partition_of("cn-north-1"), "aws-cn");
}

}  // namespace triphammer::aws
