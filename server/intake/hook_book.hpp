#pragma once
// Whose hook a route is, and what its deliveries must be signed with.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace triphammer::access {
class Sealer;
}

namespace triphammer::store {
class Database;
struct RepositoryRow;
}  // namespace triphammer::store

namespace triphammer::intake {

struct Hook {
    std::string name;                // the last part of its route; empty for the server's own
    std::vector<Secret> secrets;     // any of them signs
    model::RepositoryId repository;  // none for the server's own: the payload names it
    std::int64_t forge_id = 0;       // 0: to be learned
    std::string full_name;           // OWNER/NAME
};

class HookSource {
  public:
    virtual ~HookSource() = default;
    /// Null when there is no such hook. Errors are those of a read. The logic thread.
    virtual Task<Result<std::shared_ptr<const Hook>>> find_hook(std::string name) = 0;
    /// What was known of it is read again next time.
    virtual void forget(const std::string& name) = 0;
};

/// One that signs, too, until then.
struct OldSecret {
    Secret secret;  // empty: there is none
    TimePoint until;
};

/// The hooks of the table of repositories, and the server's own, which is also the GitHub App's.
/// Each is kept for a second, so that a changed secret counts at once without a read for each
/// delivery.
class HookBook final : public HookSource {
  public:
    /// Everything given outlives this object.
    HookBook(store::Database& database, const access::Sealer& sealer, const Clock& clock);

    /// Any of them signs what comes to the server's own hook; empty ones do not count. None: there
    /// is no such hook.
    void set_server_secrets(std::vector<Secret> secrets, const OldSecret& old = {});

    Task<Result<std::shared_ptr<const Hook>>> find_hook(std::string name) override;
    void forget(const std::string& name) override;

  private:
    struct Entry {
        std::shared_ptr<const Hook> hook;
        Instant read_at;
    };

    Task<Result<std::shared_ptr<const Hook>>> read_hook(std::string name);
    Result<std::vector<Secret>> open_secrets(const store::RepositoryRow& row) const;
    void keep(const std::string& name, std::shared_ptr<const Hook> hook);

    store::Database& database_;
    const access::Sealer& sealer_;
    const Clock& clock_;
    std::shared_ptr<const Hook> server_hook_;
    std::shared_ptr<const Hook> changing_hook_;  // with the old secret, until it ends
    TimePoint old_until_;
    std::map<std::string, Entry, std::less<>> known_;
};

}  // namespace triphammer::intake
