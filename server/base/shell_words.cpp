#include "base/shell_words.hpp"

#include <utility>

namespace triphammer {

Result<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;  // of a word
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool escapes = c == '\\' && quote != '\'' && i + 1 < text.size();
        if (escapes && text[i + 1] == '\n') {
            ++i;  // the line goes on
        } else if (escapes) {
            word += text[++i];
            inside = true;
        } else if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            inside = true;
        } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            if (inside) words.push_back(std::exchange(word, {}));
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (quote != 0) return invalid("a quote is not closed in: " + std::string{text});
    if (inside) words.push_back(word);
    return words;
}

}  // namespace triphammer
