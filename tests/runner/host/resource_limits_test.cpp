#include "runner/host/resource_limits.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

TEST(ResourceLimits, AreAmountsAsDockerWritesThem) {
    EXPECT_EQ(parse_bytes("512"), 512U);
    EXPECT_EQ(parse_bytes("1k"), 1024U);
    EXPECT_EQ(parse_bytes("512m"), 512ULL << 20U);
    EXPECT_EQ(parse_bytes("2GB"), 2ULL << 30U);
    EXPECT_EQ(parse_bytes("1t"), 1ULL << 40U);
    EXPECT_EQ(parse_bytes("7b"), 7U);
    for (const char* bad : {"", "m", "-1m", "1.5g", "1x", "9999999999999t", "bb"}) {
        EXPECT_FALSE(parse_bytes(bad)) << bad;
    }
}

TEST(ResourceLimits, AreReadWithTheirExpressions) {
    workflow::expression::Contexts contexts;
    ASSERT_TRUE(contexts.add_json(R"({"vars": {"MEMORY": "1g"}})"));
    model::Resources resources;
    resources.cpu.text = "1.5";
    resources.memory.text = "${{ vars.MEMORY }}";
    resources.pids.text = "${{ 100 }}";

    const auto limits = read_limits(resources, contexts);

    ASSERT_TRUE(limits);
    EXPECT_EQ(limits->memory, 1ULL << 30U);
    EXPECT_EQ(limits->pids, 100U);
    EXPECT_FALSE(limits->disk);
    EXPECT_EQ(limits->describe(), "processors 2, memory 1024 MiB, processes and threads 100");
    EXPECT_EQ(read_limits({}, contexts)->describe(), "");
}

TEST(ResourceLimits, SayWhatIsNone) {
    model::Resources resources;
    resources.disk.text = "a lot";
    EXPECT_EQ(
        read_limits(resources, {}).error().message,
        "resources.disk: 'a lot' is no amount such as 512m or 2g"
    );
    resources = {};
    resources.cpu.text = "0";
    EXPECT_FALSE(read_limits(resources, {}));
}

}  // namespace
}  // namespace triphammer::runner
