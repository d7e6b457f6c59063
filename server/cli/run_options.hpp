#pragma once
// What `triphammer run` was asked for.

#include "cli/command.hpp"
#include "cli/local_event.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::cli {

struct RunOptions {
    std::string file;
    std::string event;    // empty: what the workflow waits for
    std::string payload;  // the webhook's body; empty: made up from the tree
    std::string job;      // empty: all
    Texts inputs;
    Texts variables;
    std::vector<std::pair<std::string, Secret>> secrets;
    std::map<std::string, std::string> runs_on;
    std::vector<std::string> actions;  // OWNER/REPO, OWNER/*
    std::vector<std::string> allow;
    std::string caches;         // folder that outlives the run
    std::string replay;         // an export of a run; then, from it:
    std::string replayed_text;  // of the workflow
    std::string replayed_sha;
    std::string artifacts;  // folder that gets them; empty: none
    std::string engine;     // what DOCKER_HOST says
    bool dry_run = false;
    bool json = false;
};

/// Reads files and looks for the workflow in the current folder. Code::invalid names the option.
Result<RunOptions> read_run_options(const Invocation& invocation);

/// The only workflow of .triphammer, or else of .github/workflows, below `root`.
Result<std::string> find_only_workflow(const std::filesystem::path& root);

/// NAME=VALUE lines; blank lines and those that begin with # count for nothing, quotes around a
/// value go.
Result<std::vector<std::pair<std::string, Secret>>> parse_secret_file(std::string_view text);

}  // namespace triphammer::cli
