#pragma once
// `on`: the events that start a workflow, and what it is called with.

#include "model/template.hpp"

#include <string>
#include <vector>

namespace triphammer::model {

/// One entry of `on.workflow_dispatch.inputs` or `on.workflow_call.inputs`.
struct DispatchInput {
    std::string name;
    std::string description;
    /// string | boolean | choice | number | environment; empty: string. Of a call: string, boolean
    /// or number.
    std::string type;
    bool required = false;
    bool has_fallback = false;         // `default` is there, be it empty
    std::string fallback;              // `default`; of a call it may hold expressions
    std::vector<std::string> options;  // of a choice
    std::string deprecation;           // `deprecationMessage`
    Position at;

    friend bool operator==(const DispatchInput&, const DispatchInput&) = default;
};

/// One entry of `on.workflow_call.secrets`.
struct CallSecret {
    std::string name;
    std::string description;
    bool required = false;
    Position at;

    friend bool operator==(const CallSecret&, const CallSecret&) = default;
};

/// One entry of `on.workflow_call.outputs`.
struct CallOutput {
    std::string name;
    std::string description;
    Template value;
    Position at;

    friend bool operator==(const CallOutput&, const CallOutput&) = default;
};

/// One entry of `on.schedule`.
struct Schedule {
    std::string cron;      // five fields, checked
    std::string timezone;  // IANA name; empty: UTC
    Position at;

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// One entry of `on:` with its filters, in the file's order (a later pattern overrides).
struct Trigger {
    std::string event;
    std::vector<std::string> types;
    std::vector<std::string> branches;
    std::vector<std::string> branches_ignore;
    std::vector<std::string> tags;
    std::vector<std::string> tags_ignore;
    std::vector<std::string> paths;
    std::vector<std::string> paths_ignore;
    std::vector<std::string> workflows;  // workflow_run: names of the workflows waited for
    std::vector<Schedule> schedules;     // schedule
    std::vector<DispatchInput> inputs;   // workflow_dispatch, workflow_call
    std::vector<CallSecret> secrets;     // workflow_call
    std::vector<CallOutput> outputs;     // workflow_call
    Position at;

    friend bool operator==(const Trigger&, const Trigger&) = default;
};

}  // namespace triphammer::model
