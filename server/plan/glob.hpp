#pragma once
// The patterns of branches, tags and paths. Pure; linear in text × pattern.
// Source: GitHub's page "Workflow syntax", filter pattern cheat sheet.
//
//   *   any characters but /            **  any characters
//   ?   the character before, or not    +   the character before, once or more
//   []  one of the listed characters    !   at the start: takes away what earlier ones selected
//   **/ at the start of a segment: any number of folders, none included

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// One pattern, without the leading !.
class Glob {
  public:
    explicit Glob(std::string_view pattern);

    /// Of the whole text.
    bool matches(std::string_view text) const;

  private:
    enum class Kind { characters, star, double_star, folders };

    struct Part {
        Kind kind = Kind::characters;
        std::bitset<256> characters = {};
        bool optional = false;
        bool repeated = false;
    };

    std::size_t add_next(std::string_view pattern, std::size_t at);
    void add_character(unsigned char c);
    std::size_t add_class(std::string_view pattern, std::size_t at);
    std::size_t add_stars(std::string_view pattern, std::size_t at);
    void step(char c, const std::vector<char>& from, std::vector<char>& to) const;
    void step_part(char c, std::size_t part, std::vector<char>& to) const;
    void skip_optional(std::vector<char>& states) const;

    std::string literal_;  // a pattern without special characters is only compared
    bool is_literal_ = false;
    std::vector<Part> parts_;
};

/// Patterns in order: the last one that matches decides, and one with ! takes away.
bool selects(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace triphammer::plan
