// simulation [--seed N] [--schedules N] [--plant NAME] [--trace]
// Plays schedules seed, seed + 1, … and stops at the first that breaks an invariant. The closing
// line is `N passed, N failed`; the exit status is 0 when none failed (with --plant: when one did).

#include "simulation/world.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>

namespace {

namespace sim = triphammer::simulation;
using triphammer::store::Database;

struct Arguments {
    std::uint64_t seed = 1;
    std::uint64_t schedules = 1000;
    sim::Plant plant = sim::Plant::none;
    bool is_tracing = false;
};

const std::map<std::string, sim::Plant> kPlants{
    {"ack-before-commit", sim::Plant::ack_before_commit},
    {"silence-is-death", sim::Plant::silence_is_death},
    {"blind-repeat", sim::Plant::blind_repeat},
    {"repeat-refused", sim::Plant::repeat_refused},
    {"forgotten-settle", sim::Plant::forgotten_settle}};

bool read_arguments(int count, char** values, Arguments& out) {
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        if (name == "--trace") {
            out.is_tracing = true;
            continue;
        }
        if (++i == count) return false;
        const std::string value = values[i];
        if (name == "--seed") {
            out.seed = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--schedules") {
            out.schedules = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--plant" && kPlants.count(value) > 0) {
            out.plant = kPlants.at(value);
        } else {
            return false;
        }
    }
    return true;
}

// In memory where the system has a place for it: nothing here tests the disk.
std::unique_ptr<Database> open_database(
    const std::filesystem::path& folder, const triphammer::Clock& clock
) {
    triphammer::store::Options options;
    options.threads = false;
    auto opened = Database::open(folder / "triphammer.db", clock, options);
    if (!opened) {
        std::cerr << "simulation: " << opened.error().message << '\n';
        std::exit(2);
    }
    if (!sim::prepare_database(**opened)) std::exit(2);
    return std::move(*opened);
}

}  // namespace

int main(int count, char** values) {
    Arguments arguments;
    if (!read_arguments(count, values, arguments)) {
        std::cerr << "usage: simulation [--seed N] [--schedules N] [--plant NAME] [--trace]\n";
        return 2;
    }
    ::setenv("TMPDIR", "/dev/shm", 1);
    const triphammer::testing::TempDir folder;
    triphammer::testing::ManualClock clock;
    auto db = open_database(folder.path(), clock);
    const auto began = std::chrono::steady_clock::now();
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    std::map<std::string, std::uint64_t> tally;
    for (std::uint64_t i = 0; i < arguments.schedules && failed == 0; ++i) {
        const sim::WorldOptions options{arguments.seed + i, arguments.plant, arguments.is_tracing};
        sim::World world{*db, clock, options};
        const auto broken = world.play();
        for (const auto& [what, times] : world.tally()) tally[what] += times;
        for (const auto& line : world.trace()) std::cout << line << '\n';
        if (!broken) {
            ++passed;
            continue;
        }
        ++failed;
        std::cout << "seed " << options.seed << ": " << *broken << "\nreplay: simulation --seed "
                  << options.seed << " --schedules 1 --trace\n";
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    for (const auto& [what, times] : tally) std::cout << what << ": " << times << '\n';
    std::cout << "seconds " << took.count() << '\n';
    std::cout << passed << " passed, " << failed << " failed\n";
    const bool wants_failure = arguments.plant != sim::Plant::none;
    return (failed > 0) == wants_failure ? 0 : 1;
}
