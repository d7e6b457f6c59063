#include "launcher/beside.hpp"

#include <gtest/gtest.h>

namespace triphammer::launcher {

namespace {

const std::string kId(64, 'a');

std::string mounts(const std::string& source) {
    return "623 616 0:5 / /dev rw - tmpfs tmpfs rw\n"
           "640 616 254:1 " +
           source + "/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw\n";
}

TEST(Beside, KnowsItsContainerByTheFilesThatTheEngineGaveIt) {
    EXPECT_EQ(find_container(mounts("/var/lib/docker/containers/" + kId)), kId);
    EXPECT_EQ(find_container(mounts("/elsewhere/containers/" + kId)), kId);
}

TEST(Beside, IsForContainersOnly) {
    EXPECT_FALSE(find_container(""));
    EXPECT_FALSE(find_container(mounts("/var/lib/docker/containers/short")));
    EXPECT_FALSE(find_container(mounts("/var/lib/docker/pods/" + kId)));
    EXPECT_FALSE(find_container(mounts("/var/lib/docker/containers/" + std::string(64, 'x'))));
}

}  // namespace

}  // namespace triphammer::launcher
