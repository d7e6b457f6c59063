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

    /// The name that the steps have for the workspace: patterns may begin with it.
    void set_inside(std::string inside) { inside_ = std::move(inside); }

    /// The files are elsewhere from now on (runner/steps/asked_hashes.hpp): every call is an error.
    void hide() { is_hidden_ = true; }

    /// A pattern a line; one that names a folder means all that is in it. Code::too_large above
    /// 500,000 files, or 1 GiB of those that match.
    Result<std::string> hash_files(const std::vector<std::string>& patterns) override;

  private:
    std::filesystem::path workspace_;
    std::string inside_;
    bool is_hidden_ = false;
};

/// What is said where nobody can ask for them.
Error files_are_hidden();

/// The program that this one becomes where the steps run: `WORKSPACE PATTERN…`. Prints the digest,
/// or what is wrong and exits with 1.
int run_hash_files(int count, char** arguments);

/// `*`, `?`, `[…]` within a name, `**` across folders; `path` is relative, with '/'. Pure.
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace triphammer::runner
