#include "runner/steps/files.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::runner {

namespace {

constexpr std::pair<const char*, const char*> kFiles[] = {
    {"output", "GITHUB_OUTPUT"},
    {"env", "GITHUB_ENV"},
    {"path", "GITHUB_PATH"},
    {"state", "GITHUB_STATE"},
    {"summary", "GITHUB_STEP_SUMMARY"},
};

}  // namespace

Result<> StepFiles::create() const {
    for (const auto& [kind, variable] : kFiles) {
        const auto path = temp_.outside + "/" + name_of(kind);
        if (auto made = write_new_file(path, "", 0666); !made) return made;
    }
    return {};
}

Result<std::string> StepFiles::write_script(const std::string& extension, std::string_view text)
    const {
    const auto name = "/" + name_of("script") + extension;
    auto written = write_new_file(temp_.outside + name, text, 0755);
    if (!written) return written.error();
    return temp_.inside + name;
}

void StepFiles::name_in(Environment& environment) const {
    for (const auto& [kind, variable] : kFiles) {
        environment.set(variable, temp_.inside + "/" + name_of(kind));
    }
}

Result<FileRequests> StepFiles::read() const {
    FileRequests out;
    auto outputs = execution::read_value_file(temp_.outside + "/" + name_of("output"));
    if (!outputs) return with_context("GITHUB_OUTPUT", outputs.error());
    auto environment = execution::read_value_file(temp_.outside + "/" + name_of("env"));
    if (!environment) return with_context("GITHUB_ENV", environment.error());
    auto states = execution::read_value_file(temp_.outside + "/" + name_of("state"));
    if (!states) return with_context("GITHUB_STATE", states.error());
    auto paths = execution::read_path_file(temp_.outside + "/" + name_of("path"));
    if (!paths) return with_context("GITHUB_PATH", paths.error());
    out.outputs = std::move(*outputs);
    out.environment = std::move(*environment);
    out.states = std::move(*states);
    out.paths = std::move(*paths);
    return out;
}

Result<std::string> StepFiles::read_summary() const {
    return execution::read_summary_file(temp_.outside + "/" + name_of("summary"));
}

std::string StepFiles::name_of(std::string_view kind) const {
    return std::string{kind} + "_" + key_;
}

namespace {

/// One that the launcher made ahead: empty, ours, with no other name.
Result<FileDescriptor> open_blank(const std::string& path) {
    auto file = open_file(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);

    struct stat facts {};

    if (!file || ::fstat(file->get(), &facts) != 0) return not_found("there is no " + path);
    const bool plain = S_ISREG(facts.st_mode) && facts.st_nlink == 1;
    const bool blank = plain && facts.st_size == 0 && facts.st_uid == ::geteuid();
    return blank ? std::move(file) : conflict(path + " is somebody else's");
}

}  // namespace

Result<> write_new_file(const std::string& path, std::string_view text, unsigned mode) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    auto file = open_blank(path);
    if (!file) file = open_file(path, kFlags, mode);
    if (!file) {  // perhaps something is there
        std::error_code failure;
        std::filesystem::remove_all(path, failure);
        file = open_file(path, kFlags, mode);
    }
    if (!file) return file.error();
    ::fchmod(file->get(), mode);  // whatever our umask is: a container's user may be another one
    return write_all(file->get(), text);
}

}  // namespace triphammer::runner
