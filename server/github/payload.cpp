#include "github/payload.hpp"

#include "base/text.hpp"
#include "github/payload_events.hpp"
#include "github/payload_node.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_set>

namespace triphammer::github {

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kSmall = 1024 * 1024;  // bytes; a parser for more is not kept

std::string_view essence_of(std::string_view content_type) {
    return trim(content_type.substr(0, content_type.find(';')));
}

Error explain(simdjson::error_code code) {
    switch (code) {
        case simdjson::DEPTH_ERROR:
            return invalid("the payload is nested deeper than 64");
        case simdjson::UTF8_ERROR:
            return invalid("the payload is not UTF-8");
        case simdjson::EMPTY:
            return invalid("the body is empty");
        case simdjson::CAPACITY:
        case simdjson::MEMALLOC:
            return {Code::unavailable, "no memory for a payload of this size"};
        default:
            return invalid(
                std::string{"the payload is not JSON: "} + simdjson::error_message(code)
            );
    }
}

Result<> check_names(simdjson::dom::object object) {
    std::unordered_set<std::string_view> seen;
    for (const auto field : object) {
        if (!seen.insert(field.key).second) {
            return invalid("the payload has '" + std::string{field.key} + "' twice");
        }
    }
    return {};
}

void read_common(Node payload, model::Event& event) {
    const auto repository = payload["repository"];
    event.action = payload["action"].text();
    event.repository_id = repository["id"].number();
    event.repository = repository["full_name"].text();
    event.clone_url = repository["clone_url"].text();
    event.default_branch = repository["default_branch"].text();
    event.actor_id = payload["sender"]["id"].number();
    event.actor = payload["sender"]["login"].text();
}

Result<model::Event> read(simdjson::dom::parser& parser, std::string_view name, std::string& json) {
    const simdjson::padded_string_view text{json.data(), json.size(), json.capacity()};
    simdjson::dom::element root;
    if (const auto code = parser.parse(text).get(root); code) return explain(code);
    simdjson::dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return invalid("the payload is not a JSON object");
    if (auto names = check_names(object); !names) return names.error();
    model::Event event;
    event.name = name;
    read_common(Node{root}, event);
    if (auto more = read_event(Node{root}, event); !more) return more.error();
    return event;
}

}  // namespace

Result<std::string> unwrap_payload(std::string_view content_type, std::string body) {
    const auto essence = essence_of(content_type);
    if (equal_ignoring_case(essence, "application/json")) return body;
    if (!equal_ignoring_case(essence, "application/x-www-form-urlencoded")) {
        return invalid("the content type must be application/json or a form");
    }
    std::optional<std::string> payload;
    for (const auto field : split(body, '&')) {
        if (!field.starts_with("payload=")) continue;
        if (payload) return invalid("the form has 'payload' twice");
        payload = percent_decode(field.substr(8), true);
        if (!payload) return invalid("the form is badly encoded");
    }
    if (!payload) return invalid("the form has no 'payload'");
    return std::move(*payload);
}

Result<model::Event> scan_payload(std::string_view event, std::string& json) {
    static_assert(kScanPadding >= simdjson::SIMDJSON_PADDING);
    json.reserve(json.size() + kScanPadding);
    const bool small = json.size() <= kSmall;
    // Its buffers are as large as the largest text it has read, so large ones get one of their own.
    thread_local std::unique_ptr<simdjson::dom::parser> kept;
    std::unique_ptr<simdjson::dom::parser> own;
    auto& parser = small ? kept : own;
    if (!parser) {
        parser = std::make_unique<simdjson::dom::parser>();
        const auto wanted = small ? kSmall : json.size();
        if (const auto code = parser->allocate(wanted, kMaxDepth); code) return explain(code);
    }
    return read(*parser, event, json);
}

}  // namespace triphammer::github
