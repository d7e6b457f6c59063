#include "runner/actions/workspace_move.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/session/capture.hpp"
#include "runner/steps/process.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPiece = 256U << 10U;
constexpr std::size_t kMostWords = 64U << 10U;
constexpr const char* kPack = "exec tar -cf - . 2> /dev/null";
/// GNU tar: a file changed while it was read. That is the other process's business.
constexpr int kChanged = 1;
/// Any command: what the runner has changed is in the steps' container before it runs.
constexpr const char* kSettle = ":";
constexpr const char* kClear = "rm -rf ./..?* ./.[!.]* ./*";
constexpr const char* kUnpack =
    "rm -rf ./..?* ./.[!.]* ./* && exec tar -xpo --strip-components=1 -f \"$1\"";

class FileSource final : public docker::ByteSource {
  public:
    explicit FileSource(FileDescriptor file) : file_{std::move(file)} {}

    Result<std::string> next() override {
        std::string out(kPiece, '\0');
        const auto count = ::read(file_.get(), out.data(), out.size());
        if (count < 0) return from_errno("read the workspace's archive");
        out.resize(static_cast<std::size_t>(count));
        return out;
    }

  private:
    FileDescriptor file_;
};

class FileSink final : public execution::OutputSink {
  public:
    explicit FileSink(FileDescriptor file) : file_{std::move(file)} {}

    Task<Result<>> write(std::string_view bytes) override {
        co_return write_all(file_.get(), bytes);
    }

  private:
    FileDescriptor file_;
};

/// Goes with its last owner.
class RemovedFile {
  public:
    explicit RemovedFile(std::string path) : path_{std::move(path)} {}

    ~RemovedFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }

    RemovedFile(const RemovedFile&) = delete;
    RemovedFile& operator=(const RemovedFile&) = delete;

    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

Result<FileDescriptor> make_file(const std::string& path) {
    std::error_code ignored;
    fs::remove(path, ignored);
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    if (file) ::fchmod(file->get(), 0644);  // whatever our own mask: a step reads it
    return file;
}

Task<Result<>> write_piece(std::shared_ptr<FileDescriptor> file, std::string piece) {
    co_return write_all(file->get(), piece);
}

std::string parent_of(const std::string& path) {
    return fs::path{path}.parent_path().string();
}

/// As an engine's archive: without the folder's own name, which is another one elsewhere.
std::string content_of(const std::string& folder) {
    return folder + "/.";
}

}  // namespace

/// Outside of every step's sight.
std::string WorkspaceMove::hidden_file() const {
    return parent_of(parts_.session.folders().temp.outside) + "/workspace-" + parts_.key + ".tar";
}

std::string WorkspaceMove::shown_name() const {
    return "/.triphammer-workspace-" + parts_.key + ".tar";
}

Task<Result<>> WorkspaceMove::put_into(std::string container, execution::StopToken& stop) {
    const RemovedFile file{hidden_file()};
    const auto from = parts_.steps.place().container_id;
    const auto& inside = parts_.steps.folders().workspace.inside;
    auto settling = run_script(kSettle, "", stop);
    auto done = co_await std::move(settling);
    if (!done) co_return done;
    auto getting =
        from.empty() ? pack(file.path(), stop) : download(from, content_of(inside), file.path());
    done = co_await std::move(getting);
    if (!done) co_return done;
    auto putting = put(std::move(container), file.path(), parts_.folder);
    co_return co_await std::move(putting);
}

Task<Result<>> WorkspaceMove::take_from(std::string container, execution::StopToken& stop) {
    const auto to = parts_.steps.place().container_id;
    const auto& folders = parts_.steps.folders();
    const RemovedFile file{to.empty() ? folders.temp.outside + shown_name() : hidden_file()};
    auto getting = download(
        std::move(container), to.empty() ? parts_.folder : content_of(parts_.folder), file.path()
    );
    auto done = co_await std::move(getting);
    if (!done) co_return done;
    auto making_room = to.empty() ? unpack(stop) : clear(stop);
    done = co_await std::move(making_room);
    if (!done || to.empty()) co_return done;
    auto putting = put(to, file.path(), folders.workspace.inside);
    co_return co_await std::move(putting);
}

Task<Result<>> WorkspaceMove::pack(const std::string& path, execution::StopToken& stop) {
    auto file = make_file(path);
    if (!file) co_return file.error();
    FileSink sink{std::move(*file)};
    StepCommand command;
    command.arguments = {"/bin/sh", "-c", kPack};
    command.environment = {std::string{"PATH="} + kUsualPath};
    command.directory = parts_.steps.folders().workspace.inside;
    auto running = parts_.steps.run_step(std::move(command), {}, sink, stop);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (end->cause == execution::EndCause::cancelled) co_return Error{Code::cancelled, "stopped"};
    if (end->status.signal == 0 && end->status.code <= kChanged) co_return Result<>{};
    co_return Error{Code::io, "the workspace cannot be packed: is there a program 'tar'?"};
}

Task<Result<>> WorkspaceMove::unpack(execution::StopToken& stop) {
    return run_script(kUnpack, parts_.steps.folders().temp.inside + shown_name(), stop);
}

Task<Result<>> WorkspaceMove::clear(execution::StopToken& stop) {
    return run_script(kClear, "", stop);
}

Task<Result<>> WorkspaceMove::run_script(
    std::string script, std::string argument, execution::StopToken& stop
) {
    StepCommand command;
    command.arguments = {"/bin/sh", "-c", std::move(script), "workspace", std::move(argument)};
    command.environment = {std::string{"PATH="} + kUsualPath};
    command.directory = parts_.steps.folders().workspace.inside;
    auto running = capture(parts_.steps, std::move(command), kMostWords, stop, kLongCapture);
    const auto said = co_await std::move(running);
    if (!said) co_return with_context("the workspace", said.error());
    if (said->status == 0) co_return Result<>{};
    co_return Error{Code::io, "the workspace cannot be put back: " + std::string{trim(said->text)}};
}

Task<Result<>> WorkspaceMove::put(std::string container, std::string path, std::string folder) {
    auto file = open_file(path, O_RDONLY | O_NOFOLLOW);
    if (!file) co_return file.error();
    FileSource source{std::move(*file)};
    auto putting = parts_.engine.put_archive(std::move(container), std::move(folder), source);
    co_return co_await std::move(putting);
}

Task<Result<>> WorkspaceMove::download(
    std::string container, std::string path, std::string target
) {
    auto file = make_file(target);
    if (!file) co_return file.error();
    const auto shared = std::make_shared<FileDescriptor>(std::move(*file));
    const docker::ByteSink take = [shared](std::string piece) {
        return write_piece(shared, std::move(piece));
    };
    auto downloading = parts_.engine.download_archive(std::move(container), std::move(path), take);
    co_return co_await std::move(downloading);
}

}  // namespace triphammer::runner
