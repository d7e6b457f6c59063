#include "history/payload.hpp"

#include "base/text.hpp"
#include "history/json.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace triphammer::history {

namespace {

constexpr std::int64_t kMostShown = 1 << 20;
constexpr int kDeepest = 64;  // what writes JSON calls itself for each level
constexpr const char* kMask = "•••";
constexpr std::array<std::string_view, 9> kSecretEnds{
    "secret",
    "token",
    "password",
    "passwd",
    "passphrase",
    "authorization",
    "credential",
    "apikey",
    "key"};

}  // namespace

bool names_secret(std::string_view name) {
    auto plain = to_lower(name);
    std::erase_if(plain, [](char c) { return c == '_' || c == '-'; });
    if (plain.ends_with('s')) plain.pop_back();
    // The name of a job, a deploy key's public half and the like end so, too.
    if (plain == "key" || plain == "publickey") return false;
    return std::any_of(kSecretEnds.begin(), kSecretEnds.end(), [&](std::string_view end) {
        return plain.ends_with(end);
    });
}

json mask_payload(const std::string& body, const HideText& hide) {
    std::optional<int> hidden;  // the depth of the name below which nothing is shown
    const auto look = [&](int depth, json::parse_event_t event, json& value) {
        using Event = json::parse_event_t;
        if (event == Event::key) {
            if (hidden >= depth) hidden.reset();
            if (!hidden && names_secret(value.get_ref<const std::string&>())) hidden = depth;
        }
        if (event == Event::object_end && hidden > depth) hidden.reset();
        if (event == Event::value && value.is_string()) {
            auto& text = value.get_ref<std::string&>();
            text = hidden && !text.empty() ? kMask : hide(text);
        }
        return depth <= kDeepest;
    };
    auto payload = json::parse(body, look, false);
    return payload.is_discarded() ? json(nullptr) : payload;
}

Result<std::string> get_payload(
    store::Connection& db, const store::DeliveryRow& delivery, const HideText& hide
) {
    json out{{"payload", nullptr}, {"bytes", delivery.body_bytes}};
    if (delivery.body_bytes <= kMostShown) {
        if (const auto body = store::find_delivery_body(db, delivery.id)) {
            out["payload"] = mask_payload(*body, hide);
        }
    }
    return to_text(out);
}

}  // namespace triphammer::history
