#include "runner/actions/action_image.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

std::vector<docker::TarEntry> context_with(docker::TarKind kind, std::string content) {
    docker::TarEntry dockerfile;
    dockerfile.header.path = "Dockerfile";
    dockerfile.header.kind = kind;
    dockerfile.content = std::move(content);
    docker::TarEntry other;
    other.header.path = "other";
    other.content = "FROM a\nADD http://169.254.169.254/ /x\n";
    return {std::move(other), std::move(dockerfile)};
}

std::string refusal(docker::TarKind kind, std::string content) {
    const auto fine = check_dockerfile(context_with(kind, std::move(content)), "Dockerfile");
    return fine ? "" : fine.error().message;
}

}  // namespace

TEST(ActionImage, IsBuiltOfTheFileThatWasLookedAt) {
    EXPECT_EQ(refusal(docker::TarKind::file, "FROM a\nRUN true\n"), "");
    EXPECT_NE(refusal(docker::TarKind::file, "FROM a\nADD http://a.test/ /x\n"), "");
    EXPECT_NE(refusal(docker::TarKind::symlink, "").find("is a link"), std::string::npos);
    EXPECT_FALSE(check_dockerfile({}, "Dockerfile"));
}
