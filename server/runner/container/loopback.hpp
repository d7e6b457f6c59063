#pragma once
// A file that names no container means a machine, where services answer at localhost. Where a label
// gives its steps a container, a helper that shares that one's network makes it so: our supervisor,
// which passes bytes on.

#include "runner/container/engine_place.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// `network`: "container:…", as the steps' container has it; `image`: any, the helper uses nothing
/// of it; `leads`: "PORT=ADDRESS:PORT". The helper stays until the attempt's containers are
/// removed. Returns when all ports listen.
Task<Result<>> lead_loopback(
    EnginePlace& place, std::string network, std::string image, std::vector<std::string> leads
);

}  // namespace triphammer::runner
