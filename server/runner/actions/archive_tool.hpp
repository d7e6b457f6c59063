#pragma once
// Packs and unpacks where the job's steps run, by a second start of this program there
// (archive/archiver.hpp): on this machine and in a job's container alike.

#include "archive/archiver.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"
#include "runner/session/store_link.hpp"

namespace triphammer::runner {

/// An archive that was made: `file` is outside of every step's sight, checked, and removed by its
/// last owner.
struct PackedFile {
    archive::Packed content;
    StoredFile file;
};

class ArchiveTool {
  public:
    /// All outlive it; what is to be said goes to the log `step`.
    ArchiveTool(Session& session, StepExecutor& executor, int step, execution::StopToken& stop)
        : session_{session}, executor_{executor}, step_{step}, stop_{stop} {}

    /// No files: the path of `file` is empty.
    Task<Result<PackedFile>> pack(archive::PackRequest request);
    /// The archive is at `download_path()` and is removed.
    Task<Result<archive::Packed>> unpack(archive::UnpackRequest request);

    /// The same, but it stays an archive: FOLDER/NAME, as the steps see them.
    Task<Result<>> keep(std::string folder, std::string name);

    /// Where an archive is put before it is unpacked.
    std::string download_path() const;

    /// The folders that paths mean, as the steps see them.
    const JobFolders& folders() const { return executor_.folders(); }

  private:
    std::string download_name() const;
    Task<Result<archive::Packed>> run(
        std::string verb, std::string request, Sha256Stream* sum, FileDescriptor* output
    );

    Session& session_;
    StepExecutor& executor_;
    int step_;
    execution::StopToken& stop_;
};

}  // namespace triphammer::runner
