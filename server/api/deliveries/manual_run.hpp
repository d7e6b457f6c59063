#pragma once
// A run that somebody asks for becomes a delivery in the shape of GitHub's webhook
// `workflow_dispatch`. Whether the workflow may be started so, and whether the inputs fit, the
// planner says, as of every other delivery. Pure.

#include "api/call/call.hpp"
#include "base/result.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace triphammer::api {

/// The body of `POST /api/v1/runs`.
struct ManualRun {
    std::string repository;                     // OWNER/NAME
    std::string workflow;                       // path of its file, or the file's name
    std::string ref;                            // a branch, or refs/…; empty: the default branch
    std::map<std::string, std::string> inputs;  // texts, as a webhook has them
};

/// Code::invalid names the field.
Result<ManualRun> read_manual_run(const nlohmann::json& body);

/// Without guid and address. Code::invalid: no usable ref, or none where no default branch is
/// known.
Result<store::NewDelivery> make_delivery(
    const ManualRun& run, const store::RepositoryRow& repository, const std::string& actor
);

Task<http::Response> start_run(Services& services, Call call);

}  // namespace triphammer::api
