#pragma once
// actions/upload-artifact and actions/download-artifact, built in: zips that the daemon keeps.
// Source: the two actions' documentation (v4). What differs: a later attempt of a job replaces what
// its earlier one has uploaded; `repository` and tokens of other servers are refused.

#include "runner/session/store_call.hpp"

namespace triphammer::runner {

/// artifact-id, artifact-url, artifact-digest; none where no file was found.
Task<Result<protocol::Outputs>> upload_artifact(StoreCall call, StoreInputs inputs);
/// actions/upload-artifact/merge: what `pattern` means becomes one artifact. The same outputs.
Task<Result<protocol::Outputs>> merge_artifacts(StoreCall call, StoreInputs inputs);
/// download-path.
Task<Result<protocol::Outputs>> download_artifact(StoreCall call, StoreInputs inputs);

/// What the list of a run's artifacts says of one.
struct ListedArtifact {
    std::string id;
    std::string name;
    std::int64_t bytes = 0;
};

/// Which of them the inputs `name`, `artifact-ids` and `pattern` mean. Code::not_found for a name
/// or an id that is not there. Pure.
Result<std::vector<ListedArtifact>> choose_artifacts(
    const std::vector<ListedArtifact>& all, const StoreInputs& inputs
);

}  // namespace triphammer::runner
