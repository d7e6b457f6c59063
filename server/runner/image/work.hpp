#pragma once
// Build, smoke, names, push, the digest as each registry has it: what the image job and the action
// that builds share.

#include "docker/context_source.hpp"
#include "docker/dockerfile.hpp"
#include "docker/registry.hpp"
#include "runner/image/build_log.hpp"
#include "runner/image/build_network.hpp"
#include "runner/image/failure.hpp"
#include "runner/image/needed.hpp"
#include "runner/image/plan.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Nothing: it was done.
using ImageResult = std::optional<ImageFailure>;

/// One platform's image on the engine.
struct BuiltImage {
    std::string platform;  // empty: the engine's own, which nobody named
    std::string id;
};

/// Whether an image of `platform` (linux/arm64) is one of `wanted` (linux/arm64/v8). Pure.
bool is_of_platform(const std::string& platform, const std::string& wanted);

/// In the order of its calls; `close` last, whatever became of the others.
class ImageWork {
  public:
    /// `session` outlives it.
    ImageWork(
        JobSession& session,
        ImagePlan plan,
        std::unique_ptr<BuildNetwork> network,
        AskNeeded ask_needed
    )
        : session_{session},
          plan_{std::move(plan)},
          network_{std::move(network)},
          ask_needed_{std::move(ask_needed)} {}

    /// Where the plan has `ecr`. What is said goes to the log of `step`, here and below.
    Task<ImageResult> open_registry(AwsSources sources, int step);
    /// The engine's words go to the log. The image has a name of its own until `name`.
    Task<ImageResult> build(int step);
    /// Where the plan has a command.
    Task<ImageResult> smoke(int step);
    /// Gives the image its names on the engine.
    Task<ImageResult> name(int step);
    /// After `name`: each name to its registry, and the same digest read back from each.
    Task<ImageResult> push(int step);
    /// After success: removes older images of the job by the plan's rule.
    Task<> prune(int step);
    /// Removes what is not to stay: names of ours, a build that did not end, all of a stranger's.
    Task<> close();

    const ImagePlan& plan() const { return plan_; }

    /// image-id and size; after a push ref and digest too.
    const protocol::Outputs& outputs() const { return outputs_; }

  private:
    Task<ImageResult> connect();
    Task<ImageResult> look_at_engine(int step);
    Task<ImageResult> choose_builder(int step);
    Task<ImageResult> check_platforms(int step);
    std::string buildkit_reason() const;
    bool is_foreign(const std::string& platform) const;
    Task<ImageResult> fetch_images(int step);
    Task<Result<>> fetch(docker::ImageReference image, int step, bool is_newest);
    Task<Result<>> fetch_bases(int step);
    bool knows_bases() const;
    Task<> sweep();
    Task<> list_before();
    Task<> list_older();
    Task<ImageResult> choose_network(int step);
    Task<ImageResult> run_builds(int step);
    Task<ImageResult> run_build(int step);
    Task<ImageResult> choose_image();
    Task<Result<docker::BuildOutcome>> carry_out(
        docker::FolderTar& context, docker::ProgressSink& log
    );
    std::optional<std::string> label_inside(docker::FolderTar& context, const std::string& labels)
        const;
    Task<ImageResult> keep_image(std::string id, int step);
    Task<ImageResult> name_one(docker::ImageReference tag, std::string id);
    Task<ImageResult> name_parts(docker::ImageReference tag);
    Task<ImageResult> push_all(int step);
    Task<ImageResult> push_one(docker::ImageReference tag, int step);
    Task<ImageResult> push_image(docker::ImageReference tag, std::string id, int step);
    Task<ImageResult> push_index(docker::ImageReference tag, int step);
    Task<ImageResult> put_index(
        docker::ImageReference tag, docker::ImageIndex index, bool is_insecure
    );
    Task<ImageResult> confirm(docker::ImageReference tag, std::string pushed);
    ImageResult changed_meanwhile(const docker::ImageReference& tag, const std::string& there)
        const;
    Task<Result<std::string>> find_immutable(
        docker::ImageReference tag, std::string id, Error refusal, int step
    );
    ImageResult keep_digest(const docker::ImageReference& tag, const std::string& digest);
    Task<> tell(int step, std::string text);
    bool has_login(const std::string& registry) const;
    docker::BuildRequest request(std::string dockerfile) const;
    docker::BuildRequest label_request() const;
    std::string own_label_instruction() const;
    std::string build_tag(const std::string& platform) const;
    std::vector<std::string> wanted_platforms() const;
    std::int64_t images_to_keep() const;

    bool has_several() const { return plan_.platforms.size() > 1; }

    /// Without tags in the file nobody would find the image but by its id: then it needs none.
    bool has_build_tag() const { return plan_.is_apart || !plan_.tags.empty(); }

    JobSession& session_;
    ImagePlan plan_;
    std::unique_ptr<BuildNetwork> network_;
    AskNeeded ask_needed_;
    std::unique_ptr<docker::Engine> engine_;
    std::string dockerfile_text_;  // as it was looked at
    docker::DockerfileFacts facts_;
    docker::Builder builder_ = docker::Builder::classic;
    bool has_triggers_ = false;  // ONBUILD: what is built on it would carry them out
    std::string network_mode_;
    /// Ids of the engine's images when the build began.
    Result<std::set<std::string>> before_ = conflict("not listed yet");
    /// The job's own images, which may be pruned.
    Result<std::vector<docker::ImageSummary>> older_ = conflict("not listed yet");
    std::vector<std::string> layers_;  // as the build calls them
    std::string container_;            // of a build that did not end
    std::string own_platform_;         // the engine's, where the plan names some
    std::string platform_;             // that is being built; empty: the engine's own
    std::vector<BuiltImage> built_;
    std::string image_id_;
    std::string read_back_;  // the digest that the registry had for the last push
    std::string first_tag_;  // whose digest the outputs have
    bool is_whole_ = false;  // the builder came to an end, well or not
    protocol::Outputs outputs_;
};

}  // namespace triphammer::runner
