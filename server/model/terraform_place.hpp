#pragma once
// Which folders and which state a job of kind `terraform` is about. One place has one name, however
// it is written: the ledger's lock and the plan's hash are made from it. Pure.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::model {

/// "infra" for "./infra", "infra/" and "a/../infra"; "." for the repository itself. Code::invalid
/// for a path that leaves the repository, or none.
Result<std::string> normalize_terraform_folder(std::string_view text);

/// Empty for "default", which is what there is without a choice.
std::string normalize_terraform_workspace(std::string_view text);

/// "infra, network (blue)", of names that are normal.
std::string name_terraform_place(
    const std::vector<std::string>& folders, const std::string& workspace
);

/// Whether two targets of the ledger ("terraform/infra, network (blue) of o/n in production") are
/// about the same workspace of the same folder. Of folders with ", " or " of " in their names only
/// equal targets are.
bool share_terraform_folder(std::string_view target, std::string_view other);

}  // namespace triphammer::model
