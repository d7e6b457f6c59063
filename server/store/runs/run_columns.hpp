#pragma once
// Inside store/: the columns of a run that lists show and single reads begin with, behind its id.

#include "store/runs/run_store.hpp"

namespace triphammer::store {

inline constexpr const char* kRunColumns =
    "r.repository, r.number, r.workflow, r.workflow_path, r.event, r.ref, r.sha, r.title, "
    "r.actor, r.state, r.cause, r.delivery, r.definition, r.attempt, r.from_fork, r.created_at, "
    "r.started_at, r.finished_at";

/// The row begins with the id; `more` is what stands behind these columns.
template <class... More>
void read_run_columns(Statement& row, RunRow& run, More&... more) {
    row.read(
        run.id,
        run.repository,
        run.number,
        run.workflow,
        run.workflow_path,
        run.event,
        run.ref,
        run.sha,
        run.title,
        run.actor,
        run.state,
        run.cause,
        run.delivery,
        run.definition_sha256,
        run.attempt,
        run.from_fork,
        run.created_at,
        run.started_at,
        run.finished_at,
        more...
    );
}

}  // namespace triphammer::store
