#include "schedule/zones.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace triphammer;
using namespace triphammer::schedule;

namespace {

std::string number(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) {
        out += static_cast<char>(value >> static_cast<unsigned>(i * 8) & 0xffU);
    }
    return out;
}

/// A header and data: one change to `offset` at `at`, from UTC.
std::string block(std::int64_t at, int width, std::int32_t offset) {
    std::string out = "TZif2" + std::string(15, '\0');
    for (const std::uint64_t count : {0, 0, 0, 1, 2, 4}) out += number(count, 4);
    out += number(static_cast<std::uint64_t>(at), width) + number(1, 1);
    out += number(0, 4) + std::string(2, '\0');
    out += number(static_cast<std::uint32_t>(offset), 4) + std::string(2, '\0');
    return out + std::string("UTC\0", 4);
}

}  // namespace

// RFC 8536, sections 3.1 and 3.2
TEST(Zones, ReadsTheSecondBlockOfAFile) {
    const auto zone = parse_zone(block(7, 4, 60) + block(1'000'000'000'000, 8, -3600)).value();

    EXPECT_EQ(zone.offset_at(0), 0);
    EXPECT_EQ(zone.offset_at(999'999'999'999), 0);
    EXPECT_EQ(zone.offset_at(1'000'000'000'000), -3600);
}

TEST(Zones, RefusesWhatIsNoSuchFile) {
    const auto good = block(7, 4, 60) + block(8, 8, 60);

    EXPECT_FALSE(parse_zone(""));
    EXPECT_FALSE(parse_zone("hello"));
    EXPECT_FALSE(parse_zone(block(7, 4, 60)));
    EXPECT_FALSE(parse_zone(good.substr(0, good.size() - 12)));
}

TEST(Zones, KnowsThePlacesOfThisMachine) {
    Zones zones;

    EXPECT_EQ(zones.find("")->offset_at(0), 0);
    EXPECT_EQ(zones.find("UTC")->offset_at(0), 0);
    EXPECT_EQ(zones.find("Mars/Olympus").error().code, Code::not_found);
    EXPECT_EQ(zones.find("../../etc/passwd").error().code, Code::not_found);
    EXPECT_EQ(zones.find("/etc/passwd").error().code, Code::not_found);
}

TEST(Zones, ReadsAPlaceOfItsFolder) {
    const triphammer::testing::TempDir folder;
    std::filesystem::create_directory(folder / "Here");
    std::ofstream{folder / "Here" / "There"} << block(7, 4, 60) << block(8, 8, 60);

    EXPECT_EQ(Zones{folder.path()}.find("Here/There")->offset_at(8), 60);
}
