#include "runner/layers/workshop.hpp"

#include "base/file.hpp"
#include "runner/layers/mount.hpp"
#include "runner/layers/tend.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace triphammer::runner::testing {

namespace fs = std::filesystem;

namespace {

constexpr const char* kGit =
    "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=Ada "
    "GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com\n";

/// In the attempt's process, which becomes the shell.
[[noreturn]] void be_attempt(
    const fs::path& attempt, const fs::path& run, const std::string& pool, const std::string& script
) {
    const auto out = open_file(attempt / "said", O_WRONLY | O_CREAT, 0644);
    ::dup2(out->get(), STDOUT_FILENO);
    ::dup2(out->get(), STDERR_FILENO);
    const auto layer = mount_layer(attempt, run, pool);
    if (!layer || !*layer) {
        const auto why = layer ? std::string{"no layer\n"} : layer.error().message;
        (void)write_all(STDOUT_FILENO, why);
        ::_exit(1);
    }
    const auto user = user_of(std::stoi(attempt.filename()));
    const bool become = ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
    if (!become || ::chdir(attempt.c_str()) != 0) ::_exit(2);
    const auto words =
        kGit + ("base=" + (*layer)->commit + "\nexport HOME=/nonexistent\n" + script);
    ::execl("/bin/sh", "sh", "-c", words.c_str(), nullptr);
    ::_exit(3);
}

}  // namespace

uid_t user_of(int attempt) {
    return 0x70000000 + static_cast<uid_t>(attempt);
}

LayerTest::LayerTest() {
    ::chmod(folder_.path().c_str(), 0755);
    run_ = fs::canonical(folder_.path()) / "run";
    repository_ = fs::canonical(folder_.path()) / "repository";
    fs::create_directories(run_);
    sh("git init -q -b main " + repository_.string());
}

std::string LayerTest::sh(const std::string& script) const {
    const auto said = folder_ / "said";
    const auto words = kGit + ("( " + script + "\n) > " + said.string() + " 2>&1");
    EXPECT_EQ(std::system(words.c_str()), 0) << script << read_file(said, 1 << 20).value();
    return read_file(said, 1 << 20).value();
}

std::string LayerTest::commit(const std::map<std::string, std::string>& files) {
    for (const auto& [name, text] : files) {
        const auto path = repository_ / name;
        fs::create_directories(path.parent_path());
        fs::remove(path);
        if (text.empty()) continue;
        EXPECT_TRUE(replace_file(path, text, 0644));
    }
    auto id =
        sh("cd " + repository_.string() +
           "; git add -A; git commit -q -m change; git rev-parse HEAD");
    id.pop_back();
    return id;
}

fs::path LayerTest::seed(
    const std::string& pool, const std::string& commit, const std::string& base
) {
    const auto attempt = folder_ / ("seed" + std::to_string(++seeds_));
    const auto parts = attempt / "parts";
    fs::create_directories(parts);
    const auto without = base.empty() ? "" : " ^" + base + "^{tree}";
    sh("cd " + repository_.string() + "; git rev-list --objects --no-walk " + commit + without +
       " | cut -d' ' -f1 | git pack-objects -q --stdout > " + (parts / "pack").string() +
       "; echo " + commit + " > " + (parts / "shallow").string());
    EXPECT_TRUE(leave_seed(parts, attempt, Seed{pool, commit, base}));
    return attempt / "seed";
}

fs::path LayerTest::make(const std::string& pool, const std::string& commit) {
    const auto made = make_layer(run_, seed(pool, commit));
    EXPECT_TRUE(made) << made.error().message;
    return pool_folder(run_, pool) / commit / "files/tree";
}

std::string LayerTest::in_attempt(const std::string& pool, const std::string& script) {
    const auto attempt = run_ / std::to_string(++attempts_);
    const auto user = user_of(attempts_);
    fs::create_directories(attempt / "work");
    EXPECT_EQ(::chown((attempt / "work").c_str(), user, user), 0);
    const auto pid = ::fork();
    if (pid == 0) be_attempt(attempt, run_, pool, script);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return read_file(attempt / "said", 1 << 20).value();
}

}  // namespace triphammer::runner::testing
