#pragma once
// The command line's grammar: `triphammer COMMAND [WORD…] [--option[=VALUE]]…`. Options of a
// command are a closed list; a wrong one is answered with the nearest right one.

#include "base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::cli {

/// An option of a command. Without `value` it is a switch.
struct OptionSpec {
    std::string_view name;   // without the dashes
    std::string_view value;  // what it takes, for --help: "FILE"; empty: a switch
    std::string_view help;
};

/// What was typed after the command's name.
class Arguments {
  public:
    /// `words` without the program and the command. Code::invalid for what the lists do not know.
    static Result<Arguments> parse(
        const std::vector<std::string>& words, const std::vector<OptionSpec>& options
    );

    const std::vector<std::string>& words() const { return words_; }

    bool has(std::string_view option) const;
    std::optional<std::string> value(std::string_view option) const;
    /// In the order given, for options that may repeat.
    std::vector<std::string> values(std::string_view option) const;

  private:
    Result<> take_option(
        std::string_view text,
        const std::vector<OptionSpec>& options,
        std::vector<std::string>::const_iterator& next,
        std::vector<std::string>::const_iterator end
    );

    std::vector<std::string> words_;
    std::multimap<std::string, std::string, std::less<>> options_;
};

}  // namespace triphammer::cli
