#pragma once
// Pieces of a workflow file that may hold expressions ("${{ … }}"), with their places in the file.

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace triphammer::model {

/// 1-based; 0: unknown. Column counts bytes of the line, as editors with UTF-8 do.
struct Position {
    int line = 0;
    int column = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Text that may contain expressions, with its place in the file.
struct Template {
    std::string text;
    Position at;

    bool empty() const { return text.empty(); }

    friend bool operator==(const Template&, const Template&) = default;
};

/// Ordered, because order shows in logs and in `docker inspect`. A mapping that was written as one
/// expression (`env: ${{ fromJSON(…) }}`) is a single pair without a name: the object that the
/// expression gives stands in its place.
using Pairs = std::vector<std::pair<std::string, Template>>;

/// A value of any shape whose texts may contain expressions: `matrix`, `with` of a job.
struct Data {
    enum class Kind { null, boolean, number, text, list, map };

    Kind kind = Kind::null;
    /// Of a scalar: "true", "1.5", text; a number is spelled as expressions spell it.
    std::string text;
    std::vector<Data> items;
    std::vector<std::pair<std::string, Data>> entries;
    Position at;

    /// The value under a map's key; null where there is none.
    const Data* find(const std::string& key) const;

    friend bool operator==(const Data&, const Data&) = default;
};

void to_json(nlohmann::json& out, const Position& at);
void from_json(const nlohmann::json& in, Position& at);
void to_json(nlohmann::json& out, const Template& value);
void from_json(const nlohmann::json& in, Template& value);
void to_json(nlohmann::json& out, const Data& value);
void from_json(const nlohmann::json& in, Data& value);

}  // namespace triphammer::model
