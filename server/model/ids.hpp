#pragma once
// Identifiers as distinct types: a run's id cannot be passed where a job's is wanted.
// In JSON and URLs an id is its decimal text.

#include <compare>
#include <cstdint>
#include <string>

namespace triphammer::model {

template <class Tag>
struct Id {
    std::int64_t value = 0;  // 0: none

    explicit operator bool() const { return value != 0; }

    friend auto operator<=>(const Id&, const Id&) = default;
};

using RepositoryId = Id<struct RepositoryTag>;
using DeliveryId = Id<struct DeliveryTag>;
using RunId = Id<struct RunTag>;
using JobId = Id<struct JobTag>;
/// An attempt's id is its fencing number: one counter for the server, never reused.
using Fence = Id<struct FenceTag>;
using DeploymentId = Id<struct DeploymentTag>;
using ApprovalId = Id<struct ApprovalTag>;
using PipelineId = Id<struct PipelineTag>;
using SecretId = Id<struct SecretTag>;
using TokenId = Id<struct TokenTag>;

template <class Tag>
std::string to_text(Id<Tag> id) {
    return std::to_string(id.value);
}

}  // namespace triphammer::model
