#pragma once
// What builds leave on an engine, taken away again. Errors are no failure of a job: what stays is
// found by the next one.

#include "docker/engine.hpp"
#include "runner/image/needed.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Whether a container runs in the network of `keeper`. Pure.
bool is_in_network_of(const docker::ContainerInfo& container, const docker::ContainerInfo& keeper);

/// Removes the container that a build left, which the engine itself may be removing, within some
/// seconds. Its name comes from what the build printed, and its commands print what they like: one
/// that is not in `network` (container:NAME, the build's alone) is somebody else's and stays.
Task<> remove_build_container(docker::Engine& engine, std::string container, std::string network);

/// Removes images that nobody has a name for: `layers` of a build, the newest first.
Task<> remove_nameless(docker::Engine& engine, std::vector<std::string> layers);

/// Whether a name that the engine lists, repository:tag or repository@sha256:…, is in a repository
/// of one of `names`. Pure.
bool is_named_by(const std::vector<docker::ImageReference>& names, const std::string& name);

struct KeepRule {
    std::int64_t count = 0;                          // the newest so many stay; 0: all
    std::int64_t days = 0;                           // older ones go; 0: at any age
    std::vector<docker::ImageReference> names = {};  // the job's own, whose repositories count
    std::set<std::string> needed = {};  // ids of those that are to be deployed yet, or serve

    bool removes() const { return count > 0 || days > 0; }
};

/// The ids of those that `needed` means: those of its runs and of `run`, and those that have one of
/// its digests. Pure.
std::set<std::string> find_needed(
    const std::vector<docker::ImageSummary>& images, NeededImages needed, std::string run
);

/// Which of these go, and why not the others. Pure. `kept`: the id of one that stays in any case.
/// Labels are inherited by what is built on an image: one with a name in a repository that is not
/// the job's is somebody else's.
std::vector<docker::ImageSummary> choose_superseded(
    std::vector<docker::ImageSummary> images,
    const KeepRule& rule,
    const std::string& kept,
    std::int64_t now
);

/// Removes them; one that a container was made of stays. How many went.
Task<int> remove_images(docker::Engine& engine, std::vector<docker::ImageSummary> images);

/// "12.3 MB", in powers of 1000 as the engine's own tools show it.
std::string show_size(std::uint64_t bytes);

/// The name that an image has between its build and its own names: REPOSITORY and a tag.
constexpr const char* kBuildRepository = "triphammer-build";

}  // namespace triphammer::runner
