#include "plan/yaml_text.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace triphammer::plan {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLongestInteger = 15;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Written as YAML and JavaScript both write it, so that nothing is lost without quotes.
bool is_plain_integer(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= kLongestInteger;
    if (!fits || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    return text == "0" || text.front() != '0';
}

/// What a reader of YAML, 1.1 too, may take for something other than text.
bool is_word_of_yaml(std::string_view text) {
    constexpr auto kWords = std::to_array<std::string_view>(
        {"null", "~", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"}
    );
    return std::any_of(kWords.begin(), kWords.end(), [text](std::string_view word) {
        return equal_ignoring_case(text, word);
    });
}

bool may_stand_plain(std::string_view text) {
    if (text == "true" || text == "false" || is_plain_integer(text)) return true;
    if (text.empty() || is_word_of_yaml(text)) return false;
    if (equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false")) return false;
    constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`=+.0123456789 ";
    if (kIndicators.find(text.front()) != std::string_view::npos) {
        // "./build" and "v" followed by digits are texts; what looks like a number is quoted.
        if (!text.starts_with("./")) return false;
    }
    if (text.back() == ' ' || text.back() == ':') return false;
    const bool splits =
        text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos;
    return !splits && std::none_of(text.begin(), text.end(), is_control);
}

/// A literal block keeps every character but controls, and its first line says the indent.
bool may_be_block(std::string_view text) {
    if (text.find('\n') == std::string_view::npos) return false;
    if (text.front() == ' ' || text.front() == '\n' || text.front() == '\t') return false;
    return std::none_of(text.begin(), text.end(), [](char c) {
        return c != '\n' && c != '\t' && is_control(c);
    });
}

std::string as_utf8(const ordered_json& text) {
    const auto replaced = text.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    return ordered_json::parse(replaced).get<std::string>();
}

class Writer {
  public:
    std::string take() && { return std::move(out_); }

    void write(const ordered_json& value, std::size_t depth) {
        if (value.is_object()) {
            write_map(value, depth);
        } else {
            write_list(value, depth);
        }
    }

    void write_scalar(const ordered_json& value, std::size_t depth) {
        if (!value.is_string()) {
            out_ += value.is_structured() ? (value.is_object() ? "{}" : "[]") : value.dump();
        } else if (const auto text = as_utf8(value); may_be_block(text)) {
            return write_block(text, depth);
        } else {
            write_text(text);
        }
        out_ += '\n';
    }

  private:
    static bool is_nested(const ordered_json& value) {
        return value.is_structured() && !value.empty();
    }

    void indent(std::size_t depth) { out_.append(depth * 2, ' '); }

    void write_map(const ordered_json& map, std::size_t depth) {
        for (const auto& [key, value] : map.items()) {
            if (!at_entry_) indent(depth);
            at_entry_ = false;
            write_text(as_utf8(key));
            out_ += ':';
            write_member(value, depth + 1);
        }
    }

    void write_member(const ordered_json& value, std::size_t depth) {
        if (is_nested(value)) {
            out_ += '\n';
            return write(value, depth);
        }
        out_ += ' ';
        write_scalar(value, depth);
    }

    /// An entry's first key stands behind its dash.
    void write_list(const ordered_json& list, std::size_t depth) {
        for (const auto& value : list) {
            if (!at_entry_) indent(depth);
            out_ += "- ";
            at_entry_ = is_nested(value);
            if (at_entry_) {
                write(value, depth + 1);
            } else {
                write_scalar(value, depth + 1);
            }
        }
    }

    void write_text(const std::string& text) {
        out_ += may_stand_plain(text) ? text : ordered_json(text).dump();
    }

    void write_block(std::string_view text, std::size_t depth) {
        const bool ends = text.ends_with('\n');
        const bool has_blank_end = text.ends_with("\n\n");
        out_ += has_blank_end ? "|+\n" : ends ? "|\n" : "|-\n";
        if (ends) text.remove_suffix(1);
        for (const auto line : split(text, '\n')) {
            if (!line.empty()) indent(depth);
            out_ += line;
            out_ += '\n';
        }
    }

    std::string out_;
    bool at_entry_ = false;
};

}  // namespace

std::string to_yaml(const ordered_json& value) {
    Writer writer;
    if (value.is_structured() && !value.empty()) {
        writer.write(value, 0);
    } else {
        writer.write_scalar(value, 0);
    }
    return std::move(writer).take();
}

}  // namespace triphammer::plan
