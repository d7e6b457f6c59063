#pragma once
// Reads a JSON object with a closed schema: every field must be there with its type, and no other.

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::launcher {

/// One line as an object; null when it is none.
nlohmann::json parse_object(std::string_view line);

/// Ask for each field, then `finish` says whether everything was as asked.
class Fields {
  public:
    explicit Fields(const nlohmann::json& object) : object_{object} {}

    void text(const char* name, std::string& out);
    void texts(const char* name, std::vector<std::string>& out);
    void number(const char* name, std::int64_t& out);
    void small(const char* name, int& out);
    void boolean(const char* name, bool& out);
    /// Null where it is missing.
    const nlohmann::json* array(const char* name);

    Result<> finish() const;

  private:
    const nlohmann::json* take(const char* name, bool (*is_right)(const nlohmann::json&));

    const nlohmann::json& object_;
    std::size_t taken_ = 0;
    std::string wrong_;
};

}  // namespace triphammer::launcher
