#pragma once
// The specification of a swarm's service, made from a deployment. Pure. Source: Engine API 1.41,
// ServiceCreate and ServiceUpdate.

#include "docker/swarm.hpp"
#include "runner/deploy/names.hpp"
#include "runner/deploy/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::runner {

/// In the labels of the service and of its containers: the number of the effect that made it so,
/// and what it was before, as hash_of_spec gives it (empty: it was not there).
inline constexpr const char* kEffectLabel = "triphammer.effect";
inline constexpr const char* kBeforeLabel = "triphammer.before";

/// `image` by digest. Every deployment gives new tasks, of the same image, too: the labels of their
/// containers are other ones. The swarm's own way back is off: that is ours.
std::string make_service_spec(
    const DeployPlan& plan,
    const DeployNames& names,
    const std::string& image,
    std::int64_t effect,
    const std::string& before
);

/// Of the text that docker::ServiceInfo gives; empty for an empty one.
std::string hash_of_spec(std::string_view spec);

/// What the swarm runs in every container to see whether it is healthy; empty: what the image
/// brings. http needs wget or curl in the image.
std::vector<std::string> health_test(const ProbeSpec& health);

/// How the swarm names what this deployment made: the service and the deployment.
std::string object_of(const std::string& service, const std::string& deployment);

/// Empty where there is none.
std::string label_of(const docker::Labels& labels, const char* name);

/// The part of a name behind '@'; empty where there is none.
std::string digest_in(std::string_view image);

}  // namespace triphammer::runner
