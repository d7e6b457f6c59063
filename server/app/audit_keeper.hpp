#pragma once
// Tells the audit outside of the database: each row's hash in the daemon's log, which the system's
// journal keeps, and the newest one in `audit-head` (access/audit_head.hpp).

#include "app/core.hpp"
#include "base/task_group.hpp"
#include "store/people/audit_store.hpp"

namespace triphammer::app {

/// On the logic thread.
class AuditKeeper {
  public:
    /// All outlive this object.
    AuditKeeper(Executor executor, Core& core, std::filesystem::path data);

    /// `changes` has grown, or the daemon begins.
    void wake();
    Task<> stop();

  private:
    Task<> catch_up();
    Task<Result<>> begin();
    Task<Result<bool>> tell_some();

    Core& core_;
    std::filesystem::path data_;
    std::optional<store::AuditHead> told_;  // none: not begun
    bool is_broken_ = false;  // rows are missing: the file stays as it is, for `audit verify`
    bool is_busy_ = false;
    bool again_ = false;
    TaskGroup rounds_;
};

/// The same for the command line, which has no log: `audit-head` alone.
Task<> keep_audit_head(Core& core, std::filesystem::path data);

}  // namespace triphammer::app
