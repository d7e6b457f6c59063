#pragma once
// hashFiles(): SHA-256 over the SHA-256 of each matching file of the workspace, in the order of
// their names. Links are not followed, so nothing outside is read.

#include "workflow/expression/evaluator.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

class HashFiles final : public workflow::expression::Outside {
  public:
    explicit HashFiles(std::filesystem::path workspace) : workspace_{std::move(workspace)} {}

    /// A pattern a line; one that names a folder means all that is in it. Code::too_large above
    /// 100,000 files or 1 GiB.
    Result<std::string> hash_files(const std::vector<std::string>& patterns) override;

  private:
    std::filesystem::path workspace_;
};

/// `*`, `?`, `[…]` within a name, `**` across folders; `path` is relative, with '/'. Pure.
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace triphammer::runner
