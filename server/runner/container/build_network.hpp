#pragma once

#include "runner/image/build_network.hpp"

namespace triphammer::runner {

/// A network that is ready, or one made now; in it a keeper that has cut it off from the instance's
/// metadata, whose namespace the build's commands share.
std::unique_ptr<BuildNetwork> make_build_network(JobSession& session);

}  // namespace triphammer::runner
