#pragma once
// What a webhook said, for people: as it came, but for values that nobody is to read.

#include "history/history.hpp"
#include "store/forge/delivery_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace triphammer::history {

/// Whether a member of this name holds a secret: "client_secret", "API_TOKEN".
bool names_secret(std::string_view name);

/// What people may see of a text.
using HideText = std::function<std::string(std::string_view)>;

/// The body with "•••" for each text below such a name, however deep, the others as `hide` leaves
/// them, and without what lies deeper than 64 levels; null for what is no JSON. Pure.
nlohmann::json mask_payload(const std::string& body, const HideText& hide);

/// {"payload": …, "bytes": N}; the payload is null where none is kept or it is larger than 1 MiB.
Result<std::string> get_payload(
    store::Connection& db, const store::DeliveryRow& delivery, const HideText& hide
);

}  // namespace triphammer::history
