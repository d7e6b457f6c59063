#include "runner/layers/tend.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "execution/process.hpp"
#include "execution/sandbox.hpp"
#include "launcher/messages.hpp"
#include "runner/layers/place.hpp"
#include "runner/session/seed.hpp"
#include "runner/session/source.hpp"
#include "runner/session/unpack.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <vector>

namespace triphammer::runner {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLimit = std::chrono::minutes{30};
/// Branches that are far from each other take turns: not each push is worth all files.
constexpr std::chrono::minutes kYouth{10};
constexpr std::size_t kMostWords = 500;

/// $1 folder · $2 seed · $3 commit · $4 the packs that its own goes on from, or empty.
/// The index is newer than what it tells of: else git would look into each file again.
constexpr const char* kMake = R"sh(set -eu
cd -- "$1"
git init -q .
if [ -n "$4" ]; then cp -- "$4"/* .git/objects/pack/; fi
git index-pack --fix-thin --stdin < "$2/pack" > /dev/null
cat "$2/shallow" > .git/shallow
printf '%s\n' "$3" > .git/HEAD
git read-tree --reset -u HEAD
test "$(git rev-parse HEAD)" = "$3"
if [ -n "$4" ]; then git repack -adq; fi
touch -d "@$(($(date +%s) + 2))" .git/index
)sh";

class LastWords final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text_ += bytes;
        if (text_.size() > kMostWords) text_.erase(0, text_.size() - kMostWords);
        co_return Result<>{};
    }

    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// What a layer is made in; it goes away with what is left of it.
struct Workshop {
    fs::path folder;

    Result<> furnish() const {
        fs::remove_all(folder);
        for (const auto* name : {"", "made", "made/files"}) {
            if (auto ok = make_directory(folder / name, 0755); !ok) return ok;
        }
        for (const auto* name : {"made/files/tree", "home", "tmp"}) {
            const auto inner = folder / name;
            if (auto ok = make_directory(inner, 0755); !ok) return ok;
            if (::chown(inner.c_str(), kLayerUser, kLayerUser) != 0) {
                return from_errno("give " + inner.string() + " to the layers' user");
            }
        }
        return {};
    }
};

execution::SandboxPaths paths_of(const Workshop& shop, const fs::path& run, const fs::path& seed) {
    execution::SandboxPaths out;
    out.temp = shop.folder / "tmp";
    out.home = shop.folder / "home";
    out.writable = {shop.folder / "made/files/tree"};
    out.readable = {seed};
    out.hidden = {run};
    return out;
}

Task<Result<execution::ProcessEnd>> run_git(
    Executor executor, execution::Command command, LastWords& words
) {
    execution::StopToken stop{executor};
    execution::ProcessLimits limits;
    limits.deadline = kLimit;
    auto running = execution::run_process(std::move(command), limits, words, stop);
    co_return co_await std::move(running);
}

Result<> run_to_end(execution::Command command) {
    asio::io_context context{1};
    LastWords words;
    std::optional<Result<execution::ProcessEnd>> end;
    auto running = run_git(context.get_executor(), std::move(command), words);
    asio::co_spawn(context, std::move(running), [&](std::exception_ptr, auto result) {
        end.emplace(std::move(result));
    });
    context.run();
    if (!end || !*end) return end ? end->error() : Error{Code::internal, "it did not run"};
    if ((*end)->status.ok()) return {};
    return Error{Code::io, "git: " + std::string{trim(words.text())}};
}

Result<> write_files(
    const Workshop& shop, const fs::path& run, const fs::path& seed_folder, const Seed& seed
) {
    auto paths = paths_of(shop, run, seed_folder);
    std::string packs;
    if (!seed.base.empty()) {
        packs = pool_folder(run, seed.pool) / seed.base / "files/tree/.git/objects/pack";
        paths.readable.push_back(packs);
    }
    execution::Command command;
    command.arguments = {
        "/bin/sh",
        "-c",
        kMake,
        "layer",
        paths.writable.front(),
        seed_folder.string(),
        seed.commit,
        packs};
    command.environment = git_environment(paths.home);
    command.directory = paths.writable.front();
    execution::Sandbox sandbox{std::move(paths)};
    sandbox.cut_off();
    command.sandbox = &sandbox;
    return run_to_end(std::move(command));
}

bool is_young(const fs::path& layer) {
    struct stat status {};

    if (::stat(layer.c_str(), &status) != 0) return false;
    const auto made = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
    return std::chrono::system_clock::now() - made < kYouth;
}

std::vector<fs::path> list_seeds(const fs::path& run) {
    std::vector<fs::path> out;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{layers_folder(run) / "seeds", failure}) {
        out.push_back(entry.path());
    }
    return out;
}

void tell(const fs::path& seed, const Result<>& made) {
    const auto name = seed.filename().string();
    if (made) return log::info("made a layer", {{"attempt", name}});
    if (made.error().code == Code::conflict) return;
    log::warning("made no layer", {{"attempt", name}, {"why", made.error().message}});
}

}  // namespace

Result<> make_layer(const fs::path& run, const fs::path& seed_folder) {
    if (::geteuid() != 0) return conflict("without root there are no layers");
    const auto seed = read_seed(seed_folder);
    if (!seed) return seed.error();
    const bool is_whole = is_commit_id(seed->commit) && !seed->pool.empty() &&
                          launcher::is_pool(seed->pool) &&
                          (seed->base.empty() || is_commit_id(seed->base));
    if (!is_whole) return invalid("the seed does not say what it is of");
    if (const auto known = find_layer(run, seed->pool)) {
        const bool is_same = known->commit == seed->commit;
        const bool follows = !seed->base.empty() && known->commit == seed->base;
        if (is_same || !follows || is_young(known->files.parent_path())) {
            return conflict("the pool has a layer");
        }
    }
    const Workshop shop{layers_folder(run) / "new"};
    auto done = make_directory(layers_folder(run), 0700);
    if (done) done = shop.furnish();
    if (done) done = write_files(shop, run, seed_folder, *seed);
    if (done) done = add_layer(run, seed->pool, seed->commit, shop.folder / "made");
    std::error_code failure;
    fs::remove_all(shop.folder, failure);
    return done;
}

int tend_layers(const fs::path& run) {
    if (!make_directory(layers_folder(run), 0700)) return 1;
    const auto lock = lock_file(layers_folder(run) / "lock");
    if (!lock) return 1;  // another is at it
    execution::become_subreaper();
    for (auto seeds = list_seeds(run); !seeds.empty(); seeds = list_seeds(run)) {
        for (const auto& seed : seeds) {
            tell(seed, make_layer(run, seed));
            std::error_code failure;
            fs::remove_all(seed, failure);
            if (failure) return 1;
        }
    }
    prune_layers(run, LayerBounds{});
    return 0;
}

}  // namespace triphammer::runner
