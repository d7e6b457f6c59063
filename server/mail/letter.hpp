#pragma once
// A mail as RFC 5322 and MIME (RFC 2045-2047) want it: text and HTML, in a thread. Pure.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace triphammer::mail {

struct Letter {
    std::string from = {};  // an address, or "Name <address>"
    std::vector<std::string> to = {};
    std::string subject = {};
    std::string text = {};
    std::string html = {};
    std::string message_id = {};  // without <>; the same when a letter is sent again
    std::string thread_id = {};   // of the letter that this one follows; empty: it is the first
    std::string list_id = {};     // by which mail programs sort; without <>
    TimePoint date = {};
};

/// "Name <a@b>" or "a@b" → "a@b". Code::invalid for what is no address, or would be more than one
/// line or one address on the wire.
Result<std::string> address_in(const std::string& text);

/// Head and body with CRLF, lines under 78 bytes, ASCII only. Code::invalid names what cannot stand
/// in a head.
Result<std::string> to_wire(const Letter& letter);

}  // namespace triphammer::mail
