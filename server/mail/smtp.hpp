#pragma once
// Hands a letter to a mail server (RFC 5321), over TLS or not at all: from the first byte (RFC
// 8314), or by STARTTLS (RFC 3207), which never falls back to clear text. With STARTTLS nothing
// that was said before TLS counts, and a peer that sent more than its answer is refused
// (CVE-2011-0411 and its kin).

#include "base/secret.hpp"
#include "base/task.hpp"
#include "http/outgoing.hpp"
#include "mail/letter.hpp"

#include <filesystem>
#include <string>

namespace triphammer::mail {

struct SmtpSettings {
    std::string host = {};
    std::uint16_t port = 465;
    bool starttls = false;  // false: TLS from the first byte
    std::string user = {};  // empty: without signing in
    Secret password = {};
    std::filesystem::path ca_file = {};  // trusted issuers; empty: the system's
    std::string name = "localhost";      // what EHLO says we are
};

/// The server's last word: 250 where it took the letter; 4xx: later, perhaps; 5xx: never.
struct SmtpReply {
    int code = 0;
    std::string text = {};  // for people
};

/// `rule` outlives the call; logic thread. Errors: unavailable, timed_out, io, cancelled; protocol
/// (certificate, no STARTTLS, not SMTP); refused (a private address); invalid (the letter). After
/// an io or timed_out the server may have the letter: its id is the same when it comes again.
Task<Result<SmtpReply>> send_letter(
    SmtpSettings settings, Letter letter, const http::OutgoingRule& rule
);

}  // namespace triphammer::mail
