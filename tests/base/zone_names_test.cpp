#include "base/zone_names.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace triphammer;
using namespace triphammer::testing;

TEST(ZoneNames, AreTheFilesOfTheFolderWithoutItsCopiesAndTables) {
    const TempDir folder;
    for (const auto* name :
         {"Europe/Berlin", "Etc/UTC", "UTC", "posix/UTC", "zone.tab", "localtime"}) {
        const auto path = folder / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << "TZif";
    }

    const std::vector<std::string> names{"Etc/UTC", "Europe/Berlin", "UTC"};
    EXPECT_EQ(list_zone_names(folder.path()), names);
}

TEST(ZoneNames, AreNoneWithoutZoneData) {
    const TempDir folder;

    EXPECT_TRUE(list_zone_names(folder / "nothing").empty());
}
