#include "docker/registry.hpp"

#include "docker/engine_facts.hpp"
#include "http/server.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

using namespace triphammer;
using namespace triphammer::docker;

namespace {

constexpr const char* kPlainManifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* kPlainIndex = "application/vnd.oci.image.index.v1+json";

ManifestFacts manifest_of(char digit, std::string type) {
    ManifestFacts out;
    out.digest = "sha256:" + std::string(64, digit);
    out.media_type = std::move(type);
    out.bytes = 428;
    return out;
}

/// Answers as a registry that wants a token, which it gives itself for "me" and "secret".
class TokenRegistry final : public http::Router {
  public:
    http::RouteDecision route(const http::RequestHead& head) override {
        seen += std::string{http::name_of(head.method)} + " " + head.path + " " +
                std::string{head.headers.find("Authorization").value_or("-")} + "\n";
        http::RouteDecision out;
        out.handler = [this](http::Request request) { return answer(std::move(request)); };
        return out;
    }

    std::string address;  // HOST:PORT
    std::string seen;
    std::string scope;
    std::string pushed;
    std::string pushed_type;
    int status = 201;
    std::string words;

  private:
    Task<http::Response> answer(http::Request request) {
        if (request.path == "/token") {
            scope = request.query.find("scope").value_or("");
            co_return http::make_json(200, R"({"access_token": "given"})");
        }
        if (request.headers.find("Authorization") != "Bearer given") {
            auto out = http::make_json(401, "{}");
            out.headers.set(
                "WWW-Authenticate",
                "Bearer realm=\"http://" + address + "/token?a=1\",service=\"here\""
            );
            co_return out;
        }
        pushed = request.body;
        pushed_type = request.headers.find("Content-Type").value_or("");
        co_return http::make_json(status, words);
    }
};

Task<Result<>> put_to(Executor executor, TokenRegistry& there, std::string name) {
    http::Server server{executor, there};
    const auto port = server.listen_tcp("127.0.0.1", 0, "registry", http::OverRestarts::closed);
    there.address = "127.0.0.1:" + std::to_string(port.value());
    Credentials login;
    login.username = "me";
    login.password = Secret{"secret"};
    auto registry = Registry::at(there.address, true).value();
    ImageIndex index;
    index.media_type = kPlainIndex;
    index.body = "{}";
    auto putting = registry.put_index(
        parse_reference(there.address + "/" + name).value(), login, std::move(index)
    );
    auto put = co_await std::move(putting);
    auto stopping = server.stop(std::chrono::milliseconds{0});
    co_await std::move(stopping);
    co_return put;
}

Result<> put_index(TokenRegistry& there, const std::string& name) {
    return triphammer::testing::run_task<Result<>>([&](Executor executor) {
        return put_to(executor, there, name);
    });
}

}  // namespace

TEST(Registry, MakesTheSameIndexOfTheSameImages) {
    const auto index = make_index(
        {{manifest_of('a', kPlainManifest), "linux/amd64"},
         {manifest_of('b', kPlainManifest), "linux/arm64/v8"}}
    );

    ASSERT_TRUE(index) << index.error().message;
    EXPECT_EQ(index->media_type, "application/vnd.docker.distribution.manifest.list.v2+json");
    EXPECT_EQ(
        index->body,
        R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json",)"
        R"("manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":428,)"
        R"("digest":"sha256:)" +
            std::string(64, 'a') + R"(","platform":{"architecture":"amd64","os":"linux"}},)" +
            R"({"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":428,)" +
            R"("digest":"sha256:)" + std::string(64, 'b') +
            R"(","platform":{"architecture":"arm64","os":"linux","variant":"v8"}}]})"
    );
    EXPECT_TRUE(is_digest(index->digest));
}

TEST(Registry, MakesAnIndexOfOciWhereAnImageIsOfOci) {
    const auto index = make_index(
        {{manifest_of('a', kPlainManifest), "linux/amd64"},
         {manifest_of('b', "application/vnd.oci.image.manifest.v1+json"), "linux/arm64"}}
    );

    EXPECT_EQ(index->media_type, kPlainIndex);
    const auto nested = make_index({{manifest_of('a', kPlainIndex), "linux/amd64"}});
    EXPECT_NE(nested.error().message.find("is an index itself"), std::string::npos);
}

TEST(Registry, ReadsWhatARegistryWants) {
    const auto wanted =
        read_challenge("Bearer realm=\"https://a.test/t\", service=r.test,x=\"1,2\"");

    ASSERT_TRUE(wanted);
    EXPECT_TRUE(wanted->is_bearer);
    EXPECT_EQ(wanted->fields.at("realm"), "https://a.test/t");
    EXPECT_EQ(wanted->fields.at("service"), "r.test");
    EXPECT_EQ(wanted->fields.at("x"), "1,2");
    EXPECT_FALSE(read_challenge("basic realm=\"r\"")->is_bearer);
    EXPECT_TRUE(read_challenge("Bearer realm=\"open")->is_bearer);
    EXPECT_FALSE(read_challenge("Digest realm=\"r\""));
    EXPECT_FALSE(read_challenge(""));
}

TEST(Registry, SendsNoPasswordWithoutTlsForARegistryThatHasIt) {
    Challenge challenge;
    challenge.fields["realm"] = "http://a.test/token";

    EXPECT_EQ(token_address(challenge, "team/app", true).error().code, Code::refused);
    EXPECT_EQ(
        token_address(challenge, "team/app", false)->target,
        "/token?scope=repository%3Ateam%2Fapp%3Apull%2Cpush"
    );
    challenge.fields["realm"] = "file:///etc/passwd";
    EXPECT_FALSE(token_address(challenge, "team/app", false));
}

TEST(Registry, GetsATokenAndPutsTheIndexWithIt) {
    TokenRegistry there;
    const auto put = put_index(there, "team/app:1");

    ASSERT_TRUE(put) << put.error().message << there.seen;
    EXPECT_EQ(
        there.seen,
        "GET /v2/ -\n"
        "GET /token Basic bWU6c2VjcmV0\n"
        "PUT /v2/team/app/manifests/1 Bearer given\n"
    );
    EXPECT_EQ(there.scope, "repository:team/app:pull,push");
    EXPECT_EQ(there.pushed, "{}");
    EXPECT_EQ(there.pushed_type, kPlainIndex);
}

TEST(Registry, SaysWhatTheRegistryRefuses) {
    TokenRegistry there;
    there.status = 400;
    there.words = R"({"errors": [{"code": "TAG_INVALID", "message": "it is immutable"}]})";
    const auto put = put_index(there, "team/app:1");

    EXPECT_EQ(put.error().code, Code::conflict);
    EXPECT_NE(put.error().message.find("400 TAG_INVALID it is immutable"), std::string::npos);
    there.status = 403;
    there.words = "<html>no</html>";
    EXPECT_EQ(put_index(there, "team/app:1").error().code, Code::unauthorized);
}

TEST(Registry, IsNeverTheMetadataOfAnInstance) {
    for (const char* host : {"169.254.169.254", "[fd00:ec2::254]:80"}) {
        auto registry = Registry::at(host, true).value();
        ImageReference name;
        name.repository = std::string{host} + "/app";
        const auto put = triphammer::testing::run_task<Result<>>([&](Executor) {
            return registry.put_index(name, {}, {});
        });
        EXPECT_EQ(put.error().code, Code::refused) << host << put.error().message;
    }
}

TEST(Registry, IsInsecureWhereTheEngineSaysSo) {
    const auto info = nlohmann::json::parse(R"({"RegistryConfig": {
        "InsecureRegistryCIDRs": ["127.0.0.0/8", "10.1.0.0/16"],
        "IndexConfigs": {"docker.io": {"Secure": true}, "r.test:5000": {"Secure": false}}}})");

    EXPECT_TRUE(is_insecure_registry(info, "r.test:5000"));
    EXPECT_TRUE(is_insecure_registry(info, "10.1.2.3:5000"));
    EXPECT_TRUE(is_insecure_registry(info, "localhost:5000"));
    EXPECT_TRUE(is_insecure_registry(info, "127.0.0.1:5000"));
    EXPECT_FALSE(is_insecure_registry(info, "docker.io"));
    EXPECT_FALSE(is_insecure_registry(info, "ghcr.io"));
    EXPECT_FALSE(is_insecure_registry(nlohmann::json{}, "ghcr.io"));
}
