#pragma once
// From a delivery's bytes to what planning needs to know. The whole text is checked (simdjson), but
// no tree of objects is built: only the fields of model::Event are taken.

#include "base/result.hpp"
#include "model/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace triphammer::github {

/// Bytes beyond the end of a text that scanning may read: who reserves them spares a copy.
inline constexpr std::size_t kScanPadding = 64;

/// The JSON of a body: itself, or the one `payload` field of application/x-www-form-urlencoded.
/// Code::invalid for another content type or a broken form.
Result<std::string> unwrap_payload(std::string_view content_type, std::string body);

/// Reads the event. Code::invalid with a sentence: not JSON, not UTF-8, cut off, deeper than 64, a
/// name twice on the top level, or a field that `event` cannot be without (ref, commit, number) is
/// missing or of another form. Other fields may be missing or null. `json` may be moved in memory
/// (simdjson reads a little beyond the end). Any thread.
Result<model::Event> scan_payload(std::string_view event, std::string& json);

}  // namespace triphammer::github
