#pragma once
// The server's own log: one line per event on standard error, logfmt or JSON. Thread-safe.
// Users' build logs are not here: see logs/.

#include "base/secret.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace triphammer::log {

enum class Level { debug, info, warning, error };
enum class Format { logfmt, json };

/// One key=value. Secrets are refused by the compiler.
struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view name, std::string text) : key{name}, value{std::move(text)} {}

    Field(std::string_view name, std::string_view text) : key{name}, value{text} {}

    Field(std::string_view name, const char* text) : key{name}, value{text} {}

    Field(std::string_view name, std::int64_t number) : key{name}, value{std::to_string(number)} {}

    Field(std::string_view name, std::uint64_t number) : key{name}, value{std::to_string(number)} {}

    Field(std::string_view name, int number) : key{name}, value{std::to_string(number)} {}

    Field(std::string_view name, const Secret&) = delete;
};

using Fields = std::initializer_list<Field>;

/// Once, before threads start.
void configure(Level least, Format format);

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace triphammer::log
