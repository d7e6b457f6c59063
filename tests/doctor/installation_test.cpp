#include "doctor/installation.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>
#include <functional>

using namespace triphammer;
using namespace triphammer::doctor;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30U;

InstallationQuestion question() {
    InstallationQuestion out;
    out.data = "/var/lib/triphammer";
    out.run = "/var/lib/triphammer-run";
    out.master_key = "/var/lib/triphammer/master.key";
    out.known_schema = 12;
    out.restore = "triphammer restore /var/lib/triphammer/backups/last.db";
    return out;
}

FileFacts file(const std::string& path, unsigned mode, const std::string& owner = "triphammer") {
    return {path, true, mode, owner, 32};
}

Installation well() {
    Installation out;
    out.user = "triphammer";
    out.data = file("/var/lib/triphammer", 0700);
    out.run = file("/var/lib/triphammer-run", 01771, "root");
    out.launcher = file("/var/lib/triphammer-run/doctor.sock", 0600);
    out.database = {file("/var/lib/triphammer/triphammer.db", 0600), true, 12};
    out.key = file("/var/lib/triphammer/master.key", 0600);
    out.secrets = {file("/etc/triphammer/github-token", 0640, "root")};
    out.room = {100 * kGiB, 60 * kGiB, 1'000'000, 900'000, false};
    return out;
}

struct Plant {
    const char* what;
    std::function<void(Installation&, InstallationQuestion&)> plant;
    const char* name;
    const char* remedy;
    State state = State::error;
};

void PrintTo(const Plant& plant, std::ostream* out) {
    *out << plant.what;
}

const Plant kPlants[] = {
    {"the data directory is not there",
     [](auto& facts, auto&) { facts.data.is_there = false; },
     "data directory",
     "install -d -m 700 -o triphammer",
     State::warning},
    {"the data directory is root's",
     [](auto& facts, auto&) { facts.data.owner = "root"; },
     "data directory",
     "chown -R triphammer: /var/lib/triphammer"},
    {"the data directory is open to others",
     [](auto& facts, auto&) { facts.data.mode = 0755; },
     "data directory",
     "chmod 700"},
    {"a command of root made the database",
     [](auto& facts, auto&) { facts.database.file.owner = "root"; },
     "database",
     "chown triphammer: /var/lib/triphammer/triphammer.db"},
    {"the database is damaged",
     [](auto& facts, auto&) { facts.database.is_ours = false; },
     "database",
     "triphammer restore"},
    {"the database is of a newer release",
     [](auto& facts, auto&) { facts.database.schema = 13; },
     "database",
     "triphammer restore"},
    {"the key was lost",
     [](auto& facts, auto&) { facts.key.is_there = false; },
     "master key",
     "install -m 600 -o triphammer"},
    {"the key that the configuration names is not there",
     [](auto& facts, auto& asked) {
         asked.owns_master_key = false;
         facts.key.is_there = false;
     },
     "master key",
     "install -m 600"},
    {"the key may be read by others",
     [](auto& facts, auto&) { facts.key.mode = 0644; },
     "master key",
     "chmod 600"},
    {"the key is root's",
     [](auto& facts, auto&) { facts.key.owner = "root"; },
     "master key",
     "chown triphammer:"},
    {"the key is empty",
     [](auto& facts, auto&) { facts.key.bytes = 0; },
     "master key",
     "COPY-OF-THE-KEY"},
    {"the token's file may be read by everybody",
     [](auto& facts, auto&) { facts.secrets[0].mode = 0644; },
     "secret file",
     "chmod 640 /etc/triphammer/github-token"},
    {"the data's disk is nearly full",
     [](auto& facts, auto&) { facts.room.free_bytes = kGiB; },
     "disk: data",
     "du -xh",
     State::warning},
    {"the run directory's name is too long for sockets",
     [](auto&, auto& asked) { asked.run = "/srv/" + std::string(100, 'x'); },
     "run directory",
     "run: /var/lib/triphammer-run"},
    {"the run directory lies in the data directory",
     [](auto&, auto& asked) { asked.run = "/var/lib/triphammer/run"; },
     "run directory",
     "run: /var/lib/triphammer-run"},
    {"everybody may replace what lies in the run directory",
     [](auto& facts, auto&) { facts.run.mode = 0777; },
     "run directory",
     "chmod o-w,+t"},
    {"the launcher was never started",
     [](auto& facts, auto&) {
         facts.launcher_answers = false;
         facts.launcher.is_there = false;
     },
     "launcher",
     "systemctl enable --now triphammer-launcher"},
    {"the launcher expects another user",
     [](auto& facts, auto&) {
         facts.launcher_answers = false;
         facts.launcher.owner = "root";
     },
     "launcher",
     "launcher.daemon_user: triphammer"},
    {"the launcher was killed",
     [](auto& facts, auto&) { facts.launcher_answers = false; },
     "launcher",
     "systemctl restart triphammer-launcher"},
};

class PlantedInstallation : public ::testing::TestWithParam<Plant> {};

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream{path} << bytes;
}

}  // namespace

TEST(Installation, OneThatIsWellHasNothingToMend) {
    for (const auto& finding : examine(well(), question())) {
        EXPECT_EQ(finding.state, State::ok) << finding.name << ": " << finding.text;
    }
}

TEST_P(PlantedInstallation, IsFoundAloneWithItsRemedy) {
    auto facts = well();
    auto asked = question();
    GetParam().plant(facts, asked);

    bool is_found = false;
    for (const auto& finding : examine(facts, asked)) {
        if (finding.state == State::ok) continue;
        EXPECT_EQ(finding.name, GetParam().name) << finding.text;
        EXPECT_EQ(finding.state, GetParam().state) << finding.text;
        EXPECT_NE(finding.remedy.find(GetParam().remedy), std::string::npos) << finding.remedy;
        is_found = true;
    }

    EXPECT_TRUE(is_found);
}

INSTANTIATE_TEST_SUITE_P(All, PlantedInstallation, ::testing::ValuesIn(kPlants));

TEST(Installation, BeforeTheFirstStartNothingIsMissing) {
    auto facts = well();
    facts.database = {};
    facts.key.is_there = facts.run.is_there = facts.launcher.is_there = false;
    facts.launcher_answers = false;
    auto asked = question();
    asked.starts_launcher = true;
    asked.daemon_runs = false;

    EXPECT_TRUE(is_well(examine(facts, asked)));
}

TEST(Installation, FilesAreSeenAsTheyAre) {
    const triphammer::testing::TempDir dir;
    auto asked = question();
    asked.data = dir.path();
    asked.master_key = dir.path() / "master.key";
    write(asked.master_key, std::string(32, 'k'));
    ::chmod(asked.master_key.c_str(), 0644);
    write(dir.path() / "triphammer.db", std::string(200, 'x'));

    const auto facts = look_at(asked);

    EXPECT_TRUE(facts.data.is_there);
    EXPECT_EQ(facts.data.owner, facts.user);
    EXPECT_EQ(facts.key.mode, 0644U);
    EXPECT_EQ(facts.key.bytes, 32U);
    EXPECT_FALSE(facts.database.is_ours);
    EXPECT_FALSE(facts.run.is_there);
    EXPECT_GT(facts.room.bytes, 0U);
}

TEST(Installation, AnEmptyDatabaseIsOneThatIsToBeMade) {
    const triphammer::testing::TempDir dir;
    auto asked = question();
    asked.data = dir.path();
    write(dir.path() / "triphammer.db", "");

    const auto facts = look_at(asked);

    EXPECT_TRUE(facts.database.is_ours);
    EXPECT_EQ(facts.database.schema, 0);
}
