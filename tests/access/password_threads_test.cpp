#include "access/password_threads.hpp"

#include "support/random.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::access;
using namespace triphammer::testing;

namespace {

struct PasswordThreadsTest : ::testing::Test {
    PasswordThreads threads;
    SeededRandom random{1};

    std::string hash(const Secret& password) {
        const std::function<Task<Result<std::string>>(Executor)> work = [&](Executor) {
            return threads.hash(random, password);
        };
        return run_task(work).value();
    }

    bool check(const Secret& password, const std::string& stored) {
        const std::function<Task<Result<bool>>(Executor)> work = [&](Executor) {
            return threads.check(password, stored);
        };
        return run_task(work).value();
    }
};

}  // namespace

TEST_F(PasswordThreadsTest, MakeAHashWithASaltOfItsOwnThatFitsItsPassword) {
    const Secret password{"correct horse battery"};

    const auto one = hash(password);

    EXPECT_NE(one, hash(password));
    EXPECT_TRUE(check(password, one));
    EXPECT_FALSE(check(Secret{"another battery"}, one));
    EXPECT_FALSE(check(password, ""));
}
