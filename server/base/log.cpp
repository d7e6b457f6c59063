#include "base/log.hpp"

#include "base/clock.hpp"
#include "base/file.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace triphammer::log {

namespace {

std::atomic<Level> least_level{Level::info};
std::atomic<Format> line_format{Format::logfmt};

const char* name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", byte);
            out += escape;
        } else {
            out += c;
        }
    }
    out += '"';
}

bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
    }
    return true;
}

void append_pair(std::string& out, Format format, std::string_view key, std::string_view value) {
    if (format == Format::json) {
        if (out.size() > 1) out += ',';
        append_quoted(out, key);
        out += ':';
        append_quoted(out, value);
        return;
    }
    if (!out.empty()) out += ' ';
    out += key;
    out += '=';
    if (is_plain(value)) {
        out += value;
    } else {
        append_quoted(out, value);
    }
}

void write_line(Level level, std::string_view message, Fields fields) {
    if (level < least_level) return;
    const Format format = line_format;
    std::string line{format == Format::json ? "{" : ""};
    append_pair(line, format, "time", to_rfc3339(SystemClock{}.now()));
    append_pair(line, format, "level", name_of(level));
    append_pair(line, format, "msg", message);
    for (const auto& field : fields) append_pair(line, format, field.key, field.value);
    line += format == Format::json ? "}\n" : "\n";
    (void)write_all(STDERR_FILENO, line);  // one write: lines of several threads do not mix
}

}  // namespace

void configure(Level least, Format format) {
    least_level = least;
    line_format = format;
}

void debug(std::string_view message, Fields fields) {
    write_line(Level::debug, message, fields);
}

void info(std::string_view message, Fields fields) {
    write_line(Level::info, message, fields);
}

void warning(std::string_view message, Fields fields) {
    write_line(Level::warning, message, fields);
}

void error(std::string_view message, Fields fields) {
    write_line(Level::error, message, fields);
}

}  // namespace triphammer::log
