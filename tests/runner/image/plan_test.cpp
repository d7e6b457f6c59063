#include "runner/image/plan.hpp"

#include "base/file.hpp"
#include "runner/image/emulation.hpp"
#include "runner/image/work.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

using namespace triphammer;
using namespace triphammer::runner;
namespace fs = std::filesystem;

namespace {

class ImagePlans : public ::testing::Test {
  protected:
    ImagePlans() {
        document.job.image = model::ImageSpec{};
        document.job.image->tags = {text("app:1")};
        EXPECT_TRUE(replace_file(workspace / "Dockerfile", "FROM scratch\n"));
    }

    static model::Template text(std::string value) { return {std::move(value), {}}; }

    Result<ImagePlan> make() {
        return make_image_plan(document, workspace.path().string(), [](const auto& value) {
            return Result<std::string>{value.text};
        });
    }

    std::string reason() { return make().error().message; }

    model::JobDocument document;
    triphammer::testing::TempDir workspace;
};

}  // namespace

TEST_F(ImagePlans, HaveDefaults) {
    document.source.sha = "abc";
    const auto plan = make().value();

    EXPECT_EQ(plan.context, fs::canonical(workspace.path()).string());
    EXPECT_EQ(plan.dockerfile, "Dockerfile");
    EXPECT_TRUE(plan.push);
    EXPECT_EQ(plan.tags.front().text(), "app:1");
    EXPECT_EQ(plan.labels.at("org.opencontainers.image.revision"), "abc");
}

TEST_F(ImagePlans, RefuseLinksThatLeadOut) {
    fs::create_directory_symlink("/etc", workspace / "out");
    document.job.image->context = text("out");

    EXPECT_NE(reason().find("leads out"), std::string::npos) << reason();
}

// The engine would read another file than the one that was looked at.
TEST_F(ImagePlans, NameTheDockerfileWithoutLinks) {
    fs::create_directories(workspace / "real");
    ASSERT_TRUE(replace_file(workspace / "real" / "file", "FROM scratch\n"));
    fs::remove(workspace / "Dockerfile");
    fs::create_symlink((workspace / "real" / "file").string(), workspace / "Dockerfile");
    fs::create_directory_symlink("real", workspace / "link");

    EXPECT_EQ(make()->dockerfile, "real/file");
    document.job.image->file = text("link/file");
    EXPECT_EQ(make()->dockerfile, "real/file");
}

TEST_F(ImagePlans, RefuseAFrontendThatComesAsAnArgument) {
    document.job.image->build_args = {{"BUILDKIT_SYNTAX", text("evil.test/frontend")}};

    EXPECT_NE(reason().find("build-args: BUILDKIT_SYNTAX"), std::string::npos) << reason();
    document.job.image->build_args = {{"VERSION", text("1")}};
    EXPECT_TRUE(make());
}

TEST_F(ImagePlans, RefuseLabelsThatSayWhoseAnImageIs) {
    document.job.image->labels = {{"triphammer.repository", text("other/app")}};

    EXPECT_NE(reason().find("'triphammer.repository' is the server's own"), std::string::npos);
    document.job.image->labels = {{"team", text("web")}};
    EXPECT_EQ(make()->labels.at("team"), "web");
}

TEST_F(ImagePlans, RefuseADockerfileThatIsNotThere) {
    document.job.image->file = text("deploy/Dockerfile");

    EXPECT_NE(reason().find("'deploy/Dockerfile' is not in the repository"), std::string::npos);
}

TEST_F(ImagePlans, RefuseToPushNothing) {
    document.job.image->tags.clear();

    EXPECT_NE(reason().find("push: false"), std::string::npos);
}

TEST_F(ImagePlans, RefuseATagThatIsNone) {
    document.job.image->tags = {text("App:1")};

    EXPECT_EQ(make().error().code, Code::invalid);
}

TEST_F(ImagePlans, SayWhereTheImageComesFromTheSameInEachAttempt) {
    document.run_id = "9";
    document.source.repository = "acme/app";
    document.contexts_json =
        R"({"github": {"server_url": "http://forge.test",
            "event": {"head_commit": {"timestamp": "2026-11-21T10:00:00+02:00"}}}})";
    const auto labels = make()->labels;

    EXPECT_EQ(labels.at("org.opencontainers.image.source"), "http://forge.test/acme/app");
    EXPECT_EQ(labels.at("org.opencontainers.image.created"), "2026-11-21T08:00:00.000Z");
    EXPECT_EQ(labels.at("org.opencontainers.image.version"), "1");
    EXPECT_EQ(labels.at("triphammer.run"), "9");
    document.source.ref = "refs/tags/v2";
    EXPECT_EQ(make()->labels.at("org.opencontainers.image.version"), "v2");
}

TEST_F(ImagePlans, LogInToEachRegistryByItsOwnName) {
    auto& image = *document.job.image;
    image.logins = {
        {"index.docker.io", text("me"), {}, text("hub")},
        {"ghcr.io", {}, {}, text("bearer")},
        {"r.test:5000", text("you"), text("word"), {}}};
    const auto plan = make().value();
    const auto of = [&](const char* name) {
        return credentials_for(plan, docker::parse_reference(name).value());
    };

    EXPECT_EQ(of("team/app:1").password.reveal(), "hub");
    EXPECT_EQ(of("ghcr.io/team/app").token.reveal(), "bearer");
    EXPECT_EQ(of("r.test:5000/app").username, "you");
    EXPECT_EQ(all_logins(plan).size(), 3U);
    image.logins = {{"ghcr.io", {}, {}, text("")}};
    EXPECT_NE(reason().find("login.ghcr.io: the secret is empty"), std::string::npos) << reason();
}

TEST_F(ImagePlans, ReadThePolicyOfARepository) {
    auto& ecr = document.job.image->ecr.emplace();
    ecr.region = text("eu-west-1");
    ecr.create = text("true");
    ecr.lifecycle = text("policy.json");

    EXPECT_NE(reason().find("'policy.json' is not in the repository"), std::string::npos);
    ASSERT_TRUE(replace_file(workspace / "policy.json", "{rules: no"));
    EXPECT_NE(reason().find("'policy.json' is no JSON"), std::string::npos) << reason();
    ASSERT_TRUE(replace_file(workspace / "policy.json", "[]"));
    EXPECT_NE(reason().find("a list 'rules'"), std::string::npos) << reason();
    ASSERT_TRUE(replace_file(workspace / "policy.json", R"({"rules": []})"));
    EXPECT_EQ(make()->ecr->policy, R"({"rules": []})");
    EXPECT_TRUE(make()->ecr->create);
    EXPECT_FALSE(make()->ecr->is_immutable);
}

// A stranger's commit gets nothing of ours and leaves nothing with us.
TEST_F(ImagePlans, OfAForkStandApart) {
    document.from_fork = true;
    auto& image = *document.job.image;
    image.registry_username = text("me");
    image.registry_password = text("secret");
    image.logins = {{"ghcr.io", {}, {}, text("bearer")}};
    image.ecr.emplace().region = text("eu-west-1");
    image.cache_from = {text("app:cache")};
    const auto plan = make().value();

    EXPECT_TRUE(plan.is_apart);
    EXPECT_TRUE(plan.no_cache);
    EXPECT_FALSE(plan.push);
    EXPECT_FALSE(plan.ecr);
    EXPECT_TRUE(plan.tags.empty());
    EXPECT_TRUE(plan.cache_from.empty());
    EXPECT_TRUE(all_logins(plan).empty());
    EXPECT_TRUE(plan.password.empty());
    image.builder = "buildkit";
    EXPECT_NE(reason().find("not for pull requests from forks"), std::string::npos) << reason();
}

TEST_F(ImagePlans, KeepWhatTheFileOrElseTheServerSays) {
    document.executor.keep_images = 20;
    EXPECT_EQ(make()->keep_count, 20);
    document.job.image->push = text("false");
    EXPECT_EQ(make()->keep_count, 0);
    document.job.image->keep_days = text("7");
    EXPECT_EQ(make()->keep_days, 7);
    document.job.image->keep_count = text("none");
    EXPECT_NE(reason().find("keep.count is a whole number"), std::string::npos) << reason();
}

TEST_F(ImagePlans, HavePlatformsEachOnce) {
    auto& image = *document.job.image;
    image.platforms = {text("linux/arm64"), text("linux/amd64"), text("linux/arm64")};
    EXPECT_EQ(make()->platforms, (std::vector<std::string>{"linux/arm64", "linux/amd64"}));
    EXPECT_EQ(name_for_platform(make()->tags.front(), "linux/arm64").text(), "app:1-linux-arm64");
    image.builder = "classic";
    EXPECT_NE(reason().find("BuildKit alone"), std::string::npos) << reason();
    image.builder.clear();
    image.tags = {text("app:" + std::string(117, 'x'))};
    EXPECT_NE(reason().find("write a shorter one"), std::string::npos) << reason();
    image.tags = {text("app:" + std::string(116, 'x'))};
    EXPECT_TRUE(make());
    document.from_fork = true;
    EXPECT_TRUE(make()->platforms.empty());
    document.job.image->platforms = {text("arm64")};
    EXPECT_NE(reason().find("linux/arm64"), std::string::npos) << reason();
}

TEST_F(ImagePlans, TakeKeysOfAwsFromTheJobAndAddressesFromTheServerAlone) {
    document.job.env = {
        {"AWS_ACCESS_KEY_ID", text("of the job")}, {"AWS_ENDPOINT_URL", text("http://evil.test")}};
    const auto sources = ecr_sources(
        document, [](const auto& value) { return Result<std::string>{value.text}; }, "eu-west-1"
    );

    EXPECT_EQ(sources.find("AWS_ACCESS_KEY_ID").value(), "of the job");
    EXPECT_EQ(
        sources.find("AWS_SECRET_ACCESS_KEY").value(), "${{ secrets.AWS_SECRET_ACCESS_KEY }}"
    );
    EXPECT_EQ(sources.find("AWS_REGION").value(), "eu-west-1");
    EXPECT_EQ(sources.find_variable("AWS_ENDPOINT_URL").value(), "${{ vars.AWS_ENDPOINT_URL }}");
}

namespace {

/// The status with which the program ends here; -1: it is none for this machine.
int run_here(const std::string& program) {
    triphammer::testing::TempDir folder;
    const auto file = folder / "program";
    EXPECT_TRUE(replace_file(file, program));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    const auto status = std::system(("exec '" + std::string{file} + "' 2>/dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST(Emulation, HasAProgramThatEndsWellOnThisMachine) {
#if defined(__aarch64__)
    EXPECT_EQ(run_here(tiny_program("arm64")), 0);
#else
    EXPECT_EQ(run_here(tiny_program("amd64")), 0);
#endif
}

TEST(Emulation, HasOneOfEachArchitectureThatItKnows) {
    const auto machine = [](const char* architecture) {
        const auto program = tiny_program(architecture);
        return program.size() < 84 ? -1 : program[5] == 2 ? program[19] : program[18];
    };

    EXPECT_EQ(machine("386"), 3);
    EXPECT_EQ(machine("arm"), 40);
    EXPECT_EQ(static_cast<unsigned char>(machine("arm64")), 183);
    EXPECT_EQ(machine("s390x"), 22);
    EXPECT_EQ(tiny_program("mips64le"), "");
}

TEST(Emulation, TellsPlatformsByTheirArchitecture) {
    EXPECT_TRUE(is_of_platform("linux/arm64", "linux/arm64/v8"));
    EXPECT_FALSE(is_of_platform("linux/arm64", "linux/arm/v7"));
    EXPECT_FALSE(is_of_platform("linux/amd64", "windows/amd64"));
    EXPECT_FALSE(is_of_platform("", "linux/amd64"));
}
