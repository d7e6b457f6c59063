#include "runner/aws/action_io.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <fcntl.h>

#include <cctype>

namespace triphammer::runner {

namespace {

constexpr std::size_t kDelimiterBytes = 16;

/// As commands want their text on one line.
std::string escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '%') {
            out += "%25";
        } else if (c == '\r') {
            out += "%0D";
        } else if (c == '\n') {
            out += "%0A";
        } else {
            out += c;
        }
    }
    return out;
}

std::vector<std::string> not_blank(std::string_view text, char separator) {
    std::vector<std::string> out;
    for (const auto part : split(text, separator)) {
        if (!trim(part).empty()) out.emplace_back(trim(part));
    }
    return out;
}

}  // namespace

std::string ActionIo::input(std::string_view name) const {
    std::string variable = "INPUT_";
    for (const char c : name)
        variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return std::string{trim(variables_(variable))};
}

Result<bool> ActionIo::flag(std::string_view name, bool fallback) const {
    const auto text = to_lower(input(name));
    if (text.empty()) return fallback;
    if (text == "true" || text == "false") return text == "true";
    return invalid(std::string{name} + ": '" + text + "' is neither true nor false");
}

Result<int> ActionIo::number(std::string_view name, int fallback, int least, int most) const {
    const auto text = input(name);
    if (text.empty()) return fallback;
    const auto value = parse_integer(text);
    if (value && *value >= least && *value <= most) return static_cast<int>(*value);
    return invalid(
        std::string{name} + ": '" + text + "' is no number from " + std::to_string(least) + " to " +
        std::to_string(most)
    );
}

std::vector<std::string> ActionIo::items(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& line : lines(name)) {
        for (auto& item : not_blank(line, ',')) out.push_back(std::move(item));
    }
    return out;
}

std::vector<std::string> ActionIo::lines(std::string_view name) const {
    return not_blank(input(name), '\n');
}

void ActionIo::warn(const std::string& message) const {
    say_("::warning::" + escape(message));
}

void ActionIo::fail(const std::string& message) const {
    say_("::error::" + escape(message));
}

void ActionIo::mask(const std::string& value) const {
    if (!value.empty()) say_("::add-mask::" + escape(value));
}

void ActionIo::set_output(std::string name, std::string value) {
    outputs_.emplace_back(std::move(name), std::move(value));
}

void ActionIo::set_variable(std::string name, std::string value) {
    exported_.emplace_back(std::move(name), std::move(value));
}

void ActionIo::set_state(std::string name, std::string value) {
    states_.emplace_back(std::move(name), std::move(value));
}

Result<> ActionIo::write(Random& random) const {
    auto written = write_to("GITHUB_OUTPUT", outputs_, random);
    if (written) written = write_to("GITHUB_ENV", exported_, random);
    if (written) written = write_to("GITHUB_STATE", states_, random);
    return written;
}

Result<> ActionIo::write_to(std::string_view file, const Values& values, Random& random) const {
    if (values.empty()) return {};
    const auto path = variables_(file);
    auto opened = open_file(path, O_WRONLY | O_APPEND);
    if (!opened) return with_context(std::string{file}, opened.error());
    const auto end = "end_" + random_hex(random, kDelimiterBytes);
    std::string text;
    for (const auto& [name, value] : values)
        text += name + "<<" + end + "\n" + value + "\n" + end + "\n";
    return write_all(opened->get(), text);
}

}  // namespace triphammer::runner
