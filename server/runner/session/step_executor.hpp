#pragma once
// Where the steps of a job run: in the sandbox on this machine, or in a container of the job's own.

#include "execution/process.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// PATH where nothing says another one.
inline constexpr const char* kUsualPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A folder of the attempt: where it is, and under which name the steps see it.
struct Mapped {
    std::string outside;
    std::string inside;
};

/// The files of a commit, ready to be moved into the workspace (docs/adr/0022). An overlay of the
/// attempt's own over a layer that nobody can change: `disk`/tree has them, with .git; `disk`/work
/// is the workspace. Both are the steps' user's; a step sees the workspace alone.
struct Underlay {
    std::string disk;
    std::string upper;   // what the attempt itself has written there
    std::string kept;    // an empty folder: what is put here is what `hold-on-failure` shows
    std::string commit;  // its history is not there
};

/// The folders of an attempt. Made before `prepare`.
struct JobFolders {
    Mapped workspace;  // GITHUB_WORKSPACE
    Mapped temp;       // RUNNER_TEMP: scripts, event.json, command files
    Mapped home;       // HOME
    Mapped tmp;        // /tmp, kept from step to step
    Mapped actions;    // of other repositories; steps only read them
    std::optional<Underlay> underlay = {};
    bool in_container = false;  // what steps change `outside` does not show
};

/// What the `job` context tells of the containers around a job's steps.
struct JobPlace {
    struct Service {
        std::string name;
        std::string id;
        std::vector<std::pair<std::string, std::string>> ports;  // the container's → the steps'
    };

    std::string container_id;  // empty: the steps are in none
    std::string network;       // empty: there are no containers
    std::vector<Service> services;
};

/// A port of the steps' loopback that leads to one of this machine's.
struct PortWay {
    std::uint16_t port = 0;
    std::uint16_t outside = 0;
    bool is_udp = false;
};

/// One process of a step; every path as the steps see it.
struct StepCommand {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  // NAME=value, complete
    std::string directory;
};

class StepExecutor {
  public:
    virtual ~StepExecutor() = default;

    /// Once, before the first step (pull and start the container, check the sandbox). An error ends
    /// the job with cause `infrastructure`.
    virtual Task<Result<>> prepare() = 0;
    /// Several calls may be under way at once. `stop` is not always the session's: what runs after
    /// a cancel has one of its own.
    virtual Task<Result<execution::ProcessEnd>> run_step(
        StepCommand command,
        execution::ProcessLimits limits,
        execution::OutputSink& output,
        execution::StopToken& stop
    ) = 0;
    /// Always, also after an error of `prepare` and after a cancel; leaves nothing behind.
    virtual Task<> cleanup() = 0;

    /// The folders with the names that the steps see.
    virtual const JobFolders& folders() const = 0;
    /// NAME=value that the place itself gives (PATH of the image); lowest layer.
    virtual std::vector<std::string> base_environment() const = 0;
    /// Whether bash runs the steps that name no shell.
    virtual bool has_bash() const = 0;

    /// Whether steps may have changed files of the workspace without changing `outside`.
    virtual bool hides_changes() const { return false; }

    /// After `prepare`: a folder of the workspace, relative to it, was made anew at `outside`.
    /// Steps find it so; where it `keeps_files`, beside those that were never outside.
    virtual Task<Result<>> renew(std::string path, bool keeps_files);

    /// After `prepare`: bytes that the job has written where its steps run.
    virtual Task<Result<std::uint64_t>> measure_disk();

    /// After `prepare`.
    virtual JobPlace place() const { return {}; }

    /// Whether the steps' loopback is another one than this machine's.
    virtual bool has_own_loopback() const { return false; }

    /// After `prepare`, where it has.
    virtual Result<> bring_in(const PortWay&) { return {}; }

    /// For the first line of the job's log: where the steps are.
    virtual std::string description() const = 0;
};

/// The description without its details.
std::string short_place(const StepExecutor& executor);

}  // namespace triphammer::runner
