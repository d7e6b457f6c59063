#pragma once
// Colours for people: only where standard output is a terminal and NO_COLOR is not set.

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::cli {

class Paint {
  public:
    explicit Paint(bool colours) : colours_{colours} {}

    /// `environment`: NAME=value.
    static Paint for_output(const std::vector<std::string>& environment);

    bool is_plain() const { return !colours_; }

    std::string red(std::string_view text) const { return wrap("31", text); }

    std::string green(std::string_view text) const { return wrap("32", text); }

    std::string yellow(std::string_view text) const { return wrap("33", text); }

    std::string bold(std::string_view text) const { return wrap("1", text); }

    std::string faint(std::string_view text) const { return wrap("2", text); }

  private:
    std::string wrap(std::string_view code, std::string_view text) const;

    bool colours_;
};

}  // namespace triphammer::cli
