#pragma once
// What a job of one of our own kinds does: image, deploy, terraform, approve. docs/workflows.md has
// the keys.

#include "model/template.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::model {

/// One registry of `image.login:`
struct RegistryLogin {
    std::string registry;  // its host, as the file has it
    Template username;
    Template password;
    Template token;  // a password with `username`, else a bearer token

    friend bool operator==(const RegistryLogin&, const RegistryLogin&) = default;
};

/// `image.login.ecr:`
struct EcrLogin {
    Template region;
    Template account;    // empty: the keys' own
    Template create;     // boolean; a repository that is missing is made
    Template lifecycle;  // a file with the policy of a repository that has none
    Template immutable;  // boolean; of one that is made: its tags never move
    Template scan;       // boolean; of one that is made: pushed images are scanned

    friend bool operator==(const EcrLogin&, const EcrLogin&) = default;
};

/// `image:`
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
    std::vector<RegistryLogin> logins;
    std::optional<EcrLogin> ecr;
    std::string builder;  // classic | buildkit; empty: what the Dockerfile needs
    std::vector<Template> platforms;
    std::vector<Template> cache_from;
    Template no_cache;    // boolean
    Template pull;        // boolean
    Template smoke;       // a command in the new image before it gets its names
    Template keep_count;  // how many of the job's images stay on the engine
    Template keep_days;   // older ones go, whatever their number

    friend bool operator==(const ImageSpec&, const ImageSpec&) = default;
};

/// `health:` of a deployment, a candidate's gate; `ready:` of a service.
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

/// `deploy:`
struct DeploySpec {
    std::string to;  // container | compose | swarm | ecs | alb | apprunner | ssh | exec
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
    Template retire;           // a colour whose traffic is zero
    Template file;             // compose
    Template host;             // ssh
    Template known_hosts;      // ssh
    Template key;              // ssh
    Template cluster;          // ecs
    Template task_definition;  // ecs
    Template container;        // ecs
    Template bake;             // ecs, a duration
    Template listener;         // alb
    Pairs weights;             // alb: target group → weight
    Template run;              // ssh, exec

    friend bool operator==(const DeploySpec&, const DeploySpec&) = default;
};

/// `terraform:`
struct TerraformSpec {
    std::vector<Template> directories;  // in order
    std::string command;                // plan | apply | destroy
    Pairs variables;
    Template workspace;
    Pairs backend;
    Template comment;  // boolean
    Position at;

    friend bool operator==(const TerraformSpec&, const TerraformSpec&) = default;
};

/// `approve:`
struct ApproveSpec {
    Template subject;
    std::vector<Template> by;      // teams, roles or logins
    Template min;                  // empty: 1
    std::vector<Template> not_by;  // `not`: author, …
    Template timeout;              // a duration
    Position at;

    friend bool operator==(const ApproveSpec&, const ApproveSpec&) = default;
};

}  // namespace triphammer::model
