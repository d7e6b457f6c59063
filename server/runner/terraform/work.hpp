#pragma once
// What planning and applying have in common: the job's keys, and each folder's init, validate and
// plan. Saved plans lie in the job's temp folder and go with it: nothing keeps them
// (docs/adr/0060).

#include "runner/terraform/changes.hpp"
#include "runner/terraform/program.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// `terraform:` with its expressions evaluated and checked.
struct TerraformKeys {
    std::vector<std::string> folders;  // relative to the workspace, normal, none leaves it
    std::string workspace;             // empty: none is chosen, or the default one
    TerraformProgram::Variables variables;
    TerraformProgram::Variables backend;
    bool is_apply = false;
    bool comments = false;
};

/// Code::invalid names the key and the remedy.
Result<TerraformKeys> read_terraform_keys(const JobSession& session);

struct FolderPlan {
    std::string folder;
    std::string file;  // the saved plan, as the job's user sees it
    ResourceChanges changes;
    bool has_changes = false;  // of outputs alone, too
    std::string text;          // what people read of it
    std::string hash;          // of this folder; hex
};

/// sha256:… of what all of them would do.
std::string hash_of(const std::vector<FolderPlan>& plans);

/// All changes, with their folder where there are several.
ResourceChanges changes_of(const std::vector<FolderPlan>& plans);

/// Markdown for the run page: counts, and each resource.
std::string summary_of(const std::vector<FolderPlan>& plans);

class TerraformWork {
  public:
    /// Both outlive it.
    TerraformWork(Session& session, StepExecutor& place)
        : session_{session}, place_{place}, program_{session, place} {}

    /// Reads the keys and looks for the program, which the log of `step` hears of.
    Task<Result<>> begin(int step);

    const TerraformKeys& keys() const { return keys_; }

    TerraformProgram& program() { return program_; }

    // Errors: Code::refused where the program said no, with its first error; Code::invalid,
    // Code::conflict (a state's lock is held; says by whom), Code::cancelled.
    Task<Result<>> init(int step, std::string folder);
    Task<Result<>> validate(int step, std::string folder);
    Task<Result<FolderPlan>> plan(int step, std::string folder);
    /// A plan that nobody keeps: whether anything is left to do.
    Task<Result<bool>> differs(int step, std::string folder);
    /// "LINEAGE/SERIAL" of the folder's state.
    Task<Result<std::string>> read_state(std::string folder);
    /// Code::invalid where the state would go with the job: no backend, or a file in the workspace.
    Task<Result<>> check_backend(std::string folder);

  private:
    struct Backend {
        std::string type;  // empty: there is none
        std::string path;  // of local
        std::string config;
    };

    struct State {
        std::string lineage;
        std::string serial;
    };

    Task<Result<int>> run(
        int step, std::string folder, std::vector<std::string> arguments, std::string* text
    );
    std::vector<std::string> plan_arguments() const;
    Result<std::string> write_backend() const;
    bool outlives(const std::string& path) const;
    Task<Result<>> check_unchosen(std::string folder);
    Task<Result<>> read_saved(FolderPlan& plan);
    Task<Result<std::optional<State>>> pull_state(std::string folder);
    Task<Result<std::string>> identify_state(std::string folder);
    Task<Result<Backend>> read_backend(std::string folder);

    Session& session_;
    StepExecutor& place_;
    TerraformProgram program_;
    TerraformKeys keys_;
    int plans_ = 0;
};

/// Why a command failed, in one line: its lock, else its first error, else its status.
Error explain_end(const std::string& what, const ProgramEnd& end, TimePoint now);

/// What such an error is for the job's cause.
model::Cause cause_of_terraform(const Error& error);

}  // namespace triphammer::runner
