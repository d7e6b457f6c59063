#pragma once
// The workspace goes into the container of an action and comes back out of it, as archives: where
// the job's engine runs nobody here has a say (docs/adr/0019). On the machine `tar` packs and
// unpacks it, in the sandbox of the steps; between containers the engine does.

#include "docker/engine.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

#include <string>

namespace triphammer::runner {

class WorkspaceMove {
  public:
    /// All outlive it. `key`: no other step's. `folder`: where the container has it; its last part
    /// is "workspace".
    struct Parts {
        Session& session;
        StepExecutor& steps;
        docker::Engine& engine;
        const std::string& key;
        const std::string& folder;
    };

    explicit WorkspaceMove(Parts parts) : parts_{parts} {}

    Task<Result<>> put_into(std::string container, execution::StopToken& stop);
    /// What the steps have is replaced, also by what the action removed.
    Task<Result<>> take_from(std::string container, execution::StopToken& stop);

  private:
    Task<Result<>> pack(const std::string& file, execution::StopToken& stop);
    Task<Result<>> unpack(execution::StopToken& stop);
    Task<Result<>> clear(execution::StopToken& stop);
    Task<Result<>> run_script(std::string script, std::string argument, execution::StopToken& stop);
    Task<Result<>> put(std::string container, std::string file, std::string folder);
    Task<Result<>> download(std::string container, std::string path, std::string file);
    std::string hidden_file() const;
    std::string shown_name() const;

    Parts parts_;
};

}  // namespace triphammer::runner
