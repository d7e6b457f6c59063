#include "runner/image/plan.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

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
