#pragma once
// What is said between the driver `exec` and the program that deploys: one JSON object each way
// for each start of the program (docs/deployments.md, docs/deploy-exec.schema.json). Pure.

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::runner {

enum class ExecAction { preflight, deploy, observe, verify, rollback };

std::string_view name_of(ExecAction action);

struct ExecRequest {
    ExecAction action = ExecAction::preflight;
    std::string deployment;
    std::string key;  // of the effect; the same when it is asked for again
    std::string repository;
    std::string environment;
    std::string service;
    std::string sha;
    std::string image;    // by digest; empty: none
    std::string version;  // what verify has to find: the image's digest, else the commit
    std::string object;   // what `deploy` said that it made; empty: nothing yet
    std::string previous_json = "null";  // {"deployment", "image", "version", "object"}
};

std::string to_text(const ExecRequest& request);

struct ExecAnswer {
    std::string state;  // one of its action's, see parse_answer
    std::string reason;
    std::string object;
    std::string version;
    bool observes = false;
};

/// preflight: ready | refused · deploy: done | failed · observe: done | not-begun | in-flight |
/// foreign · verify: live | not-live · rollback: done | failed. `done` of the first two and `live`
/// name the object, `live` the version, too. Code::protocol for everything else: then
/// nothing is proven.
Result<ExecAnswer> parse_answer(ExecAction action, std::string_view text);

}  // namespace triphammer::runner
