#pragma once
// What the objects of a service are called on the engine, and the labels that make them ours. Pure.

#include "docker/engine.hpp"
#include "model/job_document.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::runner {

inline constexpr const char* kSwitchRole = "switch";  // owns the ports, outlives deployments
inline constexpr const char* kRepositoryLabel = "triphammer.repository";
inline constexpr const char* kServiceLabel = "triphammer.service";
inline constexpr const char* kEnvironmentLabel = "triphammer.environment";

/// One deployment of one service.
struct DeployNames {
    std::string server_id;
    std::int64_t fence = 0;
    std::string deployment;
    std::string repository;
    std::string environment;
    std::string service;
    std::string key;  // of the service on this engine: 12 hex digits

    /// th-<server>-d<deployment>-<n>: a late twin of effect n collides with it.
    std::string container(std::int64_t n) const;
    std::string network() const;
    std::string switch_container() const;

    docker::Labels candidate_labels(const char* role) const;
    docker::Labels service_labels(const char* role) const;
    /// What every container of this service has, whichever deployment made it.
    docker::Labels owner_labels() const;
    /// Whether an object found under our name was made by this deployment.
    bool is_ours(const docker::Labels& labels) const;
    /// Whether it is this service's, whichever deployment made it.
    bool is_of_owner(const docker::Labels& labels) const;
    /// Whether it is this service's switch or network.
    bool is_of_service(const docker::Labels& labels, const char* role) const;
};

DeployNames make_names(const model::JobDocument& document, const std::string& service);

}  // namespace triphammer::runner
