#pragma once
// Encryption at rest: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, bound to what the
// value is and where it belongs, so that a row moved to another place does not open there.
//   form: version (1) · key id (4, of SHA-256 of the key) · nonce (12) · ciphertext · tag (16)

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::access {

/// What a sealed value is bound to: {"secret", repository, environment, name}, {"hook", name}, …
using Binding = std::vector<std::string>;

/// Holds the master key. Thread-safe as far as `random` is.
class Sealer {
  public:
    /// `key`: 32 bytes. `random` outlives this object.
    Sealer(Secret key, Random& random);

    std::string seal(std::string_view plain, const Binding& binding) const;

    /// Code::invalid when the bytes were changed, belong elsewhere or need another key.
    Result<Secret> open(std::string_view sealed, const Binding& binding) const;

    /// Tells keys apart without saying anything of the key; stored as meta `key_check`.
    std::string check_value() const;

  private:
    Secret key_;
    std::string key_id_;
    Random& random_;
};

}  // namespace triphammer::access
