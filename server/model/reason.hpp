#pragma once
// Why something was decided: a small tree, stored with deliveries, runs and jobs and shown to
// people.

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::model {

struct Reason {
    bool yes = false;  // whether this node speaks for starting
    std::string code;  // stable, for programs: "branch-filter", "skip-marker", …
    std::string text;  // for people: "branch 'dev' matches none of: main, release/**"
    std::vector<Reason> children;

    friend bool operator==(const Reason&, const Reason&) = default;
};

void to_json(nlohmann::json& out, const Reason& reason);
void from_json(const nlohmann::json& in, Reason& reason);

}  // namespace triphammer::model
