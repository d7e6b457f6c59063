#include "cli/command.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/config_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace triphammer::cli {

namespace {

constexpr std::string_view kInstalledConfig = "/etc/triphammer/triphammer.yml";

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

/// `text` and blanks up to the column; "…" is three bytes and one column.
std::string padded(std::string text, std::size_t column) {
    const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    column += static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_inside));
    text.resize(std::max(text.size() + 2, column), ' ');
    return text;
}

/// The commands that begin with these words: all of them, or those of `triphammer repo`.
std::vector<const Command*> list_commands(const std::vector<std::string>& words) {
    std::vector<const Command*> out;
    for (const auto& command : commands()) {
        const auto parts = split(command.name, ' ');
        const bool fits =
            words.size() <= parts.size() && std::equal(words.begin(), words.end(), parts.begin());
        if (fits) out.push_back(&command);
    }
    return out;
}

void print_overview(const std::vector<const Command*>& shown) {
    print("triphammer: build, image and deployment of every push, on your own machine\n\n");
    for (const auto* command : shown) {
        const auto line = padded("  triphammer " + usage_line(*command), 52);
        print(line + std::string{command->summary} + "\n");
    }
    print("\n`triphammer COMMAND --help` lists a command's options.\n");
}

void print_help(const Command& command) {
    print("triphammer " + usage_line(command) + "\n" + std::string{command.summary} + "\n");
    if (!command.options.empty()) print("\n");
    for (const auto& option : command.options) {
        auto line = "  --" + std::string{option.name};
        if (!option.value.empty()) line += " " + std::string{option.value};
        print(padded(std::move(line), 34) + std::string{option.help} + "\n");
    }
}

/// Nothing, or `triphammer repo` alone: what could follow.
int unknown_command(const std::vector<std::string>& words) {
    if (const auto shown = list_commands(words); !shown.empty()) {
        print_overview(shown);
        return kUsage;
    }
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

/// Takes the wish for help out of the words: `repo add --help`, `help repo`.
bool take_help(std::vector<std::string>& words) {
    const auto count = words.size();
    const auto is_flag = [](const std::string& word) { return word == "--help" || word == "-h"; };
    words.erase(std::remove_if(words.begin(), words.end(), is_flag), words.end());
    if (!words.empty() && words.front() == "help") words.erase(words.begin());
    return words.size() != count;
}

int show_help(const std::vector<std::string>& words) {
    if (const auto* command = find_command(words)) {
        print_help(*command);
        return kDone;
    }
    const auto shown = list_commands(words);
    if (shown.empty()) return unknown_command(words);
    print_overview(shown);
    return kDone;
}

/// The one that is named; else a package's, where neither a folder nor a variable says otherwise.
std::optional<std::string> find_config_file(const Invocation& invocation) {
    if (auto named = invocation.arguments.value("config")) return named;
    const auto& all = invocation.environment;
    const bool is_said = invocation.arguments.has("data") ||
                         std::any_of(all.begin(), all.end(), [](const std::string& variable) {
                             return variable.starts_with("TRIPHAMMER_DATA=");
                         });
    std::error_code ignored;
    if (is_said || !std::filesystem::exists(kInstalledConfig, ignored)) return {};
    return std::string{kInstalledConfig};
}

Result<> apply_config_file(app::Config& config, const Invocation& invocation) {
    const auto file = find_config_file(invocation);
    if (!file) return {};
    auto text = read_file(*file, 1024 * 1024);
    if (!text) return text.error();
    const auto entries = read_config_entries(*file, *text);
    if (!entries) return entries.error();
    return app::apply_file(config, *file, *entries);
}

}  // namespace

int run(std::vector<std::string> words, const std::vector<std::string>& environment) {
    if (take_help(words)) return show_help(words);
    if (!words.empty() && words[0] == "--version") words[0] = "version";
    const auto* command = find_command(words);
    if (command == nullptr) return unknown_command(words);
    const auto skip = static_cast<std::ptrdiff_t>(split(command->name, ' ').size());
    auto arguments = Arguments::parse({words.begin() + skip, words.end()}, command->options);
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
