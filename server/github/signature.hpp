#pragma once
// X-Hub-Signature-256: HMAC-SHA256 over the body's raw bytes as "sha256=" and 64 hex digits
// (GitHub: "Validating webhook deliveries"). Event name and GUID are not covered by it.

#include "base/digest.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace triphammer::github {

/// Whether the text has a signature's form; says nothing of its truth.
bool is_signature(std::string_view text);

/// The header's value for `body`.
std::string make_signature(const Secret& secret, std::string_view body);

/// Takes the same time wherever a wrong signature differs. An empty secret signs nothing.
bool is_signed(const Secret& secret, std::string_view body, std::string_view signature);

/// The same for a body that arrives in pieces (RFC 2104).
class SignatureStream {
  public:
    explicit SignatureStream(const Secret& secret);

    void update(std::string_view bytes) { inner_.update(bytes); }

    bool matches(std::string_view signature) const;

  private:
    Sha256Stream inner_;
    Secret outer_pad_;
    bool usable_;
};

}  // namespace triphammer::github
