#include "workflow/yaml/source.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::workflow {

Source::Source(std::string_view text) : lines_(split(text, '\n')) {}

model::Position Source::locate(const Node& scalar, std::size_t offset) const {
    const auto own = line(scalar.at.line);
    const auto column = static_cast<std::size_t>(scalar.at.column - 1);
    if (column < own.size() && own[column] == '|') return locate_in_block(scalar, offset);
    return locate_in_line(scalar, offset);
}

model::Position Source::locate_in_line(const Node& scalar, std::size_t offset) const {
    const auto own = line(scalar.at.line);
    const auto at = static_cast<std::size_t>(scalar.at.column - 1);
    for (const std::size_t quote : {0U, 1U}) {
        if (at + quote > own.size() || !own.substr(at + quote).starts_with(scalar.text)) continue;
        return {scalar.at.line, scalar.at.column + static_cast<int>(quote + offset)};
    }
    return scalar.at;
}

model::Position Source::locate_in_block(const Node& scalar, std::size_t offset) const {
    const std::string_view text = scalar.text;
    const auto before = text.substr(0, offset);
    const auto row = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const auto start = before.rfind('\n');
    const auto column = start == std::string_view::npos ? offset : offset - start - 1;
    const auto value_line =
        text.substr(offset - column, text.find('\n', offset) - (offset - column));
    const auto source_line = line(scalar.at.line + 1 + row);
    const auto indent = source_line.find(value_line);
    if (indent == std::string_view::npos) return scalar.at;
    return {scalar.at.line + 1 + row, static_cast<int>(indent + column) + 1};
}

std::string_view Source::line(int number) const {
    if (number < 1 || static_cast<std::size_t>(number) > lines_.size()) return {};
    return lines_[static_cast<std::size_t>(number) - 1];
}

}  // namespace triphammer::workflow
