#pragma once
// The log of deliveries that the forge keeps of each hook for some days (GitHub: "List deliveries
// for a repository webhook", "… for an App webhook"): newest first, in pages. Pure.

#include "github/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::github {

/// A line of the log.
struct LoggedDelivery {
    std::int64_t id = 0;  // of this attempt; an attempt repeated has another, and the same GUID
    std::string guid;
    TimePoint delivered_at;
};

struct DeliveryPage {
    std::vector<LoggedDelivery> items;
    std::string next;  // the cursor of the page of older ones; empty: this is the last
};

/// What was delivered.
struct DeliveryText {
    std::string guid;
    std::string event;
    std::string payload;    // JSON
    bool is_found = false;  // made here: of a push that the forge has no delivery of
};

/// Code::protocol: it is no such page.
Result<DeliveryPage> read_delivery_page(const ApiAnswer& answer);

/// The delivery of `body`, the forge's answer. Code::protocol: it is none; Code::not_found: the
/// forge does not have the payload any more.
Result<DeliveryText> read_delivery(std::string body);

}  // namespace triphammer::github
