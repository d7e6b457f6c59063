#include "github/own_marks.hpp"

#include "github/payload_node.hpp"

namespace triphammer::github {

namespace {

/// Bound to `parser`; a Node without a value where the text is no JSON.
Node parse_payload(simdjson::dom::parser& parser, std::string& json) {
    json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    const simdjson::padded_string_view text{json.data(), json.size(), json.capacity()};
    simdjson::dom::element root;
    if (parser.parse(text).get(root) != simdjson::SUCCESS) return {};
    return Node{root};
}

}  // namespace

CheckMarks read_check_marks(const std::string& event, std::string& json) {
    simdjson::dom::parser parser;
    const auto payload = parse_payload(parser, json);
    const auto check = payload[event];
    CheckMarks out;
    out.id = check["id"].number();
    if (const auto app = check["app"]["id"].number(); app > 0) out.app = std::to_string(app);
    out.external_id = check["external_id"].text();
    out.sha = check["head_sha"].text();
    out.action_asked = payload["requested_action"]["identifier"].text();
    return out;
}

std::string read_deployment_mark(std::string& json) {
    simdjson::dom::parser parser;
    return parse_payload(parser, json)["deployment"]["payload"][kDeploymentMark].text();
}

}  // namespace triphammer::github
