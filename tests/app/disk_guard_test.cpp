#include "app/disk_guard.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::app;

namespace {

constexpr std::uint64_t kReserve = 64U << 10U;

struct DiskGuardTest : ::testing::Test {
    triphammer::testing::TempDir folder;
    std::filesystem::path reserve = folder / "reserve";

    DiskGuard open(std::uint64_t bytes) {
        return {folder.path(), folder.path(), {.low_water = 1, .reserve = bytes}, [](bool) {}};
    }
};

}  // namespace

TEST_F(DiskGuardTest, AReserveIsHeldAndGivenUpOnce) {
    auto guard = open(kReserve);

    EXPECT_EQ(guard.measure().reserve, kReserve);
    EXPECT_EQ(std::filesystem::file_size(reserve), kReserve);
    EXPECT_TRUE(guard.give_up_reserve());
    EXPECT_FALSE(std::filesystem::exists(reserve));
    EXPECT_FALSE(guard.give_up_reserve());
}

TEST_F(DiskGuardTest, AReserveThatIsSwitchedOffLeavesTheDisk) {
    open(kReserve);
    ASSERT_TRUE(std::filesystem::exists(reserve));

    auto guard = open(0);

    EXPECT_FALSE(std::filesystem::exists(reserve));
    EXPECT_EQ(guard.measure().reserve, 0U);
    EXPECT_FALSE(guard.give_up_reserve());
}
