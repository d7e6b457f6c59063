#pragma once
// What the administration commands are made of: a call of the API, its answer for people or as
// JSON, and values that never stand on a command line.

#include "cli/admin.hpp"
#include "cli/command.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::cli {

/// One call; shows an error itself. Nothing: it failed, `status` says how.
std::optional<nlohmann::json> call(
    const Invocation& invocation, const AdminCall& request, int& status
);
/// A call whose answer needs no showing but in JSON.
int call_quietly(const Invocation& invocation, const AdminCall& request);
std::optional<std::string> word(const Invocation& invocation, std::size_t index);
int need(std::string_view what);
/// A value from --file, or from standard input: never from the command line, where `ps` shows it.
Result<std::string> read_value(const Invocation& invocation, std::string_view option);
std::string without_newline(std::string text);
void add_option(
    nlohmann::json& body, const Invocation& invocation, const char* field, const char* option
);
std::string field_text(const nlohmann::json& item, const char* field);
int show_list(
    const Invocation& invocation, const std::string& target, const std::vector<const char*>& fields
);
std::string query_of(const Invocation& invocation);

}  // namespace triphammer::cli
