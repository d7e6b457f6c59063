#include "access/master_key.hpp"

#include "base/file.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct MasterKeyTest : ::testing::Test {
    ManualClock clock;
    SystemRandom random;
    InlineDatabase database{clock};
    std::filesystem::path path = database.folder / "master.key";

    Result<Secret> load(bool may_create = true) {
        return run_task<Result<Secret>>([&](Executor) {
            return load_master_key({path, may_create}, *database.database, random);
        });
    }
};

}  // namespace

TEST_F(MasterKeyTest, IsMadeOnceAndFoundAgain) {
    const auto made = load().value();

    struct stat facts {};

    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_EQ(made.reveal().size(), 32U);
    EXPECT_TRUE(load().value() == made);
}

TEST_F(MasterKeyTest, IsInNoCoreFileOfWhoHoldsIt) {
    load().value();

    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
    EXPECT_LE(limit.rlim_cur, 1U);
    EXPECT_LE(limit.rlim_max, 1U);
}

TEST_F(MasterKeyTest, IsNotMadeAnewForADatabaseThatHasOne) {
    load().value();
    std::filesystem::remove(path);

    const auto again = load();

    EXPECT_EQ(again.error().code, Code::not_found);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(MasterKeyTest, AnotherOneOrAShortOneIsRefused) {
    load().value();

    replace_file(path, std::string(32, 'x')).value();
    EXPECT_EQ(load().error().code, Code::refused);
    replace_file(path, "short").value();
    EXPECT_EQ(load().error().code, Code::invalid);
}

TEST_F(MasterKeyTest, OneThatOthersReadIsRefused) {
    load().value();
    ::chmod(path.c_str(), 0644);

    EXPECT_EQ(load().error().code, Code::refused);
}

TEST_F(MasterKeyTest, AConfiguredOneMustBeThereAndMayBeHex) {
    EXPECT_EQ(load(false).error().code, Code::not_found);

    replace_file(path, std::string(64, 'a') + "\n", 0444).value();

    EXPECT_EQ(load(false).value().reveal(), std::string(32, '\xaa'));
}
