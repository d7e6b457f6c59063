#include "docker/dockerfile.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace triphammer::docker {

namespace {

struct Instruction {
    int line = 0;
    std::string word;  // upper case
    std::string rest;
};

bool holds(std::string_view text, std::string_view words) {
    return text.find(words) != text.npos;
}

std::string upper(std::string_view text) {
    std::string out{text};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    });
    return out;
}

/// How many bytes of a space the text begins with, as Go's unicode.IsSpace knows them
/// (pkg.go.dev/unicode): builders leave all of these out before an instruction.
std::size_t space_at(std::string_view text) {
    constexpr std::array<std::string_view, 6> kWide{
        "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};
    if (text.empty()) return 0;
    if (holds(" \t\n\v\f\r", text.substr(0, 1))) return 1;
    for (const auto wide : kWide) {
        if (text.starts_with(wide)) return wide.size();
    }
    if (!text.starts_with("\xe2\x80") || text.size() < 3) return 0;
    const auto last = static_cast<unsigned char>(text[2]);  // U+2000 to 200A, 2028, 2029
    return (last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 ? 3 : 0;
}

std::string_view trim_front(std::string_view text) {
    while (const auto size = space_at(text)) text.remove_prefix(size);
    return text;
}

/// The first word of `text`, and what follows it.
std::pair<std::string_view, std::string_view> cut_word(std::string_view text) {
    const auto begin = trim(trim_front(text));
    const auto end = std::min(begin.find_first_of(" \t\v\f\r"), begin.size());
    return {begin.substr(0, end), trim(begin.substr(end))};
}

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> out;
    for (auto [word, rest] = cut_word(text); !word.empty(); std::tie(word, rest) = cut_word(rest)) {
        out.emplace_back(word);
    }
    return out;
}

/// The ends that the texts of "RUN <<EOF" have.
std::vector<std::string> texts_begun(const Instruction& at) {
    std::vector<std::string> out;
    if (at.word != "RUN" && at.word != "COPY" && at.word != "ADD") return out;
    for (auto found = at.rest.find("<<"); found != std::string::npos;
         found = at.rest.find("<<", found + 2)) {
        auto name = std::string_view{at.rest}.substr(found + 2);
        if (name.starts_with('-')) name.remove_prefix(1);
        name = name.substr(0, name.find_first_of(" \t;&|><)"));
        std::string end;
        for (const char c : name) {
            if (c != '"' && c != '\'') end += c;
        }
        if (!end.empty()) out.push_back(std::move(end));
    }
    return out;
}

/// Names of frontends that Docker itself gives out.
bool is_usual_frontend(std::string_view name) {
    constexpr std::string_view kRegistry = "docker.io/";
    constexpr std::string_view kName = "docker/dockerfile";
    if (name.starts_with(kRegistry)) name.remove_prefix(kRegistry.size());
    if (!name.starts_with(kName)) return false;
    name.remove_prefix(kName.size());
    return name.empty() || name.front() == ':' || name.front() == '@';
}

/// "# syntax=…", "// syntax=…", {"syntax": …
bool names_frontend(std::string_view line) {
    constexpr std::string_view kWord = "syntax";
    const auto found = line.find(kWord);
    if (found == line.npos || found != line.find_first_of("abcdefghijklmnopqrstuvwxyz0123456789"))
        return false;
    const auto rest = trim(line.substr(found + kWord.size()));
    return rest.starts_with('=') || rest.starts_with('"');
}

/// Builders, and their versions, do not agree on which lines continue an instruction, and a
/// stranger may play with that.
struct Reading {
    enum class Comments { skipped, skipped_in_first_column, kept };

    Comments comments = Comments::skipped;  // in the middle of an instruction
    bool is_ended_by_blank = false;
    bool knows_pairs = false;  // two escapes at the end of a line are none
    bool is_unix = false;      // one carriage return ends a line, a second is text
    char escape = 0;           // 0: what "# escape=" says
};

class FileReader {
  public:
    FileReader(std::string_view text, Reading reading)
        : lines_{split(text, '\n')}, reading_{reading} {}

    DockerfileFacts read() {
        check_frontends();
        read_directives();
        if (reading_.escape != 0) escape_ = reading_.escape;
        while (place_ < lines_.size()) {
            const auto instruction = next();
            if (!instruction.word.empty()) look_at(instruction);
        }
        return std::move(out_);
    }

  private:
    std::string_view line() { return trim(trim_front(lines_[place_])); }

    /// Before the first instruction; newer builders know more forms than "# syntax=".
    void check_frontends() {
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            const auto text = trim(lines_[i]);
            const auto lower = to_lower(text);
            if (!lower.empty() && lower.front() >= 'a' && lower.front() <= 'z') return;
            if (!names_frontend(lower)) continue;
            const auto value = trim(text.substr(std::min(text.find('='), text.size() - 1) + 1));
            if (text.starts_with('#') && is_usual_frontend(value)) continue;
            note(out_.fetch_word, "line " + std::to_string(i + 1) + ": " + std::string{text});
        }
    }

    /// "# syntax=…" and "# escape=…" before anything else.
    void read_directives() {
        for (; place_ < lines_.size() && line().starts_with('#'); ++place_) {
            const auto equals = line().find('=');
            if (equals == line().npos) return;
            const auto name = to_lower(trim(line().substr(1, equals - 1)));
            if (name != "syntax" && name != "escape" && name != "check") return;
            const auto value = trim(line().substr(equals + 1));
            if (name == "escape" && !value.empty()) escape_ = value.front();
            if (name != "syntax") continue;
            note(out_.buildkit_word, "line " + std::to_string(place_ + 1) + ": # syntax=");
        }
    }

    /// Of a line that is not the first of its instruction, where there is `text` already.
    bool is_left_out(std::string_view part, const std::string& text) const {
        using Comments = Reading::Comments;
        if (text.empty()) return part.starts_with('#');
        if (part.empty()) return !reading_.is_ended_by_blank;
        if (!part.starts_with('#') || reading_.comments == Comments::kept) return false;
        return reading_.comments == Comments::skipped || lines_[place_].starts_with('#');
    }

    /// By an escape that nothing but spaces and tabs follow.
    bool is_continued() const {
        auto whole = lines_[place_];
        if (!reading_.is_unix) whole = whole.substr(0, whole.find_last_not_of('\r') + 1);
        if (whole.ends_with('\r')) whole.remove_suffix(1);
        whole = whole.substr(0, whole.find_last_not_of(" \t") + 1);
        if (!whole.ends_with(escape_)) return false;
        whole.remove_suffix(1);
        return !reading_.knows_pairs || !whole.ends_with(escape_);
    }

    /// With the lines that continue it.
    Instruction next() {
        Instruction out;
        out.line = static_cast<int>(place_) + 1;
        std::string text;
        for (bool goes_on = true; goes_on && place_ < lines_.size(); ++place_) {
            auto part = line();
            if (is_left_out(part, text)) {
                goes_on = !text.empty();
                continue;
            }
            goes_on = is_continued();
            if (goes_on) part.remove_suffix(1);
            text += part;
        }
        const auto [word, rest] = cut_word(text);
        out.word = upper(word);
        out.rest = rest;
        return out;
    }

    static void note(std::string& place, std::string words) {
        if (place.empty()) place = std::move(words);
    }

    void look_at(const Instruction& at) {
        const auto mark = "line " + std::to_string(at.line) + ": " + at.word;
        // An instruction for the images that are built on this one, or what it stands for.
        if (at.word == "ONBUILD") {
            auto [word, rest] = cut_word(at.rest);
            if (upper(word) == "ONBUILD") return;  // no builder takes two
            return look_at({at.line, upper(word), std::string{rest}});
        }
        if (at.word == "RUN") out_.has_run = true;
        if (at.word == "RUN" && !is_fixed_) note(out_.target_run_word, mark);
        if (at.word == "FROM") look_at_base(at);
        look_at_flags(at, mark);
        if (!texts_begun(at).empty() && at.word != "RUN") note(out_.buildkit_word, mark + " <<");
        if (at.word == "RUN" && at.rest.starts_with("<<")) note(out_.buildkit_word, mark + " <<");
        for (const auto& end : texts_begun(at)) {
            // The line after such an end is an instruction to one builder and none to another.
            if (end.find_first_of("\\`#") != end.npos) note(out_.fetch_word, mark + " <<" + end);
        }
        if (at.word == "ADD" && may_fetch(at.rest)) note(out_.fetch_word, mark + " " + at.rest);
    }

    void look_at_flags(const Instruction& at, const std::string& mark) {
        for (const auto& word : split_words(at.rest)) {
            const bool is_flag = word.starts_with("--");
            if (is_flag ? may_hide_flag(word) : begins_with_space_byte(word))
                note(out_.unsure_base, mark + " " + word);
            if (!is_flag) return;
            const auto name = word.substr(0, word.find('='));
            const bool is_run = at.word == "RUN" && (name == "--mount" || name == "--network");
            const bool is_copy = (at.word == "COPY" || at.word == "ADD") &&
                                 (name == "--link" || name == "--chmod" || name == "--checksum" ||
                                  name == "--exclude" || name == "--parents");
            if (is_run || is_copy) note(out_.buildkit_word, mark + " " + name);
            const bool is_secret = holds(word, "type=secret") || holds(word, "type=ssh");
            if (is_run && is_secret) note(out_.session_word, mark + " " + word);
            if (name == "--platform") note(out_.unsure_base, mark + " " + word);
            if (name != "--from" || word.size() <= 7) continue;
            const auto base = word.substr(7);
            if (!parse_integer(base)) add_base(base, mark + " " + word);  // else a stage's number
        }
    }

    /// Builders take quotes and escapes away before they know a flag, and look for the space behind
    /// it byte by byte: the bytes of U+0085 and U+00A0 are spaces to them wherever they stand.
    static bool may_hide_flag(std::string_view word) {
        return std::any_of(word.begin(), word.end(), [](unsigned char c) {
            return c >= 0x80 || c == '"' || c == '\'' || c == '\\' || c == '`';
        });
    }

    static bool begins_with_space_byte(std::string_view word) {
        return word.starts_with('\x85') || word.starts_with('\xa0');
    }

    void look_at_base(const Instruction& at) {
        auto words = split_words(at.rest);
        const bool is_fixed = has_fixed_platform(words);
        std::erase_if(words, [](const std::string& word) { return word.starts_with("--"); });
        if (words.empty()) return;
        add_base(words.front(), "line " + std::to_string(at.line) + ": FROM " + words.front());
        is_fixed_ = is_fixed || fixed_stages_.contains(to_lower(words.front()));
        if (words.size() < 3 || upper(words[1]) != "AS") return;
        stages_.push_back(to_lower(words[2]));
        if (is_fixed_) fixed_stages_.insert(stages_.back());
    }

    /// Of the builder (--platform=$BUILDPLATFORM) or one by name: whatever is asked for.
    static bool has_fixed_platform(const std::vector<std::string>& words) {
        return std::any_of(words.begin(), words.end(), [](const std::string& word) {
            return word.starts_with("--platform=") &&
                   (holds(word, "BUILDPLATFORM") || !holds(word, "$"));
        });
    }

    void add_base(const std::string& name, std::string words) {
        if (!is_plain(name)) note(out_.unsure_base, std::move(words));
        const bool is_stage =
            std::find(stages_.begin(), stages_.end(), to_lower(name)) != stages_.end();
        const bool is_known =
            std::find(out_.bases.begin(), out_.bases.end(), name) != out_.bases.end();
        if (is_stage || is_known || name == "scratch" || holds(name, "$")) return;
        out_.bases.push_back(name);
    }

    static bool is_plain(std::string_view name) {
        return std::all_of(name.begin(), name.end(), [](unsigned char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   std::string_view{"._/:@-"}.find(static_cast<char>(c)) != std::string_view::npos;
        });
    }

    /// Whether a source of ADD is a URL or may come out as one.
    static bool may_fetch(const std::string& sources) {
        const bool is_list = sources.find('[') != std::string::npos;
        const bool has_marks = sources.find_first_of("$\\`") != std::string::npos ||
                               (!is_list && sources.find_first_of("\"'") != std::string::npos);
        return has_marks || holds(sources, "://") || holds(sources, "git@") ||
               holds(sources, "github.com/");
    }

    std::vector<std::string_view> lines_;
    Reading reading_;
    std::size_t place_ = 0;
    char escape_ = '\\';
    DockerfileFacts out_;
    std::vector<std::string> stages_;
    std::set<std::string> fixed_stages_;  // whose platform is not the one that is asked for
    bool is_fixed_ = false;               // the stage that is being read
};

/// Whether a comment above the first instruction speaks of the escape: which of them is a
/// directive, builders do not agree on either.
bool may_set_escape(std::string_view text) {
    for (const auto line : split(text, '\n')) {
        const auto rest = trim_front(line);
        if (!rest.empty() && !rest.starts_with('#')) return false;
        if (holds(to_lower(rest), "escape")) return true;
    }
    return false;
}

void merge(DockerfileFacts& facts, DockerfileFacts reading) {
    if (facts.fetch_word.empty()) facts.fetch_word = std::move(reading.fetch_word);
    if (facts.unsure_base.empty()) facts.unsure_base = std::move(reading.unsure_base);
    auto& known = facts.possible_bases;
    for (auto& base : reading.bases) {
        if (std::find(known.begin(), known.end(), base) == known.end()) {
            known.push_back(std::move(base));
        }
    }
}

/// As any builder might read it.
void add_readings(DockerfileFacts& facts, std::string_view text) {
    using Comments = Reading::Comments;
    const std::string_view escapes = may_set_escape(text) ? "\\`" : "\\";
    for (const auto comments :
         {Comments::skipped, Comments::skipped_in_first_column, Comments::kept}) {
        for (const char escape : escapes) {
            for (unsigned flags = 0; flags < 8; ++flags) {
                const Reading reading{
                    comments, (flags & 1U) != 0, (flags & 2U) != 0, (flags & 4U) != 0, escape};
                merge(facts, FileReader{text, reading}.read());
            }
        }
    }
}

}  // namespace

DockerfileFacts read_dockerfile(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    auto facts = FileReader{text, Reading{}}.read();
    facts.possible_bases = facts.bases;
    add_readings(facts, text);
    return facts;
}

}  // namespace triphammer::docker
