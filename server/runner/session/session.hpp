#pragma once
// One attempt's work as the jobs see it: what they say is masked, journaled in the spool and left
// to the link. Owns the masks, the steps' logs and the stop tokens; lives on the runner's one
// thread.

#include "base/digest.hpp"
#include "execution/masking.hpp"
#include "execution/problem_matchers.hpp"
#include "runner/session/annotation_limit.hpp"
#include "runner/session/daemon_link.hpp"
#include "runner/session/hash_files.hpp"
#include "runner/session/job_contexts.hpp"
#include "runner/session/job_session.hpp"
#include "runner/session/spool_file.hpp"

#include <map>
#include <memory>
#include <optional>

namespace triphammer::runner {

class Session final : public JobSession, public LinkListener {
  public:
    struct Parts {
        protocol::RunnerMachine& machine;
        SpoolFile& spool;
        const Clock& clock;
        std::filesystem::path endpoint;  // the daemon's socket, for the source
        Secret token;
        std::vector<std::string> hidden;  // from every step and from git
        JobFolders folders;
        std::string pool = {};           // whose layers the source may become; empty: none
        std::string layer_problem = {};  // why there is no underlay where there should be one
    };

    Session(Executor executor, Parts parts);
    ~Session() override;

    /// Told once, before any record is written by a job.
    void set_link(DaemonLink& link) { link_ = &link; }

    /// Reads the document, learns its secrets. Code::invalid.
    Result<> begin(const std::string& document_json);

    // JobSession
    const model::JobDocument& document() const override { return document_; }

    Result<std::string> evaluate(const model::Template& value) const override;
    Result<std::string> evaluate_json(const model::Template& value) const override;

    const JobFolders& folders() const override { return parts_.folders; }

    execution::StopToken& stop() override { return stop_; }

    Task<Result<>> step_begin(protocol::StepBegin step) override;
    Task<Result<>> log(int step, std::string bytes) override;
    Task<Result<>> step_end(protocol::StepEnd end) override;
    Task<Result<>> phase(model::DeploymentPhase phase, std::string detail) override;
    Task<Result<protocol::Verdict>> intent(protocol::Intent intent) override;
    Task<Result<protocol::Verdict>> repeat(std::int64_t n) override;
    Task<Result<>> result(protocol::EffectResult result) override;
    Task<Result<>> fetch_source(int step) override;

    // LinkListener
    void on_action(protocol::RunnerAction action) override;

    void on_news() override { news_.ring(); }

    /// The last record; sums of all logs are added.
    Task<Result<>> end(JobOutcome outcome);

    /// `bytes` stay the caller's until it returns.
    Task<Result<>> write(int step, std::string_view bytes);
    /// What a step leaves for the run page, at most 1 MiB of Markdown; before its end.
    Task<Result<>> summary(int step, std::string_view markdown);
    /// Ends the work as a cancel of the daemon would.
    void cancel(const protocol::Cancel& cancel);

    /// The names that the steps see.
    void set_folders(const JobFolders& folders);

    /// What this machine's workspace says is not what the steps have any more.
    void hide_files() { hash_files_.hide(); }

    JobContexts& contexts() { return *contexts_; }

    const JobContexts& contexts() const { return *contexts_; }

    execution::MaskTable& masks() { return masks_; }

    /// What ::add-matcher:: added, for all steps of the job.
    execution::ProblemMatchers& matchers() { return matchers_; }

    /// For what runs after a cancel: cleaning up with a limit of its own.
    execution::StopToken& last_stop() { return last_stop_; }

    /// Why the work was cancelled; none: it was not, or somebody asked for it.
    model::Cause cancel_cause() const { return cancel_cause_; }

    bool is_stopped() const { return stop_.requested(); }

    const std::string& stop_reason() const { return stop_.why(); }

    /// The first welcome's document; waits for it. Nothing when the attempt is over before.
    Task<std::optional<std::string>> wait_for_document();
    Task<> wait_until_over();

    /// The daemon has everything.
    bool is_finished() const { return finished_; }

    const Parts& parts() const { return parts_; }

    /// For the first checkout that can use it: it is moved away.
    std::optional<Underlay> take_underlay() { return std::exchange(underlay_, {}); }

  private:
    struct StepLog;

    Task<Result<>> append(protocol::Record record);
    Task<Result<>> append_log(int step, StepLog& log, std::string_view clean);
    Task<Result<protocol::Verdict>> wait_for_go(std::int64_t n);
    Task<> wait_for_room();
    Result<> put(std::string_view first, std::string_view second = {});
    void mask_annotations(protocol::StepEnd& end) const;
    void leave_out_secrets(protocol::End& end) const;

    std::int64_t now_ms() const { return to_unix_ms(parts_.clock.now()); }

    bool must_not_wait() const;

    Parts parts_;
    DaemonLink* link_ = nullptr;
    Wakeup news_;
    execution::StopToken stop_;
    execution::StopToken last_stop_;
    model::Cause cancel_cause_ = model::Cause::none;
    model::JobDocument document_;
    std::optional<JobContexts> contexts_;
    execution::MaskTable masks_;
    execution::ProblemMatchers matchers_;
    AnnotationLimit annotation_limit_;
    std::map<int, std::unique_ptr<StepLog>> logs_;
    std::optional<std::string> document_json_;
    std::map<std::int64_t, protocol::EffectVerdict> verdicts_;
    HashFiles hash_files_;
    std::optional<Underlay> underlay_;
    bool finished_ = false;
};

}  // namespace triphammer::runner
