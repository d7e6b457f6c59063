#pragma once
// A log without what only a terminal understands: escape sequences and control characters go, of a
// line that was drawn again and again (\r) the last drawing stays. Pure, for bytes that arrive in
// chunks; memory is one line of at most kMaxPlainLine bytes, a longer one is given in parts.
// Source: ECMA-48, 5.4 (control sequences), 8.3 (OSC, DCS, SOS, PM, APC).

#include <cstddef>
#include <string>
#include <string_view>

namespace triphammer::logs {

inline constexpr std::size_t kMaxPlainLine = 64U << 10U;

class PlainText {
  public:
    /// What is now known of the text.
    std::string feed(std::string_view bytes);
    /// No more bytes: the unfinished last line.
    std::string finish();

  private:
    enum class In { text, escape, sequence, string, string_escape };

    void take(char c, std::string& out);
    void take_text(char c, std::string& out);
    void take_escape(char c);

    In in_ = In::text;
    std::string line_;
    bool is_redrawn_ = false;  // \r came: what follows stands in place of the line
};

}  // namespace triphammer::logs
