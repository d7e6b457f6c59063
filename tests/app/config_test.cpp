#include "app/config.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

using namespace triphammer;
using namespace triphammer::app;

TEST(Config, NamesFileLineKeyAndRemedy) {
    Config config;

    const auto applied = apply_file(config, "t.yml", {{"workers", "2", 1}, {"worker", "3", 2}});

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().message, "t.yml:2: worker is not a key; did you mean 'workers'?");
    EXPECT_EQ(config.workers, 2);
}

TEST(Config, SaysWhatIsNotSupportedYet) {
    Config config;

    const auto applied = apply_file(config, "t.yml", {{"swarm.host", "x", 4}});

    EXPECT_EQ(applied.error().message, "t.yml:4: swarm.host is not supported yet; remove the key");
}

TEST(Config, TlsHasBothFilesAndOpensOtherAddresses) {
    Config config;
    config.listen = "0.0.0.0:443";
    EXPECT_FALSE(check(config));
    config.tls.certificate = "cert.pem";
    EXPECT_FALSE(check(config));
    config.tls.key = "key.pem";
    EXPECT_TRUE(check(config));
    EXPECT_EQ(config.base_url(), "https://0.0.0.0:443");
    config.tls_redirect_from = config.listen;
    EXPECT_FALSE(check(config));
}

TEST(Config, DeliveriesAreNotForgottenWhileTheyMayComeAgain) {
    Config config;
    config.retention.delivery_days = 3;
    EXPECT_FALSE(check(config));
    config.retention.delivery_days = 0;
    EXPECT_TRUE(check(config));
}

TEST(Config, AnAppHasAnIdAndAKey) {
    Config id_alone;
    Config no_key;
    ASSERT_TRUE(apply_file(id_alone, "t.yml", {{"github.app_id", "1", 1}}));
    ASSERT_TRUE(apply_file(
        no_key, "t.yml", {{"github.app_id", "1", 1}, {"github.private_key", "no key", 2}}
    ));

    EXPECT_EQ(
        check(id_alone).error().message,
        "github.app_id and github.private_key belong together: set both, or none"
    );
    EXPECT_EQ(check(no_key).error().message.rfind("github.private_key: it is no RSA key", 0), 0U);
}

TEST(Config, TheHooksSecretBeforeTheLastIsLongAndNotAlone) {
    Config alone;
    Config shorter;
    Config both;
    const std::string secret(16, 's');
    ASSERT_TRUE(apply_file(alone, "t.yml", {{"github.webhook_secret_previous", secret, 1}}));
    ASSERT_TRUE(apply_file(
        shorter,
        "t.yml",
        {{"github.webhook_secret", secret, 1}, {"github.webhook_secret_previous", "short", 2}}
    ));
    ASSERT_TRUE(apply_file(
        both,
        "t.yml",
        {{"github.webhook_secret", secret, 1}, {"github.webhook_secret_previous", secret, 2}}
    ));

    EXPECT_EQ(
        check(alone).error().message,
        "github.webhook_secret_previous is the one before github.webhook_secret: set that, too"
    );
    EXPECT_EQ(
        check(shorter).error().message,
        "github.webhook_secret_previous is shorter than 16 characters; make a random one"
    );
    EXPECT_TRUE(check(both));
}

TEST(Config, VariablesComeAfterTheFileAndListsSplitAtCommas) {
    Config config;
    ASSERT_TRUE(apply_file(config, "t.yml", {{"github.api_url", "https://a", 1}}));

    const auto applied = apply_environment(
        config,
        {"HOME=/x", "TRIPHAMMER_GITHUB_API_URL=https://b", "TRIPHAMMER_GIT_INSECURE_HOSTS=a, b"}
    );

    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(config.github.api_url, "https://b");
    EXPECT_EQ(config.insecure_git_hosts, (std::vector<std::string>{"a", "b"}));
}

TEST(Config, SubmodulesAreNoneUntilSomebodySaysWhich) {
    Config config;
    EXPECT_EQ(config.submodules, "none");

    ASSERT_TRUE(apply_file(config, "t.yml", {{"git.submodules", "registered", 1}}));
    EXPECT_EQ(config.submodules, "registered");
    EXPECT_FALSE(apply_file(config, "t.yml", {{"git.submodules", "true", 1}}));
    EXPECT_TRUE(apply_environment(config, {"TRIPHAMMER_GIT_SUBMODULES=same-host"}));
}

TEST(Config, AMistypedVariableIsAnError) {
    Config config;

    EXPECT_FALSE(apply_environment(config, {"TRIPHAMMER_LISTN=127.0.0.1:1"}));
}

TEST(Config, SecretsComeFromFilesAndAreNeverShown) {
    triphammer::testing::TempDir folder;
    std::ofstream{folder / "token"} << "abc123\n";
    Config config;

    ASSERT_TRUE(apply_file(config, "t.yml", {{"github.token_file", (folder / "token").string(), 1}})
    );

    EXPECT_EQ(config.github.token.reveal(), "abc123");
    for (const auto& [path, value] : describe(config))
        EXPECT_EQ(value.find("abc123"), std::string::npos);
}

TEST(Config, LabelsMapToHostOrAnImage) {
    Config config;

    EXPECT_TRUE(apply_file(config, "t.yml", {{"runs_on.ubuntu-latest", "docker:debian:12", 1}}));
    EXPECT_FALSE(apply_file(config, "t.yml", {{"runs_on.gpu", "vm:x", 2}}));
    EXPECT_EQ(config.runs_on["ubuntu-latest"], "docker:debian:12");
}

TEST(Config, TheSwitchesImageIsCheckedAndShown) {
    Config config;

    ASSERT_TRUE(apply_file(config, "t.yml", {{"docker.switch_image", "nginx:stable", 1}}));
    EXPECT_TRUE(check(config));
    const auto shown = describe(config);
    const std::pair<std::string, std::string> wanted{"docker.switch_image", "nginx:stable"};
    EXPECT_EQ(std::count(shown.begin(), shown.end(), wanted), 1);
    config.switch_image = "Not An Image";
    EXPECT_FALSE(check(config));
}

TEST(Config, AnotherAddressThanLoopbackNeedsADeclaredProxy) {
    Config config;
    config.listen = "0.0.0.0:7707";
    EXPECT_FALSE(check(config));
    config.trusted_proxies = {"10.0.0.1"};
    EXPECT_TRUE(check(config));
    config.trusted_proxies = {"10.0.0.0/8", "the proxy"};
    EXPECT_FALSE(check(config));
    config.trusted_proxies = {"10.0.0.0/8"};
    EXPECT_TRUE(check(config));
    config.listen = "here";
    EXPECT_FALSE(check(config));
}

TEST(Config, TheRunDirectoryStandsBesideTheData) {
    Config config;
    config.data = "/srv/th/data/";
    EXPECT_EQ(config.run_directory(), "/srv/th/data-run");
    config.run = "/run/th";
    EXPECT_EQ(config.run_directory(), "/run/th");
}
