#pragma once
// A question to people, and what an environment asks of those who deploy to it. Values.
//
//   pending → approved | rejected | void | expired
//   approved → void | expired     what it was bound to has changed, or it was not used in time

#include "base/clock.hpp"
#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::model {

enum class ApprovalKind {
    fork,         // may the code of this commit run at all
    environment,  // may this job deploy there
    job,          // `approve:` of a workflow
};
enum class ApprovalState { pending, approved, rejected, voided, expired };

std::string_view name_of(ApprovalKind kind);
/// ApprovalState::voided is "void".
std::string_view name_of(ApprovalState state);
std::optional<ApprovalKind> parse_approval_kind(std::string_view name);
std::optional<ApprovalState> parse_approval_state(std::string_view name);

/// Nothing is deployed within it but by breaking the glass.
struct Freeze {
    TimePoint from = {};
    TimePoint until = {};
    std::string reason = {};

    friend bool operator==(const Freeze&, const Freeze&) = default;
};

/// Kept by the server: no workflow file changes them.
struct EnvironmentRules {
    std::int64_t approvals = 0;               // how many people must approve
    std::vector<std::string> reviewers = {};  // names of accounts; empty: whoever may approve
    bool allows_author = false;               // of the change, and who asked for the run
    std::vector<std::string> branches = {};   // patterns of branches and tags; empty: all
    Milliseconds wait = {};                   // from the moment in which the job could start
    Milliseconds expires = kExpiry;           // of a question, and of an answer that is not used
    std::vector<Freeze> freezes = {};

    static constexpr Milliseconds kExpiry = std::chrono::hours{24};

    friend bool operator==(const EnvironmentRules&, const EnvironmentRules&) = default;
};

/// The API's object; times are RFC 3339, spans are minutes.
nlohmann::json to_rules_json(const EnvironmentRules& rules);
/// Code::invalid names the field and what it takes. Unknown fields are refused.
Result<EnvironmentRules> read_rules(const nlohmann::json& in);

/// What an `approve:` job asks for, evaluated.
struct ApproveQuestion {
    std::string subject = {};                 // empty: the commit
    std::vector<std::string> reviewers = {};  // accounts or roles; empty: whoever may approve
    std::int64_t approvals = 1;
    bool allows_author = true;
    Milliseconds expires = EnvironmentRules::kExpiry;

    friend bool operator==(const ApproveQuestion&, const ApproveQuestion&) = default;
};

nlohmann::json to_question_json(const ApproveQuestion& question);
/// Of what to_question_json wrote.
ApproveQuestion read_question(const nlohmann::json& in);

}  // namespace triphammer::model
