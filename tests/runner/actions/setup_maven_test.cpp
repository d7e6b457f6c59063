#include "runner/actions/setup_maven.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(MavenSettings, NameTheVariablesAndEscapeWhatIsGiven) {
    const MavenServer server{"a<b", "USER", "TOKEN", "", true, true};

    const auto text = make_maven_settings(server);

    EXPECT_TRUE(says(text, "<id>a&lt;b</id>"));
    EXPECT_TRUE(says(text, "<username>${env.USER}</username>"));
    EXPECT_TRUE(says(text, "<password>${env.TOKEN}</password>"));
    EXPECT_TRUE(says(text, "<interactiveMode>false</interactiveMode>"));
    EXPECT_FALSE(says(text, "gpg"));
}

TEST(MavenSettings, TellThePassphraseInTheWayOfTheActionsVersion) {
    MavenServer server{"github", "U", "P", "PASS", true, false};
    const auto old = make_maven_settings(server);
    server.as_server = false;
    server.as_profile = true;
    const auto fresh = make_maven_settings(server);
    server.passphrase = "MAVEN_GPG_PASSPHRASE";

    EXPECT_TRUE(says(old, "<id>gpg.passphrase</id>\n      <passphrase>${env.PASS}</passphrase>"));
    EXPECT_FALSE(says(old, "<profile>"));
    EXPECT_TRUE(says(fresh, "<gpg.passphraseEnvName>PASS</gpg.passphraseEnvName>"));
    EXPECT_FALSE(says(fresh, "<id>gpg.passphrase</id>"));
    EXPECT_FALSE(says(make_maven_settings(server), "gpg"));
}

TEST(MavenToolchains, GrowByOneAndReplaceTheOneOfTheSameId) {
    const auto one = add_toolchain("", {"17", "temurin", "temurin_17", "/opt/17"});
    const auto two = add_toolchain(one, {"21", "temurin", "temurin_21", "/opt/21"});
    const auto again = add_toolchain(two, {"17", "temurin", "temurin_17", "/opt/17b"});

    EXPECT_TRUE(says(one, "<version>17</version>\n      <vendor>temurin</vendor>"));
    EXPECT_TRUE(says(two, "/opt/17<") && says(two, "/opt/21<"));
    EXPECT_TRUE(says(again, "/opt/17b<") && says(again, "/opt/21<"));
    EXPECT_FALSE(says(again, "/opt/17<"));
    EXPECT_TRUE(again.ends_with("</toolchains>\n"));
}

TEST(MavenToolchains, LeaveWhatIsNotOursAlone) {
    const std::string own = "<toolchains><toolchain><type>netbeans</type></toolchain></toolchains>";

    const auto text = add_toolchain(own, {"17", "v", "v_17", "/opt/17"});

    EXPECT_TRUE(text.starts_with("<toolchains><toolchain><type>netbeans</type></toolchain>"));
}

}  // namespace
}  // namespace triphammer::runner
