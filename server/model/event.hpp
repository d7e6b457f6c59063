#pragma once
// What a delivery says, in the words that planning needs. Filled by github/payload from the raw
// bytes (a scanner, never a tree); stored as `facts` with the delivery; pure value.

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::model {

struct PullRequest {
    std::int64_t number = 0;
    bool draft = false;
    bool merged = false;
    bool from_fork = false;  // numeric ids of head and base repository differ, or the head is gone
    std::string head_sha;
    std::string head_ref;
    std::string base_sha;
    std::string base_ref;
    std::string merge_sha;  // refs/pull/N/merge as GitHub knew it; may be empty
    std::string title;

    friend bool operator==(const PullRequest&, const PullRequest&) = default;
};

struct Event {
    std::string name;    // X-GitHub-Event: push, pull_request, release, …
    std::string action;  // opened, published, …; empty where the event has none

    std::int64_t repository_id = 0;  // GitHub's numeric id; 0 when the payload names none
    std::string repository;          // OWNER/NAME
    std::string clone_url;
    std::string default_branch;

    std::string ref;     // refs/heads/main, refs/tags/v1, refs/pull/7/merge
    std::string branch;  // without refs/heads/; empty for tags
    std::string tag;     // without refs/tags/; empty for branches
    std::string sha;     // the commit to build and to report on (never a tag object)
    std::string before;  // push: all zeros for a new ref
    bool created = false;
    bool deleted = false;
    bool forced = false;

    std::optional<PullRequest> pull_request;

    std::int64_t actor_id = 0;
    std::string actor;  // login of the sender
    std::string
        title;  // first line of the head commit, title of the pull request, name of the release
    std::string message;        // whole message of the head commit (skip markers live there)
    std::int64_t commits = 0;   // how many commits a push names
    std::string dispatch_type;  // repository_dispatch: event_type (the payload's `action`)
    std::string workflow;       // workflow_dispatch, schedule: path of the workflow it names;
                                // workflow_run: name of the one that ran
    std::int64_t chain = 0;     // workflow_run: how many runs led here, one after another
    std::string inputs_json;    // workflow_dispatch: the inputs object, raw
    std::string content_key;    // equal for two deliveries of the same fact (before+after, action's
                                // id); may be empty

    friend bool operator==(const Event&, const Event&) = default;
};

/// The contract's `facts` object; the reverse reads what an older release wrote.
void to_json(nlohmann::json& out, const Event& event);
void from_json(const nlohmann::json& in, Event& event);

}  // namespace triphammer::model
