#include "model/reason.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::model {

void to_json(nlohmann::json& out, const Reason& reason) {
    out = {{"yes", reason.yes}, {"code", reason.code}, {"text", reason.text}};
    out["children"] = nlohmann::json::array();
    for (const auto& child : reason.children) out["children"].push_back(child);
}

void from_json(const nlohmann::json& in, Reason& reason) {
    reason.yes = in.value("yes", false);
    reason.code = in.value("code", "");
    reason.text = in.value("text", "");
    reason.children.clear();
    const auto children = in.find("children");
    if (children == in.end()) return;
    for (const auto& child : *children) reason.children.push_back(child.get<Reason>());
}

}  // namespace triphammer::model
