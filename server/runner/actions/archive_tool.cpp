#include "runner/actions/archive_tool.hpp"

#include "archive/wire.hpp"
#include "archive/zip_index.hpp"
#include "base/file.hpp"
#include "runner/session/capture.hpp"
#include "runner/session/own_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::runner {

namespace {

namespace fs = std::filesystem;

/// A program's argument may have 128 KiB (MAX_ARG_STRLEN of Linux).
constexpr std::size_t kLongestRequest = 120U << 10U;

/// What the archiver says: bytes into a file, lines into the log.
class ArchiverOutput final : public execution::OutputSink {
  public:
    ArchiverOutput(Session& session, int step, Sha256Stream* sum, FileDescriptor* output)
        : session_{session}, step_{step}, sum_{sum}, output_{output} {}

    Task<Result<>> write(std::string_view bytes) override {
        auto fed = reader_.feed(bytes, [this](char type, std::string_view payload) {
            return take(type, payload);
        });
        if (!fed || lines_.empty()) co_return fed;
        auto logging = session_.log(step_, std::exchange(lines_, {}));
        co_return co_await std::move(logging);
    }

    Result<archive::Packed> end() const {
        if (failure_) return *failure_;
        if (!end_) return Error{Code::io, "the archiver ended early"};
        return *end_;
    }

  private:
    Result<> take(char type, std::string_view payload) {
        if (type == archive::kMessage) {
            lines_ += payload;
        } else if (type == archive::kFailure) {
            failure_ = archive::parse_failure(payload);
        } else if (type == archive::kEnd) {
            auto end = archive::parse_packed(payload);
            if (!end) return end.error();
            end_ = *end;
        } else if (output_ != nullptr) {
            sum_->update(payload);
            return write_all(output_->get(), payload);
        }
        return {};
    }

    Session& session_;
    int step_;
    Sha256Stream* sum_;
    FileDescriptor* output_;
    archive::FrameReader reader_;
    std::string lines_;
    std::optional<archive::Packed> end_;
    std::optional<Error> failure_;
};

/// What was made beside the job is checked like what comes from elsewhere, before it is stored.
Result<> check_archive(const FileDescriptor& file, bool is_cache) {
    archive::IndexLimits limits;
    limits.links = is_cache;
    const auto index = archive::read_index(file.get(), limits);
    if (!index) return index.error();
    return {};
}

}  // namespace

/// Steps may run beside each other.
std::string ArchiveTool::download_name() const {
    return "/.triphammer-download-" + std::to_string(step_) + ".zip";
}

std::string ArchiveTool::download_path() const {
    return executor_.folders().temp.outside + download_name();
}

Task<Result<archive::Packed>> ArchiveTool::run(
    std::string verb, std::string request, Sha256Stream* sum, FileDescriptor* output
) {
    if (request.size() > kLongestRequest) co_return invalid("the list of paths is too long");
    auto command = make_own_command(executor_, {"archive", std::move(verb), std::move(request)});
    if (!command) co_return command.error();
    execution::ProcessLimits limits;
    limits.grace = std::chrono::seconds{session_.document().grace_seconds};
    ArchiverOutput said{session_, step_, sum, output};
    auto running = executor_.run_step(std::move(*command), limits, said, stop_);
    const auto end = co_await std::move(running);
    if (!end) co_return end.error();
    if (end->cause == execution::EndCause::cancelled) co_return Error{Code::cancelled, "stopped"};
    co_return said.end();
}

Task<Result<PackedFile>> ArchiveTool::pack(archive::PackRequest request) {
    const bool is_cache = !request.roots.empty();
    const auto folder = fs::path{session_.folders().temp.outside}.parent_path();
    PackedFile out;
    out.file.path = folder / ("upload-" + std::to_string(step_) + ".zip");
    auto file = open_file(out.file.path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (!file) co_return file.error();
    Sha256Stream sum;
    auto running = run("pack", archive::to_text(request), &sum, &*file);
    const auto packed = co_await std::move(running);
    Result<> fine = packed ? Result<>{} : packed.error();
    if (fine && packed->files > 0) fine = check_archive(*file, is_cache);
    if (!fine || packed->files == 0) {
        std::error_code ignored;
        fs::remove(out.file.path, ignored);
        if (!fine) co_return fine.error();
        out.file.path.clear();
        co_return out;
    }

    struct stat info {};

    if (::fstat(file->get(), &info) != 0) co_return from_errno("look at the archive");
    out.content = *packed;
    out.file.bytes = static_cast<std::uint64_t>(info.st_size);
    out.file.sha256 = sum.hex();
    co_return out;
}

Task<Result<>> ArchiveTool::keep(std::string folder, std::string name) {
    constexpr const char* kKeep = R"(mkdir -p -- "$2" && cp -- "$1" "$2/$3")";
    constexpr std::size_t kMostWords = 4096;
    StepCommand command;
    const auto archive = executor_.folders().temp.inside + download_name();
    command.arguments = {
        "/bin/sh", "-c", kKeep, "keep", archive, std::move(folder), std::move(name)};
    command.environment = {std::string{"PATH="} + kUsualPath};
    command.directory = executor_.folders().workspace.inside;
    auto keeping = capture(executor_, std::move(command), kMostWords, stop_, kLongCapture);
    const auto said = co_await std::move(keeping);
    std::error_code ignored;
    fs::remove(download_path(), ignored);
    if (!said) co_return said.error();
    if (said->status != 0) co_return invalid(said->text);
    co_return Result<>{};
}

Task<Result<archive::Packed>> ArchiveTool::unpack(archive::UnpackRequest request) {
    request.archive = executor_.folders().temp.inside + download_name();
    auto running = run("unpack", archive::to_text(request), nullptr, nullptr);
    auto done = co_await std::move(running);
    std::error_code ignored;
    fs::remove(download_path(), ignored);
    co_return done;
}

}  // namespace triphammer::runner
