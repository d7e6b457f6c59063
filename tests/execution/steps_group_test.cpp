// With a folder that looks like a control group; with a real one in
// tests/integration/kernel_test.py.
#include "execution/steps_group.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <map>

namespace triphammer::execution {
namespace {

class StepsGroupTest : public ::testing::Test {
  protected:
    void put(const std::string& file, std::string_view text) {
        replace_file(folder_ / file, text).value();
    }

    std::map<std::string, std::string> set(const GroupLimits& limits, bool has_swap = true) {
        for (const auto* file : {"cpu.max", "pids.max", "memory.max", "memory.oom.group"}) {
            put(file, "");
        }
        if (has_swap) put("memory.swap.max", "");
        StepsGroup::open(folder_.path().string())->set(limits).value();
        std::map<std::string, std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) {
            out[entry.path().filename()] = *read_file(entry.path(), 4096);
        }
        return out;
    }

    triphammer::testing::TempDir folder_;
};

TEST_F(StepsGroupTest, LimitsAsTheKernelWantsIt) {
    const std::map<std::string, std::string> wanted{
        {"cpu.max", "150000 100000"},
        {"pids.max", "50"},
        {"memory.max", "1048576"},
        {"memory.swap.max", "0"},
        {"memory.oom.group", "1"}};

    EXPECT_EQ(set({1.5, 1U << 20U, 50}), wanted);
}

TEST_F(StepsGroupTest, LeavesWhatIsNotLimited) {
    const std::map<std::string, std::string> wanted{
        {"cpu.max", ""},
        {"pids.max", "9"},
        {"memory.max", ""},
        {"memory.swap.max", ""},
        {"memory.oom.group", ""}};

    EXPECT_EQ(set({{}, {}, 9}), wanted);
}

TEST_F(StepsGroupTest, LimitsMemoryWhereTheKernelHasNoSwap) {
    const auto files = set({{}, 1U << 20U, {}}, false);

    EXPECT_EQ(files.at("memory.max"), "1048576");
    EXPECT_FALSE(files.contains("memory.swap.max"));
}

TEST_F(StepsGroupTest, SaysWhatItCouldNotLimit) {
    const auto group = StepsGroup::open(folder_.path().string());
    const auto set = group->set({{}, {}, 9});

    ASSERT_FALSE(set);
    EXPECT_NE(set.error().message.find("pids.max"), std::string::npos) << set.error().message;
}

TEST_F(StepsGroupTest, CountsWhatTheKernelTells) {
    const auto group = StepsGroup::open(folder_.path().string());
    EXPECT_EQ(group->count_oom_kills(), 0U);
    EXPECT_EQ(group->count_refused_tasks(), 0U);

    put("memory.events", "low 0\nhigh 0\nmax 17\noom 2\noom_kill 3\noom_group_kill 1\n");
    put("pids.events", "max 5\n");

    EXPECT_EQ(group->count_oom_kills(), 3U);
    EXPECT_EQ(group->count_refused_tasks(), 5U);
}

}  // namespace
}  // namespace triphammer::execution
