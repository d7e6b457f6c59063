#pragma once
// A workflow file, read and checked, with its expressions still as text ("${{ … }}" inside
// strings). Made by workflow/ from YAML; expanded by plan/; a JobDefinition travels to the runner
// as JSON inside the job document, where the expressions of its steps are evaluated.

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::model {

/// 1-based; 0: unknown. Column counts bytes of the line, as editors with UTF-8 do.
struct Position {
    int line = 0;
    int column = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Text that may contain expressions, with its place in the file.
struct Template {
    std::string text;
    Position at;

    bool empty() const { return text.empty(); }

    friend bool operator==(const Template&, const Template&) = default;
};

/// Ordered, because order shows in logs and in `docker inspect`.
using Pairs = std::vector<std::pair<std::string, Template>>;

struct Step {
    std::string id;
    Template name;
    Template condition;  // `if`, without the outer ${{ }} where the file had one; empty: success()
    Template run;
    std::string uses;
    Template shell;
    Template working_directory;
    Pairs env;
    Pairs with;
    Template continue_on_error;
    Template timeout_minutes;
    Position at;

    friend bool operator==(const Step&, const Step&) = default;
};

struct Container {
    Template image;
    Pairs env;
    Template username;
    Template password;

    friend bool operator==(const Container&, const Container&) = default;
};

/// `image:`; see docs/workflows.md.
struct ImageSpec {
    Template context;  // empty: "."
    Template file;     // empty: "Dockerfile" in the context
    Template target;
    std::vector<Template> tags;
    Pairs build_args;
    Pairs labels;
    Template push;  // empty: true
    Template registry_username;
    Template registry_password;

    friend bool operator==(const ImageSpec&, const ImageSpec&) = default;
};

/// `health:` of a deployment, a candidate's gate.
struct HealthSpec {
    Template http;     // path
    Template tcp;      // port
    Template command;  // run inside the candidate
    Template port;
    Template interval;  // durations as text: 2s, 1m
    Template timeout;
    Template hold;  // `for`: how long it must stay good

    friend bool operator==(const HealthSpec&, const HealthSpec&) = default;
};

/// `deploy:`; see docs/workflows.md.
struct DeploySpec {
    std::string to;  // container, …
    Template service;
    Template image;
    std::string strategy;  // rolling | blue-green | canary | recreate; empty: the driver's default
    std::string on_failure;  // rollback | keep; empty: rollback
    Template before;         // command run once per version in the new image before the switch
    HealthSpec health;
    HealthSpec verify;
    std::vector<Template> ports;  // "8080:80"
    Pairs env;
    Pairs secrets;
    std::vector<Template> volumes;
    std::vector<Template> networks;
    Template command;
    Template replicas;
    std::string switch_by;  // nginx | kamal-proxy | alias; empty: the driver's default
    Template keep_previous;
    Template drain;
    Template registry_username;
    Template registry_password;

    friend bool operator==(const DeploySpec&, const DeploySpec&) = default;
};

struct Defaults {
    Template shell;
    Template working_directory;

    friend bool operator==(const Defaults&, const Defaults&) = default;
};

struct JobDefinition {
    std::string key;  // the name under `jobs:`
    Template name;
    std::string kind;   // steps | image | deploy | terraform | approve
    std::string stage;  // a column on the run page; by kind where the file names none
    std::vector<std::string> needs;
    Template condition;
    std::vector<Template> runs_on;
    Template environment;
    Template environment_url;
    Pairs env;
    Defaults defaults;
    Pairs outputs;
    Template timeout_minutes;
    Template continue_on_error;
    std::optional<Container> container;
    std::vector<Step> steps;
    std::optional<ImageSpec> image;
    std::optional<DeploySpec> deploy;
    Position at;

    friend bool operator==(const JobDefinition&, const JobDefinition&) = default;
};

/// One entry of `on.workflow_dispatch.inputs`.
struct DispatchInput {
    std::string name;
    std::string description;
    std::string type;  // string | boolean | choice | number | environment; empty: string
    bool required = false;
    std::string fallback;              // `default`
    std::vector<std::string> options;  // of a choice
    Position at;

    friend bool operator==(const DispatchInput&, const DispatchInput&) = default;
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
    std::vector<DispatchInput> inputs;  // workflow_dispatch
    Position at;

    friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct Workflow {
    std::string path;  // in the repository, or "pipeline:NAME" for one held by the server
    std::string name;  // `name`, or the path where the file has none
    Template run_name;
    std::vector<Trigger> triggers;
    Pairs env;
    Defaults defaults;
    std::vector<JobDefinition> jobs;

    friend bool operator==(const Workflow&, const Workflow&) = default;
};

void to_json(nlohmann::json& out, const Template& value);
void from_json(const nlohmann::json& in, Template& value);
void to_json(nlohmann::json& out, const Defaults& value);
void from_json(const nlohmann::json& in, Defaults& value);

/// A job's definition as JSON and back: the form stored in `jobs.definition` and sent to the
/// runner.
void to_json(nlohmann::json& out, const JobDefinition& job);
void from_json(const nlohmann::json& in, JobDefinition& job);

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
