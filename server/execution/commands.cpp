#include "execution/commands.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace triphammer::execution {

namespace {

constexpr std::size_t kLongestCommand = 64U << 10U;
constexpr std::size_t kLongestIndent = 256;
constexpr std::size_t kLongestMessage = 4096;

struct Escape {
    std::string_view code;
    char character;
};

constexpr Escape kEscapes[] = {
    {"%25", '%'}, {"%0D", '\r'}, {"%0A", '\n'}, {"%3A", ':'}, {"%2C", ','}};

/// Data knows the first three of the codes, property values all of them.
std::string unescape(std::string_view text, std::size_t known) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto code = text.substr(at, 3);
        const auto* end = kEscapes + known;
        const auto* found = std::find_if(kEscapes, end, [&](const Escape& escape) {
            return equal_ignoring_case(code, escape.code);
        });
        out += found == end ? text[at] : found->character;
        if (found != end) at += 2;
    }
    return out;
}

Values parse_properties(std::string_view text) {
    Values out;
    for (const auto part : split(text, ',')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        out.emplace_back(
            to_lower(trim(part.substr(0, equals))),
            unescape(part.substr(equals + 1), std::size(kEscapes))
        );
    }
    return out;
}

std::string_view without_indent(std::string_view line) {
    const auto at = line.find_first_not_of(" \t");
    return at == std::string_view::npos ? std::string_view{} : line.substr(at);
}

std::string_view without_return(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

/// Whether a line that begins so may still turn out to be a command.
bool may_be_command(std::string_view beginning) {
    const auto text = without_indent(beginning);
    if (text.empty()) return beginning.size() < kLongestIndent;
    if (text == ":") return true;
    return text.substr(0, 2) == "::" && beginning.size() < kLongestCommand;
}

/// Behind the first line feed from `from` on, or the end.
std::size_t end_of_line(std::string_view bytes, std::size_t from) {
    const auto newline = bytes.find('\n', from);
    return newline == std::string_view::npos ? bytes.size() : newline + 1;
}

int number_of(std::string_view text) {
    const auto number = parse_integer(text);
    return number && *number < 1'000'000'000 ? static_cast<int>(*number) : 0;
}

Annotation annotation_of(const LineCommand& command) {
    Annotation out;
    out.level = command.name;
    out.message = std::string{cut_utf8(command.data, kLongestMessage)};
    out.title = std::string{cut_utf8(command.property("title"), kLongestMessage)};
    out.file = std::string{cut_utf8(command.property("file"), kLongestMessage)};
    out.line = number_of(command.property("line"));
    out.end_line = number_of(command.property("endline"));
    out.column = number_of(command.property("col"));
    return out;
}

enum class Kind {
    annotation,
    group,
    endgroup,
    debug,
    mask,
    stop,
    output,
    environment,
    path,
    state,
    echo
};

std::optional<Kind> kind_of(std::string_view name) {
    static const std::map<std::string_view, Kind> kinds{
        {"error", Kind::annotation},
        {"warning", Kind::annotation},
        {"notice", Kind::annotation},
        {"group", Kind::group},
        {"endgroup", Kind::endgroup},
        {"debug", Kind::debug},
        {"add-mask", Kind::mask},
        {"stop-commands", Kind::stop},
        {"set-output", Kind::output},
        {"set-env", Kind::environment},
        {"add-path", Kind::path},
        {"save-state", Kind::state},
        {"echo", Kind::echo},
    };
    const auto found = kinds.find(name);
    return found == kinds.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace

std::string_view LineCommand::property(std::string_view key) const {
    for (const auto& [own, value] : properties) {
        if (own == key) return value;
    }
    return {};
}

std::optional<LineCommand> parse_line_command(std::string_view line) {
    const auto text = without_return(without_indent(line));
    if (text.substr(0, 2) != "::") return {};
    const auto end = text.find("::", 2);
    if (end == std::string_view::npos) return {};
    const auto head = text.substr(2, end - 2);
    const auto blank = head.find(' ');
    LineCommand out;
    out.name = to_lower(head.substr(0, blank));
    if (out.name.empty()) return {};
    if (blank != std::string_view::npos) out.properties = parse_properties(head.substr(blank + 1));
    out.data = unescape(text.substr(end + 2), 3);
    return out;
}

CommandReader::CommandReader(
    StepRequests& requests, std::function<void(std::string)> add_mask, bool debug
)
    : requests_{requests}, add_mask_{std::move(add_mask)}, debug_{debug} {}

/// Plain text goes through in whole runs of lines; only what may become a command is looked at.
void CommandReader::write(std::string_view bytes, std::string& out) {
    while (!bytes.empty()) {
        const auto plain = bytes.substr(0, plain_run(bytes));
        out += plain;
        note_plain(plain);
        bytes.remove_prefix(plain.size());
        const auto piece = bytes.substr(0, end_of_line(bytes, 0));
        bytes.remove_prefix(piece.size());
        if (!piece.empty()) take_piece(piece, out);
    }
}

bool CommandReader::pass(std::string_view bytes) {
    if (plain_run(bytes) < bytes.size()) return false;
    note_plain(bytes);
    return true;
}

/// How many bytes from the beginning belong to lines that cannot be commands.
std::size_t CommandReader::plain_run(std::string_view bytes) const {
    if (!partial_.empty()) return 0;
    std::size_t line = in_plain_line_ ? end_of_line(bytes, 0) : 0;
    while (line < bytes.size()) {
        const char first = bytes[line];
        const bool suspect = first == ':' || first == ' ' || first == '\t';
        if (suspect && may_be_command(bytes.substr(line, kLongestIndent))) break;
        line = end_of_line(bytes, line);
    }
    return line;
}

void CommandReader::note_plain(std::string_view bytes) {
    if (!bytes.empty()) in_plain_line_ = bytes.back() != '\n';
}

/// A piece of the line that is in `partial_`, or may be the beginning of a command.
void CommandReader::take_piece(std::string_view piece, std::string& out) {
    partial_ += piece;
    if (piece.back() == '\n') {
        const std::string line = std::exchange(partial_, {});
        take_line(line, out);
    } else if (!may_be_command(partial_)) {
        out += std::exchange(partial_, {});
        in_plain_line_ = true;
    }
}

void CommandReader::flush(std::string& out) {
    const std::string line = std::exchange(partial_, {});
    in_plain_line_ = false;
    if (!line.empty()) take_line(line, out);
}

void CommandReader::take_line(std::string_view line, std::string& out) {
    const auto text = line.substr(0, line.find('\n'));
    const auto command = parse_line_command(text);
    if (!command) {
        out += line;
        return;
    }
    if (!stopped_.empty()) {
        const bool resumes = command->name == to_lower(stopped_);
        if (resumes) return stopped_.clear();
        out += line;
        return;
    }
    carry_out(*command, line, out);
}

void CommandReader::carry_out(const LineCommand& command, std::string_view line, std::string& out) {
    const auto kind = kind_of(command.name);
    if (!kind) {
        out += line;
        return;
    }
    const auto show = [&](const std::string& text) { out += text + "\n"; };
    const std::string name{command.property("name")};
    switch (*kind) {
        case Kind::annotation:
            if (requests_.annotations.size() < StepRequests::kMostAnnotations) {
                requests_.annotations.push_back(annotation_of(command));
            }
            return show("##[" + command.name + "]" + command.data);
        case Kind::group:
        case Kind::endgroup:
            return show("##[" + command.name + "]" + command.data);
        case Kind::debug:
            if (debug_) show("##[debug]" + command.data);
            return;
        case Kind::mask:
            return add_mask_(command.data);
        case Kind::stop:
            stopped_ = command.data;
            return;
        case Kind::echo:
            return;
        default:
            return request(command, name);
    }
}

void CommandReader::request(const LineCommand& command, const std::string& name) {
    const auto kind = kind_of(command.name);
    if (kind == Kind::path) {
        requests_.paths.push_back(command.data);
        return;
    }
    if (name.empty()) return;
    auto& values = kind == Kind::output        ? requests_.outputs
                   : kind == Kind::environment ? requests_.environment
                                               : requests_.states;
    values.emplace_back(name, command.data);
}

}  // namespace triphammer::execution
