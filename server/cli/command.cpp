#include "cli/command.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/config_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace triphammer::cli {

namespace {

bool begins_with(const std::vector<std::string>& words, std::string_view name) {
    const auto parts = split(name, ' ');
    return parts.size() <= words.size() && std::equal(parts.begin(), parts.end(), words.begin());
}

/// The command with the longest name that the words begin with.
const Command* find_command(const std::vector<std::string>& words) {
    const Command* best = nullptr;
    for (const auto& command : commands()) {
        if (!begins_with(words, command.name)) continue;
        if (best == nullptr || command.name.size() > best->name.size()) best = &command;
    }
    return best;
}

std::string usage_line(const Command& command) {
    std::string line{command.name};
    if (!command.words.empty()) line += " " + std::string{command.words};
    return line;
}

void print_overview() {
    print("triphammer: build, image and deployment of every push, on your own machine\n\n");
    for (const auto& command : commands()) {
        auto line = "  triphammer " + usage_line(command);
        line.resize(std::max<std::size_t>(line.size() + 2, 52), ' ');
        print(line + std::string{command.summary} + "\n");
    }
    print("\n`triphammer COMMAND --help` lists a command's options.\n");
}

void print_help(const Command& command) {
    print("triphammer " + usage_line(command) + "\n" + std::string{command.summary} + "\n");
    if (!command.options.empty()) print("\n");
    for (const auto& option : command.options) {
        auto line = "  --" + std::string{option.name};
        if (!option.value.empty()) line += " " + std::string{option.value};
        line.resize(std::max<std::size_t>(line.size() + 2, 34), ' ');
        print(line + std::string{option.help} + "\n");
    }
}

int unknown_command(const std::vector<std::string>& words) {
    std::vector<std::string> names;
    for (const auto& command : commands()) names.emplace_back(command.name);
    const auto typed = join(
        {words.begin(),
         words.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, words.size()))},
        " "
    );
    auto near = nearest_name(typed, names);
    if (!near) near = nearest_name(words[0], names);
    auto message = "unknown command '" + typed + "'";
    if (near) message += "; did you mean '" + *near + "'?";
    return complain(message + " (triphammer --help)", kUsage);
}

bool asks_for_help(const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), "--help") != words.end() ||
           std::find(words.begin(), words.end(), "-h") != words.end();
}

Result<> apply_config_file(app::Config& config, const Invocation& invocation) {
    const auto file = invocation.arguments.value("config");
    if (!file) return {};
    auto text = read_file(*file, 1024 * 1024);
    if (!text) return text.error();
    const auto entries = read_config_entries(*file, *text);
    if (!entries) return entries.error();
    return app::apply_file(config, *file, *entries);
}

}  // namespace

int run(const std::vector<std::string>& words, const std::vector<std::string>& environment) {
    if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
        print_overview();
        return words.empty() ? kUsage : kDone;
    }
    const auto* command =
        find_command(words[0] == "--version" ? std::vector<std::string>{"version"} : words);
    if (command == nullptr) return unknown_command(words);
    const auto skip = static_cast<std::ptrdiff_t>(split(command->name, ' ').size());
    const std::vector<std::string> rest{words.begin() + skip, words.end()};
    if (asks_for_help(rest)) {
        print_help(*command);
        return kDone;
    }
    auto arguments = Arguments::parse(rest, command->options);
    if (!arguments) return complain(arguments.error(), kUsage);
    return command->run({std::move(*arguments), environment});
}

Result<app::Config> load_config(const Invocation& invocation) {
    app::Config config;
    if (auto applied = apply_config_file(config, invocation); !applied) return applied.error();
    auto applied = app::apply_environment(config, invocation.environment);
    if (!applied) return applied.error();
    if (const auto data = invocation.arguments.value("data")) config.data = *data;
    if (const auto listen = invocation.arguments.value("listen")) config.listen = *listen;
    if (auto checked = app::check(config); !checked) return checked.error();
    return config;
}

int complain(const Error& error, int status) {
    return complain(error.message, status);
}

int complain(std::string_view message, int status) {
    std::cerr << "triphammer: " << message << '\n';
    return status;
}

void print(std::string_view text) {
    (void)write_all(STDOUT_FILENO, text);
}

}  // namespace triphammer::cli
