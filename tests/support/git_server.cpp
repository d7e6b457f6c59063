#include "support/git_server.hpp"

#include "base/file.hpp"

#include <unistd.h>

#include <stdexcept>

namespace triphammer::testing {

namespace {

const std::vector<std::string> kEnvironment = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "HOME=/nonexistent",
    "GIT_CONFIG_NOSYSTEM=1",
    "GIT_AUTHOR_NAME=Ada",
    "GIT_AUTHOR_EMAIL=ada@example.com",
    "GIT_COMMITTER_NAME=Ada",
    "GIT_COMMITTER_EMAIL=ada@example.com",
};

std::string read_until(int fd, char last) {
    std::string text;
    char byte = 0;
    while (::read(fd, &byte, 1) == 1) {
        if (byte == last) return text;
        text += byte;
    }
    return text;
}

}  // namespace

std::string run_git(
    const std::filesystem::path& folder, const std::vector<std::string>& arguments
) {
    auto pipe = make_pipe().value();
    SpawnRequest request;
    request.arguments = {"git"};
    request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
    request.environment = kEnvironment;
    request.directory = folder.string();
    request.output = pipe.second.get();
    request.error = STDERR_FILENO;
    auto child = SystemSpawner{}.spawn(request).value();
    pipe.second.close();
    auto output = read_until(pipe.first.get(), '\0');
    if (!child.wait().ok()) throw std::runtime_error("git " + arguments[0] + " failed");
    if (output.ends_with('\n')) output.pop_back();
    return output;
}

GitTree::GitTree(const std::filesystem::path& root, const std::string& name)
    : bare_{root / (name + ".git")}, tree_{root / "trees" / name} {
    std::filesystem::create_directories(bare_);
    std::filesystem::create_directories(tree_);
    run_git(bare_, {"init", "-q", "--bare", "-b", "main"});
    run_git(tree_, {"init", "-q", "-b", "main"});
    run_git(tree_, {"remote", "add", "origin", bare_.string()});
}

std::string GitTree::commit(
    const std::map<std::string, std::string>& files,
    const std::string& message,
    const std::string& branch
) {
    for (const auto& [name, text] : files) {
        const auto path = tree_ / name;
        std::filesystem::create_directories(path.parent_path());
        if (text.empty()) {
            std::filesystem::remove(path);
        } else {
            replace_file(path, text, 0644).value();
        }
    }
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", message});
    git({"push", "-q", "-f", "origin", "HEAD:refs/heads/" + branch});
    return git({"rev-parse", "HEAD"});
}

std::string GitTree::git(const std::vector<std::string>& arguments) const {
    return run_git(tree_, arguments);
}

GitServer::GitServer(const std::filesystem::path& root, const std::vector<std::string>& options) {
    auto input = make_pipe().value();
    auto output = make_pipe().value();
    SpawnRequest request;
    request.arguments = {
        "python3", TRIPHAMMER_SOURCE_DIR "/tests/support/serve_git.py", root.string()};
    request.arguments.insert(request.arguments.end(), options.begin(), options.end());
    request.environment = kEnvironment;
    request.input = input.first.get();
    request.output = output.second.get();
    request.error = STDERR_FILENO;
    child_ = SystemSpawner{}.spawn(request).value();
    input_ = std::move(input.second);
    output.second.close();
    url_ = read_until(output.first.get(), '\n');
    if (url_.empty()) throw std::runtime_error("serve_git.py did not start");
}

GitServer::~GitServer() {
    input_.close();
    child_.wait();
}

}  // namespace triphammer::testing
