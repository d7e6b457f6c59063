#include "launcher/layer_keeper.hpp"

#include "base/log.hpp"
#include "launcher/start_line.hpp"

#include <signal.h>
#include <unistd.h>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

fs::path seeds_folder(const fs::path& run) {
    return run / "layers" / "seeds";
}

}  // namespace

void take_seed(const fs::path& run, const fs::path& folder) {
    std::error_code failure;
    if (!fs::exists(folder / kSeed, failure)) return;
    for (const auto& made : {run / "layers", seeds_folder(run)}) {
        if (auto ok = make_directory(made, 0700); !ok) return;
    }
    fs::rename(folder / kSeed, seeds_folder(run) / folder.filename(), failure);
    if (!failure) return;
    log::warning("no layer can be made of an attempt", {{"why", failure.message()}});
}

bool has_seeds(const fs::path& run) {
    std::error_code failure;
    return fs::directory_iterator{seeds_folder(run), failure} != fs::directory_iterator{};
}

Result<Child> start_layer_keeper(const fs::path& program, const fs::path& run) {
    SpawnRequest request;
    request.arguments = {program.string(), std::string{kLayersArgument}, run.string()};
    request.environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    request.error = STDERR_FILENO;
    request.new_session = true;
    SystemSpawner spawner;
    return spawner.spawn(request);
}

void end_layer_keeper(Child& keeper) {
    keeper.signal_group(SIGKILL);
    keeper.wait();
}

}  // namespace triphammer::launcher
