#pragma once
// `audit-head` in the data directory: number and hash of the newest row of the audit, so that rows
// cut off at the end of the table are missed. Written behind the commit and not synced: it may lag,
// and says less then, but never anything wrong.

#include "base/result.hpp"
#include "store/people/audit_store.hpp"

#include <filesystem>
#include <optional>

namespace triphammer::access {

/// None: there is no such file. Code::invalid for one that is not of ours.
Result<std::optional<store::AuditHead>> read_audit_head(const std::filesystem::path& data);

/// In place, 0600.
Result<> write_audit_head(const std::filesystem::path& data, const store::AuditHead& head);

}  // namespace triphammer::access
