// Numbers as text and back: GitHub takes "any number format supported by JSON" and hexadecimal,
// and writes 15 significant digits.
#include "base/text.hpp"
#include "workflow/expression/value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace triphammer::workflow::expression {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// digits [. digits] [e [sign] digits], with at least one digit before the exponent.
bool is_decimal(std::string_view text) {
    std::size_t at = skip_digits(text, 0);
    std::size_t digits = at;
    if (at < text.size() && text[at] == '.') {
        const std::size_t end = skip_digits(text, at + 1);
        digits += end - at - 1;
        at = end;
    }
    if (digits == 0) return false;
    if (at == text.size()) return true;
    if (text[at] != 'e' && text[at] != 'E') return false;
    if (++at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    return at < text.size() && skip_digits(text, at) == text.size();
}

/// from_chars leaves its argument alone when the value is out of range.
double parse_decimal(std::string_view text) {
    if (!is_decimal(text)) return kNaN;
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure == std::errc::result_out_of_range)
        return std::strtod(std::string{text}.c_str(), nullptr);
    return failure == std::errc{} ? value : kNaN;
}

double parse_radix(std::string_view digits, double radix) {
    if (digits.empty()) return kNaN;
    double value = 0;
    for (const char c : digits) {
        const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
        const int digit = is_digit(lower)                ? lower - '0'
                          : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                         : 16;
        if (digit >= radix) return kNaN;
        value = value * radix + digit;
    }
    return value;
}

}  // namespace

double parse_number(std::string_view text) {
    text = trim(text);
    if (text.empty()) return 0;
    if (text.starts_with("0x")) return parse_radix(text.substr(2), 16);
    if (text.starts_with("0o")) return parse_radix(text.substr(2), 8);
    const bool negative = text[0] == '-';
    if (negative || text[0] == '+') text.remove_prefix(1);
    const double value = text == "Infinity" ? kInfinity : parse_decimal(text);
    return negative ? -value : value;
}

std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    if (value == 0) return "0";  // -0 shows no sign
    std::array<char, 40> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), "%.15G", value);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace triphammer::workflow::expression
