#include "api/call/known_fields.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::api {

Result<> check_fields(const nlohmann::json& body, const std::vector<std::string>& known) {
    for (const auto& field : body.items()) {
        if (std::find(known.begin(), known.end(), field.key()) != known.end()) continue;
        const auto near = nearest_name(field.key(), known);
        return invalid(
            "there is no field '" + field.key() + "'; " +
            (near ? "did you mean '" + *near + "'?" : "there are " + join(known, ", "))
        );
    }
    return {};
}

}  // namespace triphammer::api
