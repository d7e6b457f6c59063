#include "execution/pattern.hpp"

#include <algorithm>

namespace triphammer::execution {

namespace {

constexpr std::size_t kUnset = std::string::npos;
constexpr char32_t kReplacement = 0xFFFD;

/// Where each group begins and ends.
using Edges = std::vector<std::size_t>;

struct Way {
    std::uint32_t step = 0;
    Edges edges;
};

class Machine {
  public:
    Machine(const PatternProgram& program, std::u32string_view line)
        : program_{program}, line_{line}, seen_(program.steps.size(), kUnset) {}

    Result<std::optional<Edges>> run() {
        for (std::size_t at = 0; at <= line_.size(); ++at) {
            const bool may_begin = !found_ && (at == 0 || !program_.begins_at_line);
            if (may_begin) follow(0, at, Edges(2 * program_.groups, kUnset));
            if (ways_.empty() && (found_ || program_.begins_at_line)) break;
            take_character(at);
            if (steps_ > Pattern::kMostSteps) {
                return Error{Code::too_large, "the expression takes too long"};
            }
        }
        return std::move(found_);
    }

  private:
    /// All ways go one character on; the first that matched wins over those behind it.
    void take_character(std::size_t at) {
        const auto ways = std::exchange(ways_, {});
        for (const auto& way : ways) {
            ++steps_;
            const auto& step = program_.steps[way.step];
            if (step.op == PatternOp::match) {
                found_ = way.edges;
                return;
            }
            if (at == line_.size() || !program_.sets[step.first].contains(line_[at])) continue;
            follow(way.step + 1, at + 1, way.edges);
        }
    }

    /// Everything that can be reached without a character, in order of preference.
    void follow(std::uint32_t start, std::size_t at, Edges edges) {
        std::vector<Way> stack;
        stack.push_back({start, std::move(edges)});
        while (!stack.empty() && steps_ <= Pattern::kMostSteps) {
            auto way = std::move(stack.back());
            stack.pop_back();
            if (std::exchange(seen_[way.step], at) == at) continue;
            steps_ += 1 + program_.groups / 4;
            const auto& step = program_.steps[way.step];
            switch (step.op) {
                case PatternOp::set:
                case PatternOp::match:
                    ways_.push_back(std::move(way));
                    break;
                case PatternOp::split:
                    stack.push_back({step.second, way.edges});
                    stack.push_back({step.first, std::move(way.edges)});
                    break;
                case PatternOp::jump:
                    stack.push_back({step.first, std::move(way.edges)});
                    break;
                case PatternOp::save:
                    way.edges[step.first] = at;
                    stack.push_back({way.step + 1, std::move(way.edges)});
                    break;
                default:
                    if (holds(step.op, at)) stack.push_back({way.step + 1, std::move(way.edges)});
            }
        }
    }

    bool holds(PatternOp edge, std::size_t at) const {
        if (edge == PatternOp::begin) return at == 0;
        if (edge == PatternOp::end) return at == line_.size();
        const bool before = at > 0 && is_word_character(line_[at - 1]);
        const bool behind = at < line_.size() && is_word_character(line_[at]);
        return (before != behind) == (edge == PatternOp::word);
    }

    const PatternProgram& program_;
    std::u32string_view line_;
    std::vector<std::size_t> seen_;  // the position at which a step was reached last
    std::vector<Way> ways_;
    std::optional<Edges> found_;
    std::size_t steps_ = 0;
};

std::size_t length_of(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

/// The character at the beginning of `utf8`, and its bytes.
std::pair<char32_t, std::size_t> first_of(std::string_view utf8) {
    const auto lead = static_cast<unsigned char>(utf8.front());
    const auto length = length_of(lead);
    if (length <= 1) return {length == 1 ? lead : kReplacement, 1};
    if (utf8.size() < length) return {kReplacement, 1};
    char32_t out = lead & (0x7FU >> length);
    for (const char c : utf8.substr(1, length - 1)) {
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) return {kReplacement, 1};
        out = (out << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    }
    return {out, length};
}

}  // namespace

std::u32string to_characters(std::string_view utf8) {
    std::u32string out;
    out.reserve(utf8.size());
    while (!utf8.empty()) {
        const auto [character, length] = first_of(utf8);
        out += character;
        utf8.remove_prefix(length);
    }
    return out;
}

std::string to_utf8(std::u32string_view characters) {
    std::string out;
    const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
    for (const auto c : characters) {
        if (c < 0x80) {
            put(c);
            continue;
        }
        if (c < 0x800) put(0xC0U | c >> 6U);
        if (c >= 0x800 && c < 0x10000) put(0xE0U | c >> 12U);
        if (c >= 0x10000) put(0xF0U | c >> 18U);
        if (c >= 0x10000) put(0x80U | (c >> 12U & 0x3FU));
        if (c >= 0x800) put(0x80U | (c >> 6U & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
    return out;
}

Result<Pattern> Pattern::make(std::string_view utf8) {
    auto program = compile_pattern(to_characters(utf8));
    if (!program) return program.error();
    return Pattern{std::move(*program)};
}

Result<std::optional<std::vector<std::string>>> Pattern::find(std::u32string_view line) const {
    if (line.find(program_.needle) == line.npos) return std::optional<std::vector<std::string>>{};
    const auto edges = Machine{program_, line}.run();
    if (!edges) return edges.error();
    if (!*edges) return std::optional<std::vector<std::string>>{};
    std::vector<std::string> out;
    for (std::size_t group = 0; group < program_.groups; ++group) {
        const auto begin = (**edges)[2 * group];
        const auto end = (**edges)[2 * group + 1];
        const bool set = begin != kUnset && end != kUnset;
        out.push_back(set ? to_utf8(line.substr(begin, end - begin)) : std::string{});
    }
    return std::optional{std::move(out)};
}

}  // namespace triphammer::execution
