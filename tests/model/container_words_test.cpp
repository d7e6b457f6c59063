#include "model/container_words.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::model;
using namespace std::chrono_literals;

TEST(ContainerWords, ReadPortsAsPeopleWriteThem) {
    EXPECT_EQ(parse_open_port("80").value(), (PortBinding{0, 80, "", "tcp"}));
    EXPECT_EQ(parse_open_port("8080:80").value(), (PortBinding{8080, 80, "", "tcp"}));
    EXPECT_EQ(parse_open_port("53/udp").value(), (PortBinding{0, 53, "", "udp"}));
    EXPECT_EQ(
        parse_open_port("0.0.0.0:53:53/UDP").value(), (PortBinding{53, 53, "0.0.0.0", "udp"})
    );
}

TEST(ContainerWords, RefuseWhatIsNoPort) {
    for (const char* text :
         {"", "http", "0", "70000", "80:", "80:x", "80/sctp", "8000-8010", "1:2:3:4"}) {
        EXPECT_FALSE(parse_open_port(text)) << text;
    }
}

TEST(ContainerWords, TellTheTwoKindsOfVolumesApart) {
    ContainerSpec spec;

    ASSERT_TRUE(add_volume(spec, "cache:/var/cache"));
    ASSERT_TRUE(add_volume(spec, "cache:/again:ro"));
    ASSERT_TRUE(add_volume(spec, "/data"));

    EXPECT_EQ(spec.volumes, (std::vector<std::string>{"cache:/var/cache", "cache:/again:ro"}));
    EXPECT_EQ(spec.anonymous_volumes, (std::vector<std::string>{"/data"}));
}

TEST(ContainerWords, RefuseFoldersOfTheMachine) {
    ContainerSpec spec;
    for (const char* text : {"/var/run/docker.sock:/sock", "./data:/data", "~/x:/x", "../a:/b"}) {
        const auto added = add_volume(spec, text);
        ASSERT_FALSE(added) << text;
        EXPECT_NE(added.error().message.find("folders of the machine"), std::string::npos);
    }
    for (const char* text : {"", "name", "name:relative", "name:/a:z", "a b:/c", "-v:/c"}) {
        EXPECT_FALSE(add_volume(spec, text)) << text;
    }
}

TEST(ContainerWords, ReadSizesProcessorsAndDurations) {
    EXPECT_EQ(parse_size("64kb").value(), 65536);
    EXPECT_EQ(parse_size("1.5G").value(), 1610612736);
    EXPECT_EQ(parse_size("1048576").value(), 1048576);
    EXPECT_EQ(parse_cpus("0.5").value(), 500'000'000);
    EXPECT_EQ(parse_engine_duration("1m30s").value(), 90s);
    EXPECT_EQ(parse_engine_duration("500ms").value(), 500ms);
    for (const char* text : {"", "much", "-1m", "1x", "1mm"})
        EXPECT_FALSE(parse_size(text)) << text;
    for (const char* text : {"", "two", "1cpu", "-1"}) EXPECT_FALSE(parse_cpus(text)) << text;
    for (const char* text : {"", "10", "ten s", "25h"}) {
        EXPECT_FALSE(parse_engine_duration(text)) << text;
    }
}
