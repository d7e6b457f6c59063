#pragma once
// One entry of `jobs:`. It travels to the runner as JSON inside the job document, where the
// expressions of its steps are evaluated.

#include "model/job_kinds.hpp"
#include "model/template.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::model {

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
    bool background = false;
    std::vector<std::string> wait;  // ids of background steps
    bool wait_all = false;
    std::string cancel;          // id of a background step
    std::vector<Step> parallel;  // run together, then waited for
    Position at;

    friend bool operator==(const Step&, const Step&) = default;
};

struct Container {
    Template image;  // may be one expression that gives an object, where nothing else is set
    Pairs env;
    Template username;
    Template password;
    std::vector<Template> ports;    // 80, "8080:80", "53/udp"
    std::vector<Template> volumes;  // NAME:/path, /path, /host:/path
    Template options;               // of `docker create`
    Template entrypoint;            // services only
    Template command;               // services only
    HealthSpec ready;               // services only; ours

    friend bool operator==(const Container&, const Container&) = default;
};

/// By name, in the order of the file; without a name: one expression that gives them all.
using Services = std::vector<std::pair<std::string, Container>>;

/// `strategy:` of a job.
struct Strategy {
    Template whole;  // one expression that gives the map; then nothing else is set
    /// A map (axes, include, exclude; each may be an expression) or one expression; null: none.
    Data matrix;
    Template fail_fast;     // empty: true
    Template max_parallel;  // empty: no limit

    friend bool operator==(const Strategy&, const Strategy&) = default;
};

/// `concurrency:` of a workflow or job.
struct Concurrency {
    Template group;
    Template cancel_in_progress;  // empty: false
    std::string queue;            // single | max; empty: single
    Position at;

    friend bool operator==(const Concurrency&, const Concurrency&) = default;
};

/// `permissions:`. A scope that is not named is `none`, except where `all` is set.
struct Permissions {
    std::string all;  // read | write, of read-all and write-all
    std::vector<std::pair<std::string, std::string>> scopes;  // contents → read | write | none
    Position at;

    friend bool operator==(const Permissions&, const Permissions&) = default;
};

/// `retry:` of a job; ours.
struct Retry {
    Template max;
    std::vector<Template> on;  // infrastructure | timeout | exit:N …
    Template backoff;          // a duration
    friend bool operator==(const Retry&, const Retry&) = default;
};

/// `reports:` of a job; ours. Paths with patterns.
struct Reports {
    std::vector<Template> junit;
    std::vector<Template> coverage;
    std::vector<Template> sarif;
    std::vector<Template> text;

    friend bool operator==(const Reports&, const Reports&) = default;
};

/// `resources:` of a job; ours.
struct Resources {
    Template cpu;
    Template memory;  // 512m, 2g
    Template disk;
    Template pids;
    Template network;  // none, or empty

    friend bool operator==(const Resources&, const Resources&) = default;
};

struct Defaults {
    Template shell;
    Template working_directory;

    friend bool operator==(const Defaults&, const Defaults&) = default;
};

struct JobDefinition {
    std::string key;  // the name under `jobs:`
    Template name;
    std::string kind;   // steps | image | deploy | terraform | approve | call
    std::string stage;  // a column on the run page; by kind where the file names none
    std::vector<std::string> needs;
    Template condition;
    std::vector<Template> runs_on;  // one expression alone may give a list
    Template runs_on_group;
    Template environment;
    Template environment_url;
    Template environment_deployment;  // boolean; empty: true
    Pairs env;
    Defaults defaults;
    Pairs outputs;
    Template timeout_minutes;
    Template continue_on_error;
    std::optional<Permissions> permissions;
    std::optional<Concurrency> concurrency;
    std::optional<Strategy> strategy;
    std::optional<Container> container;
    Services services;
    std::vector<Step> steps;
    // Of kind call:
    std::string uses;  // ./path, or OWNER/REPO/path@ref
    std::vector<std::pair<std::string, Data>> with;
    Pairs secrets;
    bool inherits_secrets = false;  // `secrets: inherit`
    /// `concurrency` of the called workflow: set by plan/, which has it at hand.
    std::optional<Concurrency> called_concurrency;
    // Ours:
    std::optional<ImageSpec> image;
    std::optional<DeploySpec> deploy;
    std::optional<TerraformSpec> terraform;
    std::optional<ApproveSpec> approve;
    std::optional<Retry> retry;
    Reports reports;
    Resources resources;
    Template hold_on_failure;  // a duration, or a boolean
    Position at;

    friend bool operator==(const JobDefinition&, const JobDefinition&) = default;
};

void to_json(nlohmann::json& out, const Defaults& value);
void from_json(const nlohmann::json& in, Defaults& value);
/// The one form of a map with `all` ("read") and `scopes`.
void to_json(nlohmann::json& out, const Permissions& value);
void from_json(const nlohmann::json& in, Permissions& value);

/// A job's definition as JSON and back: the form stored in `jobs.definition` and sent to the
/// runner.
void to_json(nlohmann::json& out, const JobDefinition& job);
void from_json(const nlohmann::json& in, JobDefinition& job);

}  // namespace triphammer::model
