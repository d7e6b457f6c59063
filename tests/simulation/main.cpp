// simulation [--seed N] [--schedules N] [--jobs N] [--plant NAME] [--trace]
// Plays schedules seed, seed + 1, … in `jobs` threads, each with a world and a database of its own,
// and stops when one breaks an invariant. The closing line is `N passed, N failed`; the exit status
// is 0 when none failed (with --plant: when one did).

#include "simulation/sim_database.hpp"
#include "simulation/world.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

namespace {

namespace sim = triphammer::simulation;
using triphammer::store::Database;

struct Arguments {
    std::uint64_t seed = 1;
    std::uint64_t schedules = 1000;
    std::uint64_t jobs = 1;
    sim::Plant plant = sim::Plant::none;
    bool is_tracing = false;
};

const std::map<std::string, sim::Plant> kPlants{
    {"ack-before-commit", sim::Plant::ack_before_commit},
    {"silence-is-death", sim::Plant::silence_is_death},
    {"blind-repeat", sim::Plant::blind_repeat},
    {"repeat-refused", sim::Plant::repeat_refused},
    {"forgotten-settle", sim::Plant::forgotten_settle},
    {"second-deployment", sim::Plant::second_deployment},
    {"stale-repeat", sim::Plant::stale_repeat},
    {"ignored-gap", sim::Plant::ignored_gap}};

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
        } else if (name == "--jobs") {
            out.jobs = std::max(1ULL, std::strtoull(value.c_str(), nullptr, 10));
        } else if (name == "--plant" && kPlants.count(value) > 0) {
            out.plant = kPlants.at(value);
        } else {
            return false;
        }
    }
    return true;
}

/// What the threads share.
struct Series {
    Arguments arguments;
    std::atomic<std::uint64_t> next = 0;
    std::atomic<std::uint64_t> passed = 0;
    std::atomic<std::uint64_t> failed = 0;
    std::mutex lock;  // of what follows, and of the output
    std::map<std::string, std::uint64_t> tally;
};

void play_one(Series& series, sim::World& world, std::uint64_t seed) {
    const auto broken = world.play();
    const std::lock_guard guard{series.lock};
    for (const auto& [what, times] : world.tally()) series.tally[what] += times;
    for (const auto& line : world.trace()) std::cout << line << '\n';
    ++(broken ? series.failed : series.passed);
    if (!broken) return;
    std::cout << "seed " << seed << ": " << *broken << "\nreplay: simulation --seed " << seed
              << " --schedules 1 --trace\n";
}

std::unique_ptr<Database> open_or_exit(
    const std::filesystem::path& folder, const sim::ManualClock& clock
) {
    auto opened = sim::open_database(folder, clock);
    if (opened) return std::move(*opened);
    std::cerr << "simulation: " << opened.error().message << '\n';
    std::exit(2);
}

void play_many(Series& series) {
    const triphammer::testing::TempDir folder;
    sim::ManualClock clock;
    const auto db = open_or_exit(folder.path(), clock);
    const auto& arguments = series.arguments;
    while (series.failed == 0) {
        const auto i = series.next++;
        if (i >= arguments.schedules) break;
        const auto seed = arguments.seed + i;
        clock = {};
        sim::reset_database(*db).value();
        sim::World world{*db, clock, {seed, arguments.plant, arguments.is_tracing}};
        play_one(series, world, seed);
    }
}

}  // namespace

int main(int count, char** values) {
    Series series;
    if (!read_arguments(count, values, series.arguments)) {
        std::cerr << "usage: simulation [--seed N] [--schedules N] [--jobs N] [--plant NAME] "
                     "[--trace]\n";
        return 2;
    }
    ::setenv("TMPDIR", "/dev/shm", 1);
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (std::uint64_t i = 1; i < series.arguments.jobs; ++i) {
        threads.emplace_back([&series] { play_many(series); });
    }
    play_many(series);
    for (auto& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    for (const auto& [what, times] : series.tally) std::cout << what << ": " << times << '\n';
    std::cout << "seconds " << took.count() << '\n';
    std::cout << series.passed << " passed, " << series.failed << " failed\n";
    const bool wants_failure = series.arguments.plant != sim::Plant::none;
    return (series.failed > 0) == wants_failure ? 0 : 1;
}
