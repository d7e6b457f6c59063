// With folders that look like control groups; with real ones in tests/integration/kernel_test.py.
#include "launcher/control_group.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

class ControlGroupsBelow : public ::testing::Test {
  protected:
    void put(const char* file, std::string_view text) {
        fs::create_directories((given_ / file).parent_path());
        replace_file(given_ / file, text).value();
    }

    std::string get(const char* file) { return *read_file(given_ / file, 4096); }

    TempDir given_;
    ControlGroups groups_{given_.path(), "/run/of/a/server"};
};

TEST(ControlGroups, AreNotWantedWithoutAParent) {
    const ControlGroups none{"", "/run/of/a/server"};

    EXPECT_FALSE(none.are_wanted());
    EXPECT_TRUE(none.path_of(7).empty());
    EXPECT_FALSE(none.is_populated(7));
}

TEST_F(ControlGroupsBelow, SayWhatTheParentLacks) {
    put("cgroup.controllers", "cpu io pids\n");

    const auto made = groups_.make(7, 1);

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::unavailable);
    EXPECT_NE(made.error().message.find("controllers cpu, memory and pids"), std::string::npos);
    EXPECT_FALSE(fs::exists(groups_.path_of(7)));
}

TEST_F(ControlGroupsBelow, MoveWhoIsInTheParentAndPassControllersDown) {
    put("cgroup.controllers", "cpuset cpu io memory pids\n");
    put("cgroup.subtree_control", "");
    put("cgroup.procs", "4711\n");
    put("holder/cgroup.procs", "");

    // A folder is no group: what the kernel would put into it is missing.
    EXPECT_FALSE(groups_.make(7, 1));

    EXPECT_EQ(get("holder/cgroup.procs"), "4711");
    EXPECT_EQ(get("cgroup.subtree_control"), "+cpu +memory +pids");
    EXPECT_FALSE(fs::exists(groups_.path_of(7)));
}

TEST_F(ControlGroupsBelow, MoveNobodyWhereTheParentIsReady) {
    put("cgroup.subtree_control", "cpu memory pids\n");
    put("cgroup.procs", "4711\n");
    put("holder/cgroup.procs", "");

    EXPECT_FALSE(groups_.make(7, 1));

    EXPECT_EQ(get("holder/cgroup.procs"), "");
    EXPECT_EQ(get("cgroup.subtree_control"), "cpu memory pids\n");
}

TEST_F(ControlGroupsBelow, AreEndedByOneWriteAndSayWhetherAnybodyIsLeft) {
    const auto group = groups_.path_of(7);
    const auto file = [&](const char* name) { return group.filename().string() + "/" + name; };
    put(file("cgroup.kill").c_str(), "");
    put(file("cgroup.events").c_str(), "populated 1\nfrozen 0\n");

    groups_.kill(7);

    EXPECT_EQ(get(file("cgroup.kill").c_str()), "1");
    EXPECT_TRUE(groups_.is_populated(7));
    put(file("cgroup.events").c_str(), "populated 0\nfrozen 0\n");
    EXPECT_FALSE(groups_.is_populated(7));
}

TEST_F(ControlGroupsBelow, AreAnotherServersUnderAnotherName) {
    const ControlGroups others{given_.path(), "/run/of/another"};

    EXPECT_NE(groups_.path_of(7), others.path_of(7));
    EXPECT_NE(groups_.path_of(7), groups_.path_of(8));
}

}  // namespace
}  // namespace triphammer::launcher
