#include "runner/container/job_files.hpp"

#include "base/file.hpp"
#include "docker/context_source.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace triphammer::runner {

namespace {

/// In `synced_`.
constexpr std::size_t kWorkspacePlace = 0;
constexpr std::size_t kTempPlace = 1;
/// Steps only read it, so their supervisor may not write it either.
constexpr std::size_t kActionsPlace = 3;
constexpr std::array<std::string_view, 5> kCommandFiles{
    "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"};
/// What a message costs more than an archive is less than what the engine needs to open one.
constexpr std::size_t kMostFiles = 200;
constexpr std::uint64_t kMostBytes = 1U << 20U;

bool are_few(const std::vector<docker::TarHeader>& headers) {
    std::uint64_t bytes = 0;
    for (const auto& header : headers) {
        if (header.kind == docker::TarKind::symlink) return false;
        bytes += header.size;
    }
    return headers.size() <= kMostFiles && bytes <= kMostBytes;
}

Result<std::string> to_frames(
    const std::string& root,
    const std::string& inside,
    const std::vector<docker::TarHeader>& headers
) {
    std::string out;
    for (const auto& header : headers) {
        wire::File file;
        file.path = inside + "/" + header.path;
        file.mode = header.mode;
        if (header.kind == docker::TarKind::directory) {
            file.kind = wire::FileKind::folder;
        } else {
            auto bytes = read_file(root + "/" + header.path, wire::kMaxFile);
            if (!bytes) return bytes.error();
            file.bytes = std::move(*bytes);
        }
        out += wire::to_frame(file);
    }
    return out;
}

/// /__w/NAME/NAME, as there: workflows write it down.
std::string workspace_of(const std::string& repository) {
    auto name = repository.substr(repository.rfind('/') + 1);
    if (name.empty() || name == "." || name == "..") name = "workspace";
    return "/__w/" + name + "/" + name;
}

}  // namespace

JobFiles::JobFiles(const JobFolders& outside, const std::string& repository)
    : folders_{outside},
      synced_{
          FolderSync{outside.workspace.outside},
          FolderSync{outside.temp.outside},
          FolderSync{outside.home.outside},
          FolderSync{outside.actions.outside}} {
    folders_.in_container = true;
    folders_.workspace.inside = workspace_of(repository);
    folders_.temp.inside = wire::kTemp;
    folders_.home.inside = wire::kHome;
    folders_.actions.inside = wire::kActions;
}

void JobFiles::give_to(std::uint32_t user, std::uint32_t group) {
    if (user == 0) return;
    for (auto& folder : synced_) folder.give_to(user, group);
    synced_[kActionsPlace].give_to(0, 0);
    synced_[kActionsPlace].show_to_all();
}

Task<Result<>> JobFiles::send_changes(
    docker::Engine& engine, const std::string& container, std::string& frames
) {
    for (std::size_t at = 0; at < synced_.size(); ++at) {
        auto sending = send_folder(engine, container, at, frames);
        auto sent = co_await std::move(sending);
        if (!sent) co_return sent;
    }
    co_return Result<>{};
}

std::string JobFiles::renew(const std::string& path, bool keeps_files) {
    const auto gone = synced_[kWorkspacePlace].forget(path);
    const auto inside = folders_.workspace.inside + "/" + path;
    wire::File file;
    file.kind = wire::FileKind::emptied;
    file.path = keeps_files ? inside + "/.git" : inside;
    auto out = wire::to_frame(file);
    if (!keeps_files) return out;
    file.kind = wire::FileKind::gone;
    for (const auto& name : gone) {
        file.path = folders_.workspace.inside + "/" + name;
        out += wire::to_frame(file);
    }
    return out;
}

Task<Result<>> JobFiles::send_folder(
    docker::Engine& engine, const std::string& container, std::size_t at, std::string& frames
) {
    auto& folder = synced_[at];
    const std::array places{&folders_.workspace, &folders_.temp, &folders_.home, &folders_.actions};
    const auto& inside = places[at]->inside;
    auto changes = folder.take_changes();
    if (!changes) co_return changes.error();
    if (changes->empty()) co_return Result<>{};
    if (at != kActionsPlace && are_few(*changes)) {
        auto some = to_frames(folder.root(), inside, *changes);
        if (!some) co_return some.error();
        frames += *some;
        co_return Result<>{};
    }
    docker::FolderTar archive{folder.root(), std::move(*changes)};
    auto putting = engine.put_archive(container, inside, archive);
    co_return co_await std::move(putting);
}

std::vector<std::string> JobFiles::list_command_files(const std::vector<std::string>& environment) {
    const auto folder = std::string{wire::kTemp} + "/";
    std::vector<std::string> out;
    for (const auto& entry : environment) {
        const auto equals = std::min(entry.find('='), entry.size());
        const auto name = std::string_view{entry}.substr(0, equals);
        if (std::find(kCommandFiles.begin(), kCommandFiles.end(), name) == kCommandFiles.end()) {
            continue;
        }
        auto path = entry.substr(std::min(equals + 1, entry.size()));
        const bool is_ours =
            path.starts_with(folder) && path.find('/', folder.size()) == std::string::npos;
        if (is_ours) out.push_back(std::move(path));
    }
    return out;
}

Result<> JobFiles::take_back(const std::vector<std::string>& wanted, const wire::File& file) {
    if (std::find(wanted.begin(), wanted.end(), file.path) == wanted.end()) {
        return invalid("the job container sent a file that nobody asked for");
    }
    const auto name = file.path.substr(std::string_view{wire::kTemp}.size() + 1);
    if (file.kind != wire::FileKind::plain) {
        return invalid("the command file " + name + " cannot be read: " + file.bytes);
    }
    return synced_[kTempPlace].replace(name, file.bytes);
}

}  // namespace triphammer::runner
