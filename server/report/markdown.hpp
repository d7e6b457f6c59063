#pragma once
// Text of jobs inside the forge's Markdown. It is anybody's: nothing in it may become markup, HTML
// or a mention. Pure.

#include <string>
#include <string_view>

namespace triphammer::report {

/// One line as a code span, in which the forge sees no mention; `most` bytes of it.
std::string code_span(std::string_view text, std::size_t most = 200);
/// The same where HTML stands: <code>…</code>.
std::string html_code(std::string_view text, std::size_t most = 200);
/// A block of its own that only we can end: whole lines of `text`, at most `most` bytes.
std::string fence(std::string_view text, std::size_t most);

}  // namespace triphammer::report
