#include "docker/reference.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::docker;

TEST(Reference, IsTakenApart) {
    const std::string digest = "sha256:" + std::string(64, 'a');

    const auto plain = parse_reference("busybox").value();
    const auto tagged = parse_reference("localhost:5000/team/app:1.2").value();
    const auto pinned = parse_reference("registry.example.com/app:1@" + digest).value();

    EXPECT_EQ(plain.text(), "busybox:latest");
    EXPECT_EQ(plain.registry(), "docker.io");
    EXPECT_EQ(tagged.repository, "localhost:5000/team/app");
    EXPECT_EQ(tagged.tag, "1.2");
    EXPECT_EQ(tagged.registry(), "localhost:5000");
    EXPECT_EQ(pinned.text(), "registry.example.com/app@" + digest);
    EXPECT_EQ(parse_reference("team/app").value().registry(), "docker.io");
}

TEST(Reference, RefusesWhatNoRegistryTakes) {
    for (const std::string bad :
         {"",
          "Upper/Case",
          "a b",
          "app:",
          "app:-x",
          "-app",
          "app@sha256:12",
          "a//b",
          "app:tag:tag",
          "http://host/app",
          "app;rm"}) {
        EXPECT_EQ(parse_reference(bad).error().code, Code::invalid) << bad;
    }
}

TEST(RegistryAuth, IsBase64UrlWithPadding) {
    // Bytes that need '-' and '_' where the usual alphabet has '+' and '/'.
    Credentials credentials;
    credentials.username = "user";
    credentials.password = Secret{"\xc3\xbf\xc3\xbe>>>???~~~"};
    credentials.server = "localhost:5000";

    const auto header = registry_auth(credentials);

    EXPECT_EQ(header.find_first_of("+/"), std::string::npos);
    EXPECT_NE(header.find_first_of("-_"), std::string::npos);
    EXPECT_EQ(header.size() % 4, 0U);
    const auto text = from_base64(header).value();
    EXPECT_NE(text.find(R"("username":"user")"), std::string::npos);
    EXPECT_NE(text.find(R"("serveraddress":"localhost:5000")"), std::string::npos);
}

TEST(RegistryAuth, OfNobodyIsAnEmptyObject) {
    EXPECT_EQ(registry_auth({}), "e30=");
    EXPECT_EQ(registry_config({}), "e30=");
}

TEST(RegistryConfig, KnowsDockerHubByItsOldAddress) {
    Credentials credentials;
    credentials.username = "u";
    credentials.password = Secret{"p"};
    credentials.server = "docker.io";

    const auto text = from_base64(registry_config({credentials})).value();

    EXPECT_TRUE(text.starts_with(R"({"https://index.docker.io/v1/":)")) << text;
}

TEST(RegistryHost, KnowsDockerHubUnderAllItsNames) {
    for (const char* name :
         {"",
          "docker.io",
          "index.docker.io",
          "https://index.docker.io/v1/",
          "registry-1.docker.io"}) {
        EXPECT_EQ(registry_host(name), "docker.io") << name;
    }
    EXPECT_EQ(registry_host("https://GHCR.io/"), "ghcr.io");
    EXPECT_EQ(registry_host("localhost:5000"), "localhost:5000");
    EXPECT_EQ(parse_reference("index.docker.io/team/app")->registry(), "docker.io");
}

TEST(RegistryAuth, OfDockerHubNamesItsOldAddress) {
    Credentials credentials;
    credentials.username = "u";
    credentials.password = Secret{"p"};
    credentials.server = "docker.io";

    const auto text = from_base64(registry_auth(credentials)).value();

    EXPECT_NE(text.find(R"("serveraddress":"https://index.docker.io/v1/")"), std::string::npos);
}

TEST(RegistryAuth, OfATokenHasNoPassword) {
    Credentials credentials;
    credentials.token = Secret{"t0ken"};
    credentials.server = "ghcr.io";

    const auto text = from_base64(registry_auth(credentials)).value();

    EXPECT_EQ(text, R"({"registrytoken":"t0ken","serveraddress":"ghcr.io"})");
}
