#pragma once
// What `triphammer doctor` says: one finding for each thing that was looked at.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::doctor {

enum class State { ok, warning, error };

/// "ok", "warning", "error".
std::string_view name_of(State state);

struct Finding {
    std::string name;  // what was looked at: "engine"
    State state = State::ok;
    std::string text;    // a sentence
    std::string remedy;  // the command, or the line of the configuration, that mends it

    friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

Finding fine(std::string name, std::string text);
Finding warning(std::string name, std::string text, std::string remedy);
Finding failure(std::string name, std::string text, std::string remedy);

/// Whether there is no error; warnings are for people.
bool is_well(const Findings& findings);

/// {"well": …, "version": …, "findings": [{"name", "state", "text", "remedy"}]}; an object without
/// "remedy" where there is nothing to mend.
std::string to_json_text(const Findings& findings, std::string_view version);

struct Report {
    std::string version;  // of the program that looked
    Findings findings;
};

/// Reads to_json_text. Code::protocol.
Result<Report> parse_report(std::string_view text);

}  // namespace triphammer::doctor
