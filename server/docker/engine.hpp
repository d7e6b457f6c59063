#pragma once
// A Docker engine over its Unix socket or TCP (Engine API 1.41 … 1.47, docs.docker.com/engine/api).
// No `docker` command is started. Paths always carry the negotiated version.
//
// Errors: Code::unavailable - the engine is not there or went away; not_found - no such container,
// image, network; conflict - a name or port is taken, or the state forbids it; unauthorized - the
// registry refused the credentials; timed_out - the answer took longer than the engine may take;
// protocol - an answer that cannot be read. The message holds the engine's own words.

#include "base/result.hpp"
#include "base/task.hpp"
#include "docker/container_spec.hpp"
#include "docker/context_source.hpp"
#include "docker/json_lines.hpp"
#include "docker/reference.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::docker {

using Labels = std::map<std::string, std::string>;

/// Takes bytes as they come; an error ends it.
using ByteSink = std::function<Task<Result<>>(std::string)>;

/// Takes the readable output of a build, pull or push, line by line.
class ProgressSink {
  public:
    virtual ~ProgressSink() = default;
    virtual Task<Result<>> line(std::string text) = 0;
};

/// The older builder can be given a container's network and private bases; BuildKit has mounts and
/// knows newer words.
enum class Builder { classic, buildkit };

struct BuildRequest {
    std::string dockerfile = "Dockerfile";  // inside the context
    std::string target;
    std::vector<std::string> tags;
    std::vector<std::pair<std::string, std::string>> build_args;
    Labels labels;
    std::vector<Credentials> logins;  // for private base images; the older builder's alone
    Builder builder = Builder::classic;
    std::vector<std::string> cache_from;  // images whose layers may be used; they are on the engine
    bool no_cache = false;
    bool pull = false;     // newer base images are fetched
    std::string platform;  // linux/arm64; empty: the engine's own
    std::string network;   // of RUN: none, container:ID; empty: the engine's own. BuildKit: not the
                           // second
};

/// How a build ended: an id, or why not.
struct BuildOutcome {
    std::string image_id;  // sha256:…; empty: it failed
    std::string error;     // the engine's words
    int exit_status = 0;   // of the RUN that failed; 0: it was something else
};

/// What kind of failure the engine's words tell of, where they are all there is.
Code code_of_failure(std::string_view words);

/// A container's standard streams (attach or exec). Reads give the bytes of both streams in order;
/// closing it closes the container's standard input where that was opened with `stdin_once`.
class AttachedStream {
  public:
    virtual ~AttachedStream() = default;
    /// Empty at the end of the stream. One read at a time.
    virtual Task<Result<std::string>> read() = 0;
    /// One write at a time; may run beside a read.
    virtual Task<Result<>> write(std::string bytes) = 0;
    virtual void close() = 0;
};

struct ExecOutcome {
    int exit_status = 0;
    std::string output;  // both streams, at most 64 KiB
};

struct EngineVersion {
    std::string api;            // what we speak: min(1.47, the engine's)
    std::string engine;         // the engine's own version, for people
    bool has_buildkit = false;  // Docker's own has; what imitates its API has not
};

/// One engine. All calls on the logic thread; each opens its own connection, so calls may run side
/// by side. Every call is bounded by a deadline of its own; cancel a coroutine to stop earlier.
class Engine {
  public:
    /// `address`: unix:///path or tcp://host:port. Pings and agrees on a version. Code::unavailable
    /// says what to look at when nobody answers, Code::invalid that the engine is too old.
    static Task<Result<std::unique_ptr<Engine>>> connect(std::string address);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    const EngineVersion& version() const;
    /// The host name under which published ports are reached from here.
    std::string host() const;

    // Images.
    Task<Result<>> pull(ImageReference image, Credentials credentials, ProgressSink* sink);
    Task<Result<ImageInfo>> inspect_image(std::string name);
    Task<Result<>> tag_image(std::string name, std::string repository, std::string tag);
    /// The digest under which the registry keeps it, as the engine reported it (may be empty).
    Task<Result<std::string>> push(
        ImageReference image, Credentials credentials, ProgressSink* sink
    );
    /// Asks the registry: the digest of NAME:TAG or NAME@DIGEST as it stands there now.
    Task<Result<std::string>> registry_digest(ImageReference image, Credentials credentials);
    /// Fine when it is gone already. Code::conflict: a container or another image needs it.
    Task<Result<>> remove_image(std::string name);
    /// Those without a name too.
    Task<Result<std::vector<ImageSummary>>> list_images(Labels labels);
    /// Whether a container, running or not, was made of it.
    Task<Result<bool>> is_image_used(std::string id);
    /// Makes an image of files alone.
    Task<Result<>> import_image(std::string repository, ByteSource& tar);
    Task<Result<BuildOutcome>> build(BuildRequest request, ByteSource& context, ProgressSink& sink);

    // Containers.
    Task<Result<std::string>> create_container(ContainerSpec spec);
    /// Fine when it runs already.
    Task<Result<>> start_container(std::string id);
    /// TERM, after `grace` KILL; fine when it is stopped already.
    Task<Result<>> stop_container(std::string id, std::chrono::seconds grace);
    Task<Result<>> kill_container(std::string id, std::string signal);
    /// Blocks until it is not running any more; its exit status.
    Task<Result<int>> wait_container(std::string id);
    Task<Result<ContainerInfo>> inspect_container(std::string id);
    /// Bytes that it has written over its image, and in volumes that it may write. The engine looks
    /// through all of them, where there are volumes through all that it has.
    Task<Result<std::uint64_t>> measure_container(std::string id);
    /// With its anonymous volumes, also while running; fine when it is gone already.
    Task<Result<>> remove_container(std::string id);
    /// Code::not_found: nobody has that name any more; conflict: `to` is taken.
    Task<Result<>> rename_container(std::string id, std::string to);
    Task<Result<>> set_restart_policy(std::string id, std::string policy);
    Task<Result<std::vector<ContainerSummary>>> list_containers(Labels labels);
    /// Those that mount one of them, running or not.
    Task<Result<std::vector<ContainerSummary>>> list_users_of_volumes(
        std::vector<std::string> volumes
    );
    /// The last `lines` lines of both streams.
    Task<Result<std::string>> log_tail(std::string id, int lines);
    /// Titles of the processes inside ("nginx: worker process").
    Task<Result<std::vector<std::string>>> processes(std::string id);
    /// Before start: sees every byte.
    Task<Result<std::unique_ptr<AttachedStream>>> attach(std::string id);
    /// The same of its output alone.
    Task<Result<std::unique_ptr<AttachedStream>>> attach_output(std::string id);
    /// Runs a short helper to its end.
    Task<Result<ExecOutcome>> exec(std::string id, std::vector<std::string> command);

    // Files.
    Task<Result<>> put_archive(std::string id, std::string folder, ByteSource& tar);
    /// The tar of a file or folder; Code::too_large over `max_bytes`.
    Task<Result<std::string>> get_archive(
        std::string id, std::string path, std::uint64_t max_bytes
    );
    /// The same of any length, piece by piece.
    Task<Result<>> download_archive(std::string id, std::string path, ByteSink take);

    // Networks.
    Task<Result<std::string>> create_network(std::string name, Labels labels);
    Task<Result<std::vector<NetworkSummary>>> list_networks(Labels labels);
    /// `aliases`: further names of the container there.
    Task<Result<>> connect_network(
        std::string network, std::string container, std::vector<std::string> aliases = {}
    );
    /// Fine when it is gone already.
    Task<Result<>> remove_network(std::string id);

    // Volumes.
    /// Fine when it is there already.
    Task<Result<>> create_volume(std::string name, Labels labels);
    /// Their names.
    Task<Result<std::vector<std::string>>> list_volumes(Labels labels);
    /// Fine when it is gone already. Code::conflict: a container uses it.
    Task<Result<>> remove_volume(std::string name);

  private:
    struct Connection;
    explicit Engine(std::unique_ptr<Connection> connection);

    Task<Result<std::vector<ContainerSummary>>> list_filtered(std::string filter);

    std::unique_ptr<Connection> connection_;
};

}  // namespace triphammer::docker
