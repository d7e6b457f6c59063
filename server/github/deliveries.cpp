#include "github/deliveries.hpp"

#include "base/text.hpp"
#include "github/payload_node.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::github {

namespace {

/// The cursor in the part of a Link field (RFC 8288) that is marked rel="next".
std::string next_cursor(const http::Headers& headers) {
    const std::string link{headers.find("Link").value_or("")};
    for (const auto part : split(link, ',')) {
        if (part.find("rel=\"next\"") == std::string_view::npos) continue;
        const auto url = part.substr(0, part.find('>'));
        for (const auto field :
             split(url.substr(std::min(url.find('?'), url.size() - 1) + 1), '&')) {
            if (field.starts_with("cursor=")) return percent_decode(field.substr(7)).value_or("");
        }
    }
    return {};
}

}  // namespace

Result<DeliveryPage> read_delivery_page(const ApiAnswer& answer) {
    const auto list = nlohmann::json::parse(answer.body, nullptr, false);
    if (!list.is_array()) return Error{Code::protocol, "the forge's answer lists no deliveries"};
    DeliveryPage page;
    page.next = next_cursor(answer.headers);
    for (const auto& item : list) {
        const bool is_whole = item.is_object() && item.contains("id") && item.contains("guid") &&
                              item["id"].is_number_integer() && item["guid"].is_string() &&
                              item.contains("delivered_at") && item["delivered_at"].is_string();
        const auto at = is_whole ? parse_rfc3339(item["delivered_at"].get<std::string>())
                                 : std::optional<TimePoint>{};
        if (!at)
            return Error{Code::protocol, "the forge lists a delivery without id, GUID or time"};
        LoggedDelivery one;
        one.id = item["id"].get<std::int64_t>();
        one.guid = item["guid"].get<std::string>();
        one.delivered_at = *at;
        page.items.push_back(std::move(one));
    }
    return page;
}

Result<DeliveryText> read_delivery(std::string body) {
    simdjson::dom::parser parser;
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    const simdjson::padded_string_view text{body.data(), body.size(), body.capacity()};
    simdjson::dom::element root;
    if (parser.parse(text).get(root) != simdjson::SUCCESS) {
        return Error{Code::protocol, "the forge's answer is no JSON"};
    }
    const Node delivery{root};
    DeliveryText out;
    out.guid = delivery["guid"].text();
    out.event = delivery["event"].text();
    if (out.guid.empty() || out.event.empty()) {
        return Error{Code::protocol, "the forge's answer is no delivery"};
    }
    const auto payload = delivery["request"]["payload"];
    if (!payload.is_object()) return not_found("the forge does not have its payload any more");
    out.payload = payload.json();
    return out;
}

}  // namespace triphammer::github
