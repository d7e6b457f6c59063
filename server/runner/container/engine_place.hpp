#pragma once
// What an attempt has on the container engine: a network of its own and everything in it, all with
// the attempt's labels, all removed together. On the runner's one thread.

#include "docker/engine.hpp"
#include "runner/container/plan.hpp"
#include "runner/container/ready_network.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <optional>
#include <string>

namespace triphammer::runner {

class EnginePlace {
  public:
    explicit EnginePlace(JobSession& session) : session_{session} {}

    /// First. Code::unavailable when the engine does not answer.
    Task<Result<>> connect();
    /// Before anything is made: a network that is ready, where there is one.
    Task<> take_network();
    /// Where none was taken. May run beside pulls.
    Task<Result<>> make_network();
    /// What is here already is used; else it is pulled, and step 0 says so.
    Task<Result<docker::ImageInfo>> get_image(ContainerPlan plan);
    /// Makes a container with the attempt's labels, in its network where the spec names none; gives
    /// the id. `suffix` ends its name. Volumes with names are the attempt's own, shared by its
    /// containers.
    Task<Result<std::string>> create_container(docker::ContainerSpec spec, std::string suffix);
    /// Attaches to one that begins with our supervisor (to its output alone, or to its input as
    /// well), then starts it. The engine gets the supervisor where it does not have it yet.
    Task<Result<std::unique_ptr<docker::AttachedStream>>> start_container(
        std::string id, bool with_input
    );
    /// Removes all that carries the attempt's labels, also what an unfinished call left.
    Task<> remove_all();

    docker::Engine& engine() { return *engine_; }

    const docker::EngineVersion& version() const { return engine_->version(); }

    bool is_connected() const { return engine_ != nullptr; }

    std::string network() const { return is_taken() ? taken_->name : name("1"); }

    /// What the container of the steps is in: the network itself, or that of its keeper, which
    /// costs the start nothing.
    std::string steps_network() const;

    docker::Labels labels() const;

  private:
    bool is_taken() const { return taken_ && taken_->is_usable; }

    std::string name(const std::string& suffix) const;
    Task<Result<>> make_volumes(docker::ContainerSpec& spec);
    Task<> remove_containers();
    Task<> remove_networks();
    Task<> remove_volumes();

    JobSession& session_;
    std::unique_ptr<docker::Engine> engine_;
    std::optional<ReadyNetwork> taken_;
};

}  // namespace triphammer::runner
