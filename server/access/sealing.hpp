#pragma once
// Encryption at rest: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, bound to what the
// value is and where it belongs, so that a row moved to another place does not open there.
//   form: version (1) · key id (4, of SHA-256 of the key) · nonce (12) · ciphertext · tag (16)

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::access {

/// What a sealed value is bound to: {"secret", repository, environment, name}, {"hook", name}, …
using Binding = std::vector<std::string>;

/// Holds the master key, and while that is being changed the one before it, too: what it sealed is
/// opened, nothing is sealed with it any more. Any thread, as far as `random` is.
class Sealer {
  public:
    /// `key`: 32 bytes. `random` outlives this object.
    Sealer(Secret key, Random& random);

    std::string seal(std::string_view plain, const Binding& binding) const;

    /// Code::invalid when the bytes were changed, belong elsewhere or need another key.
    Result<Secret> open(std::string_view sealed, const Binding& binding) const;

    /// Tells keys apart without saying anything of the key; stored as meta `key_check`.
    std::string check_value() const;

    /// From now on `next` seals; the key of so far opens what it sealed.
    void renew(Secret next);
    /// Also opens what `old` sealed.
    void also_open_with(Secret old);
    void forget_old();
    /// The key before `renew`; empty: there is none.
    Secret old_key() const;

    /// What each value begins with that the current key sealed.
    std::string head() const;

  private:
    struct Key {
        Secret bytes;
        std::string id;
    };

    struct Keys {
        Key current;
        std::optional<Key> old;
    };

    static Key make_key(Secret bytes);
    std::shared_ptr<const Keys> keys() const;
    void set_keys(Keys keys);

    mutable std::mutex mutex_;
    std::shared_ptr<const Keys> keys_;
    Random& random_;
};

}  // namespace triphammer::access
