#pragma once
// Where layers lie (docs/adr/0022). A layer is the files of a commit, with .git, written by git as
// a user of their own from a pack of the daemon's, and by nobody after that.
//
//   run/layers/<boot>/<pool>/<commit>/files/tree   them; root's folders, closed to everybody else
//                                    /lock         held, shared, by every runner that rests on it
//   run/layers/seeds/<fence>   what layers are to be made of (runner/session/seed.hpp)
//   run/layers/new, /old       what is being made, what is being removed
//
// Nothing is synced: after the machine's next start there is another <boot>, which has none.

#include "base/file.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace triphammer::runner {

/// Whose the files of layers are: no job's (launcher/attempt_users.hpp), nor anybody else's.
constexpr uid_t kLayerUser = 0x78000000;

struct LayerBounds {
    std::size_t most = 32;                           // layers of all pools
    std::uint64_t bytes = std::uint64_t{10} << 30U;  // of all; nor more than a quarter of the disk
};

struct Layer {
    std::filesystem::path files;  // has the folder `tree`
    std::string commit;
    FileDescriptor lock;  // it stays as long as this is open
};

std::filesystem::path layers_folder(const std::filesystem::path& run);

/// Of this start of the machine.
std::filesystem::path pool_folder(const std::filesystem::path& run, const std::string& pool);

/// The pool's newest layer, held; nothing: there is none. The right to enter root's folders.
std::optional<Layer> find_layer(const std::filesystem::path& run, const std::string& pool);

/// Puts `made`, a folder with `files`, in its place among the others, as a whole. Code::conflict
/// where there is one of that commit.
Result<> add_layer(
    const std::filesystem::path& run,
    const std::string& pool,
    const std::string& commit,
    const std::filesystem::path& made
);

/// Removes what nobody rests on: layers that have a newer one in their pool, those of an earlier
/// start of the machine, and while there is too much, the ones that were not used for longest.
void prune_layers(const std::filesystem::path& run, const LayerBounds& bounds);

}  // namespace triphammer::runner
