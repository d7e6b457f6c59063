#pragma once
// The commands of the contract as one table: their words, options, help and functions.

#include "app/config.hpp"
#include "cli/arguments.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::cli {

// Exit statuses of the contract.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

/// How a command was called.
struct Invocation {
    Arguments arguments;
    std::vector<std::string> environment;  // NAME=value
};

struct Command {
    std::string_view name;   // "repo add"
    std::string_view words;  // "OWNER/NAME"
    std::string_view summary;
    std::vector<OptionSpec> options;
    int (*run)(const Invocation&);
};

std::span<const Command> commands();

/// `triphammer WORDS…`; the exit status. The first words of several commands list these.
int run(std::vector<std::string> words, const std::vector<std::string>& environment);

/// Defaults, --config file (or /etc/triphammer/triphammer.yml, unless --data or its variable say
/// otherwise), variables, --data and --listen.
Result<app::Config> load_config(const Invocation& invocation);

/// "triphammer: message" on standard error; gives `status` back.
int complain(const Error& error, int status);
int complain(std::string_view message, int status);
void print(std::string_view text);

}  // namespace triphammer::cli
