#include "runner/session/own_program.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

namespace triphammer::runner {

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = ".triphammer-archiver";
constexpr std::uint64_t kMostProgramBytes = 1U << 30U;  // one with sanitizers

bool is_installed(const std::string& path, std::uint64_t bytes) {
    struct stat info {};

    return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           static_cast<std::uint64_t>(info.st_size) == bytes;
}

Result<> install(const std::string& path) {
    std::error_code failure;
    const auto bytes = fs::file_size("/proc/self/exe", failure);
    if (failure) return from_errno("look at /proc/self/exe", failure.value());
    if (is_installed(path, bytes)) return {};
    const auto program = read_file("/proc/self/exe", kMostProgramBytes);
    if (!program) return program.error();
    fs::remove(path, failure);
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0755);
    if (!file) return file.error();
    if (::fchmod(file->get(), 0755) != 0) return from_errno("chmod " + path);
    return write_all(file->get(), *program);
}

}  // namespace

Result<StepCommand> make_own_command(
    const StepExecutor& executor, std::vector<std::string> arguments
) {
    const auto& folders = executor.folders();
    if (auto there = install(folders.temp.outside + "/" + kProgram); !there) return there.error();
    StepCommand command;
    command.arguments = std::move(arguments);
    command.arguments.insert(
        command.arguments.begin(), folders.temp.inside + std::string{"/"} + kProgram
    );
    command.environment = {"PATH=/usr/bin:/bin", "HOME=" + folders.home.inside, "LC_ALL=C.UTF-8"};
    command.directory = folders.workspace.inside;
    return command;
}

}  // namespace triphammer::runner
