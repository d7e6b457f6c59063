#pragma once
// What of the images that jobs have built must not be tidied away: a tag moves on at once, and a
// deployment that waits for its approval, or that serves, still names the digest that it was for.

#include "store/deployments/deployment_store.hpp"

#include <set>
#include <string>
#include <vector>

namespace triphammer::deployments {

struct NeededImages {
    /// Of the repository, and not at their end: their own images may be deployed yet.
    std::vector<model::RunId> runs;
    /// sha256:…, of manifests and of images on an engine: what serves anywhere, what each of it
    /// would go back to, what is being deployed (once more) or undecided, and what a waiting
    /// approval is about.
    std::set<std::string> digests;
};

/// Any thread that may read.
NeededImages list_needed_images(store::Connection& db, model::RepositoryId repository);

}  // namespace triphammer::deployments
