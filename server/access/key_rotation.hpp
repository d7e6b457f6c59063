#pragma once
// A change of the master key while everything goes on (docs/adr/0046).
//
//   KEY.next on disk ─▶ meta key_check_next ─▶ new seals, both open ─▶ values, a few at once
//     ─▶ one transaction: key_check is the new one's ─▶ KEY.next takes KEY's place
//
// Each arrow is durable: after a death anywhere the next start finds which step is next, and a key
// is removed only when nothing needs it. A value that was sealed before the change and comes to its
// row after it is caught at the next start: until then the old key is kept, sealed by the new one.

#include "access/master_key.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace triphammer::access {

/// A backup made now would need two keys.
bool is_key_changing(store::Connection& db);

class KeyRotation {
  public:
    /// What a start finds: settles a change that was as good as done, and makes the sealer open
    /// what one under way needs. Every error means exit status 3.
    static Task<Result<std::unique_ptr<Sealer>>> open(
        KeyFile file, store::Database& database, Random& random
    );

    /// All outlive this object, which stays on one thread.
    KeyRotation(KeyFile file, store::Database& database, Sealer& sealer, Random& random)
        : file_{std::move(file)}, database_{database}, sealer_{sealer}, random_{random} {}

    /// Changes the key, or brings a change to its end that a death interrupted. How many values
    /// have been sealed anew. Code::conflict: one is under way.
    Task<Result<std::int64_t>> rotate(std::string actor);
    /// After a start: what an interrupted change left to do, if any. Nothing while, and after, this
    /// object changes the key: the values of the key before are waited for until the next start.
    Task<Result<std::int64_t>> go_on();

  private:
    Task<Result<std::int64_t>> change(std::string actor);
    Task<Result<>> begin();
    Task<Result<std::int64_t>> reseal();
    Task<Result<std::int64_t>> forget_retired();
    Task<Result<>> finish(std::string actor);

    KeyFile file_;
    store::Database& database_;
    Sealer& sealer_;
    Random& random_;
    bool is_under_way_ = false;
    bool is_changed_ = false;
};

}  // namespace triphammer::access
