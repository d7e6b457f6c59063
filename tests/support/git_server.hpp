#pragma once
// Real git for tests: working trees, bare repositories, and an HTTP server on loopback that serves
// them through `git http-backend`.

#include "base/spawn.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace triphammer::testing {

/// Runs git in `folder` and gives its standard output without the last newline. Throws when it
/// fails.
std::string run_git(const std::filesystem::path& folder, const std::vector<std::string>& arguments);

/// A working tree that pushes to a bare repository `root`/`name`.git.
class GitTree {
  public:
    GitTree(const std::filesystem::path& root, const std::string& name);

    /// Writes the files (empty text: deletes), commits on `branch`, pushes; the commit's id.
    std::string commit(
        const std::map<std::string, std::string>& files,
        const std::string& message = "change",
        const std::string& branch = "main"
    );

    std::string git(const std::vector<std::string>& arguments) const;

    const std::filesystem::path& bare() const { return bare_; }

    const std::filesystem::path& folder() const { return tree_; }

  private:
    std::filesystem::path bare_;
    std::filesystem::path tree_;
};

/// Lives in a process of its own, which ends with this object.
class GitServer {
  public:
    /// `options` as serve_git.py takes them.
    explicit GitServer(
        const std::filesystem::path& root, const std::vector<std::string>& options = {}
    );
    ~GitServer();
    GitServer(const GitServer&) = delete;
    GitServer& operator=(const GitServer&) = delete;

    /// http://127.0.0.1:PORT
    const std::string& url() const { return url_; }

  private:
    FileDescriptor input_;
    Child child_;
    std::string url_;
};

}  // namespace triphammer::testing
