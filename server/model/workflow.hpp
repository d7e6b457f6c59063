#pragma once
// A workflow file, read and checked, with its expressions still as text ("${{ … }}" inside
// strings). Made by workflow/ from YAML; expanded by plan/.

#include "model/job_definition.hpp"
#include "model/template.hpp"
#include "model/trigger.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::model {

/// One entry of `notify:`; ours.
struct Notification {
    std::string channel;          // a channel of the server's configuration
    std::vector<std::string> on;  // success | failure | recovery | cancelled | always
    Position at;

    friend bool operator==(const Notification&, const Notification&) = default;
};

/// An output of a called workflow that an expression reads: `needs.JOB.outputs.NAME`. Whether there
/// is one can be said with that workflow at hand.
struct CalledOutput {
    std::string job;  // that calls
    std::string name;
    Position at;

    friend bool operator==(const CalledOutput&, const CalledOutput&) = default;
};

struct Workflow {
    std::string path;  // in the repository, or "pipeline:NAME" for one held by the server
    std::string name;  // `name`, or the path where the file has none
    Template run_name;
    std::vector<Trigger> triggers;
    std::optional<Permissions> permissions;
    std::optional<Concurrency> concurrency;
    Pairs env;
    Defaults defaults;
    std::vector<JobDefinition> jobs;
    std::vector<Notification> notify;
    std::vector<CalledOutput> called_outputs;

    friend bool operator==(const Workflow&, const Workflow&) = default;
};

/// A remark on a workflow file; an error keeps it from running.
struct Problem {
    enum class Severity { error, warning };

    Severity severity = Severity::error;
    Position at;
    std::string code;     // stable: unknown-key, duplicate-key, …
    std::string message;  // what is wrong
    std::string hint;     // what to write instead; may be empty

    friend bool operator==(const Problem&, const Problem&) = default;
};

}  // namespace triphammer::model
