#include "execution/commands.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>

namespace triphammer::execution {

namespace {

constexpr std::size_t kLongestCommand = 64U << 10U;
constexpr std::size_t kLongestIndent = 256;
constexpr std::size_t kLongestMessage = 4096;
constexpr std::size_t kLongestPlace = 1024;  // title, file

struct Escape {
    std::string_view code;
    char character;
};

constexpr auto kEscapes =
    std::to_array<Escape>({{"%25", '%'}, {"%0D", '\r'}, {"%0A", '\n'}, {"%3A", ':'}, {"%2C", ','}});
constexpr auto kOldEscapes =
    std::to_array<Escape>({{"%25", '%'}, {"%0D", '\r'}, {"%0A", '\n'}, {"%3B", ';'}, {"%5D", ']'}});

/// How a command is written: ::name key=value,key=value::data, or as it was before that,
/// ##[name key=value;key=value]data.
struct Form {
    std::string_view begin;
    std::string_view end;
    char separator;
    std::span<const Escape> in_properties;
    std::span<const Escape> in_data;
};

// Source: github.com/actions/runner, ActionCommand.cs.
constexpr auto kForms = std::to_array<Form>({
    {"::", "::", ',', kEscapes, std::span{kEscapes}.first(3)},
    {"##[", "]", ';', kOldEscapes, kOldEscapes},
});

std::string unescape(std::string_view text, std::span<const Escape> escapes) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto code = text.substr(at, 3);
        const auto found = std::find_if(escapes.begin(), escapes.end(), [&](const Escape& escape) {
            return equal_ignoring_case(code, escape.code);
        });
        out += found == escapes.end() ? text[at] : found->character;
        if (found != escapes.end()) at += 2;
    }
    return out;
}

Values parse_properties(std::string_view text, const Form& form) {
    Values out;
    for (const auto part : split(text, form.separator)) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        out.emplace_back(
            to_lower(trim(part.substr(0, equals))),
            unescape(part.substr(equals + 1), form.in_properties)
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
    return std::any_of(kForms.begin(), kForms.end(), [&](const Form& form) {
        if (text.size() < form.begin.size()) return form.begin.starts_with(text);
        return text.starts_with(form.begin) && beginning.size() < kLongestCommand;
    });
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
    out.message = command.data;
    out.title = command.property("title");
    out.file = command.property("file");
    out.line = number_of(command.property("line"));
    out.end_line = number_of(command.property("endline"));
    out.column = number_of(command.property("col"));
    out.end_column = number_of(command.property("endcolumn"));
    return out;
}

/// Control characters would only swell the journal.
void shorten(std::string& text, std::size_t most) {
    text = cut_utf8(text, most);
    std::replace_if(
        text.begin(),
        text.end(),
        [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t'; },
        ' '
    );
}

std::size_t bytes_of(const Annotation& annotation) {
    return annotation.message.size() + annotation.title.size() + annotation.file.size();
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
    echo,
    add_matcher,
    remove_matcher
};

std::optional<Kind> kind_of(std::string_view name) {
    static const std::map<std::string_view, Kind> kKinds{
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
        {"add-matcher", Kind::add_matcher},
        {"remove-matcher", Kind::remove_matcher},
    };
    const auto found = kKinds.find(name);
    return found == kKinds.end() ? std::nullopt : std::optional{found->second};
}

/// Groups are shown anyhow; a mask never is.
/// Source: github.com/actions/toolkit, docs/commands.md, "Command Echoing".
bool is_echoed(Kind kind) {
    constexpr Kind kOthers[] = {
        Kind::mask, Kind::debug, Kind::annotation, Kind::group, Kind::endgroup};
    return std::find(std::begin(kOthers), std::end(kOthers), kind) == std::end(kOthers);
}

bool is_short(std::string_view line) {
    return line.size() <= ProblemMatchers::kLongestLine;
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
    const auto form = std::find_if(kForms.begin(), kForms.end(), [text](const Form& one) {
        return text.starts_with(one.begin);
    });
    if (form == kForms.end()) return {};
    const auto end = text.find(form->end, form->begin.size());
    if (end == std::string_view::npos) return {};
    const auto head = text.substr(form->begin.size(), end - form->begin.size());
    const auto blank = head.find(' ');
    LineCommand out;
    out.name = to_lower(head.substr(0, blank));
    if (out.name.empty()) return {};
    if (blank != std::string_view::npos) {
        out.properties = parse_properties(head.substr(blank + 1), *form);
    }
    out.data = unescape(text.substr(end + form->end.size()), form->in_data);
    return out;
}

void StepRequests::annotate(Annotation annotation) {
    shorten(annotation.message, kLongestMessage);
    shorten(annotation.title, kLongestPlace);
    shorten(annotation.file, kLongestPlace);
    int of_level = 0;
    std::size_t bytes = bytes_of(annotation);
    for (const auto& each : annotations) {
        of_level += each.level == annotation.level ? 1 : 0;
        bytes += bytes_of(each);
    }
    if (of_level == kMostOfALevel || bytes > kMostAnnotationBytes) {
        ++dropped_annotations;
    } else {
        annotations.push_back(std::move(annotation));
    }
}

CommandReader::CommandReader(StepRequests& requests, CommandReach reach)
    : requests_{requests}, reach_{std::move(reach)}, echoes_{reach_.debug} {
    if (reach_.matchers != nullptr) reach_.matchers->forget_lines();
}

bool CommandReader::has_matchers() const {
    return reach_.matchers != nullptr && !reach_.matchers->empty();
}

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
    if (has_matchers() && !in_plain_line_) return 0;
    std::size_t line = in_plain_line_ ? end_of_line(bytes, 0) : 0;
    if (has_matchers()) return line;
    while (line < bytes.size()) {
        const char first = bytes[line];
        const bool suspect = first == ':' || first == '#' || first == ' ' || first == '\t';
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
    } else if (!may_be_command(partial_) && !(has_matchers() && is_short(partial_))) {
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
    if (!command) return take_plain(line, out);
    if (!stopped_.empty()) {
        const bool resumes = command->name == to_lower(stopped_);
        if (resumes) return stopped_.clear();
        out += line;
        return;
    }
    carry_out(*command, line, out);
}

void CommandReader::take_plain(std::string_view line, std::string& out) {
    out += line;
    if (!has_matchers()) return;
    auto found = reach_.matchers->see(without_return(line.substr(0, line.find('\n'))));
    if (!found) {
        out += "##[warning]" + found.error().message + "\n";
    } else if (*found) {
        requests_.annotate(std::move(**found));
    }
}

void CommandReader::carry_out(const LineCommand& command, std::string_view line, std::string& out) {
    const auto kind = kind_of(command.name);
    if (!kind) return take_plain(line, out);
    const auto show = [&](const std::string& text) { out += text + "\n"; };
    if (echoes_ && is_echoed(*kind))
        show(std::string{without_return(line.substr(0, line.find('\n')))});
    switch (*kind) {
        case Kind::annotation:
            requests_.annotate(annotation_of(command));
            return show("##[" + command.name + "]" + command.data);
        case Kind::group:
        case Kind::endgroup:
            return show("##[" + command.name + "]" + command.data);
        case Kind::debug:
            if (reach_.debug) show("##[debug]" + command.data);
            return;
        case Kind::mask:
            if (auto added = reach_.add_mask(command.data); !added) {
                show("##[warning]add-mask: " + added.error().message);
            }
            return;
        case Kind::stop:
            return stop(command.data, out);
        case Kind::echo:
            echoes_ = equal_ignoring_case(command.data, "on");
            return;
        case Kind::add_matcher:
            return add_matcher(command.data, out);
        case Kind::remove_matcher:
            if (reach_.matchers != nullptr) reach_.matchers->remove(command.property("owner"));
            return;
        default:
            return request(command);
    }
}

/// A token that is a command's name could end the silence by accident.
void CommandReader::stop(const std::string& token, std::string& out) {
    if (trim(token).empty() || kind_of(to_lower(token))) {
        out += "##[warning]stop-commands: '" + token + "' is no usable token\n";
    } else {
        stopped_ = token;
    }
}

void CommandReader::add_matcher(const std::string& path, std::string& out) {
    if (reach_.matchers == nullptr) return;
    const auto text = reach_.read_file(path);
    const auto added = text ? reach_.matchers->add(*text) : Result<>{text.error()};
    if (!added) out += "##[warning]add-matcher: " + path + ": " + added.error().message + "\n";
}

void CommandReader::request(const LineCommand& command) {
    const auto kind = kind_of(command.name);
    if (kind == Kind::path) {
        requests_.paths.push_back(command.data);
        return;
    }
    const std::string name{command.property("name")};
    if (name.empty()) return;
    auto& values = kind == Kind::output        ? requests_.outputs
                   : kind == Kind::environment ? requests_.environment
                                               : requests_.states;
    values.emplace_back(name, command.data);
}

}  // namespace triphammer::execution
