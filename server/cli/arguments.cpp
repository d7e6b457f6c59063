#include "cli/arguments.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::cli {

namespace {

Error unknown_option(std::string_view name, const std::vector<OptionSpec>& options) {
    std::vector<std::string> names;
    names.reserve(options.size());
    for (const auto& option : options) names.emplace_back(option.name);
    const auto near = nearest_name(name, names);
    std::string message = "unknown option --" + std::string{name};
    if (near) message += "; did you mean --" + *near + "?";
    return invalid(std::move(message));
}

const OptionSpec* find_option(std::string_view name, const std::vector<OptionSpec>& options) {
    const auto found = std::find_if(options.begin(), options.end(), [&](const OptionSpec& option) {
        return option.name == name;
    });
    return found == options.end() ? nullptr : &*found;
}

}  // namespace

Result<Arguments> Arguments::parse(
    const std::vector<std::string>& words, const std::vector<OptionSpec>& options
) {
    Arguments out;
    bool only_words = false;
    auto next = words.begin();
    while (next != words.end()) {
        const std::string& word = *next++;
        if (only_words || !word.starts_with("--")) {
            out.words_.push_back(word);
        } else if (word == "--") {
            only_words = true;
        } else {
            const auto text = std::string_view{word}.substr(2);
            auto taken = out.take_option(text, options, next, words.end());
            if (!taken) return taken.error();
        }
    }
    return out;
}

Result<> Arguments::take_option(
    std::string_view text,
    const std::vector<OptionSpec>& options,
    std::vector<std::string>::const_iterator& next,
    std::vector<std::string>::const_iterator end
) {
    const auto equals = text.find('=');
    const std::string name{text.substr(0, equals)};
    const auto* option = find_option(name, options);
    if (option == nullptr) return unknown_option(name, options);
    if (option->value.empty()) {
        if (equals != std::string_view::npos) return invalid("--" + name + " takes no value");
        options_.emplace(name, "");
        return {};
    }
    if (equals != std::string_view::npos) {
        options_.emplace(name, text.substr(equals + 1));
        return {};
    }
    if (next == end) return invalid("--" + name + " needs a value: " + std::string{option->value});
    options_.emplace(name, *next++);
    return {};
}

bool Arguments::has(std::string_view option) const {
    return options_.find(option) != options_.end();
}

std::optional<std::string> Arguments::value(std::string_view option) const {
    const auto all = values(option);
    if (all.empty()) return {};
    return all.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
    std::vector<std::string> out;
    const auto [first, last] = options_.equal_range(option);
    for (auto at = first; at != last; ++at) out.push_back(at->second);
    return out;
}

}  // namespace triphammer::cli
