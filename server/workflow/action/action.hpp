#pragma once
// Reads the file that makes a folder an action: `action.yml` or `action.yaml`. Pure; any thread;
// the limits of workflow files. Source: GitHub's page "Metadata syntax reference".

#include "model/job_definition.hpp"
#include "model/workflow.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

struct ActionInput {
    std::string name;
    bool required = false;
    bool has_default = false;
    model::Template fallback;  // `default`
    std::string deprecation;   // `deprecationMessage`
};

/// A program of an action beside its main one; empty where there is none.
struct ActionHook {
    std::string program;  // a path in the action's folder, or an entrypoint
    model::Template condition;
};

struct Action {
    enum class Kind { composite, node, docker };

    std::string name;
    std::vector<ActionInput> inputs;
    model::Pairs outputs;  // composite: how each is made; else without values
    Kind kind = Kind::composite;
    std::string node;  // "node20"
    ActionHook pre;
    std::string main;  // node: the program; docker: the entrypoint, or empty
    ActionHook post;
    std::vector<model::Step> steps;  // composite
    std::string image;               // docker: Dockerfile, a path, or docker://IMAGE
    std::vector<model::Template> arguments;
    model::Pairs env;
};

struct ReadAction {
    /// Set when no problem is an error.
    std::optional<Action> action;
    std::vector<model::Problem> problems;
};

/// Keys that GitHub does not document are warnings: actions are other people's files.
ReadAction read_action(std::string_view text);

}  // namespace triphammer::workflow
