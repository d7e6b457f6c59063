#include "runner/image/work.hpp"

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "docker/build_stock.hpp"
#include "docker/hidden_dockerfile.hpp"
#include "model/engine_labels.hpp"
#include "runner/image/bases.hpp"
#include "runner/image/ecr.hpp"
#include "runner/image/labels.hpp"
#include "runner/image/smoke.hpp"
#include "runner/image/tidy.hpp"
#include "runner/session/unless_stopped.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::uint64_t kMaxContext = 4ULL << 30U;
constexpr const char* kLabelFile = "Dockerfile";  // of a context that has nothing else

ImageFailure wrong(std::string sentence) {
    return {model::Cause::invalid, std::move(sentence), 0};
}

}  // namespace

std::string ImageWork::build_tag(const std::string& platform) const {
    const auto& document = session_.document();
    docker::ImageReference name;
    name.repository = kBuildRepository;
    name.tag = model::engine_prefix(document.server_id) + std::to_string(document.fence);
    return (has_several() ? name_for_platform(std::move(name), platform) : name).text();
}

docker::BuildRequest ImageWork::request(std::string dockerfile) const {
    docker::BuildRequest request;
    request.dockerfile = std::move(dockerfile);
    request.target = plan_.target;
    request.build_args = plan_.build_args;
    if (own_label_instruction().empty()) request.labels = plan_.labels;
    if (has_build_tag()) request.tags.push_back(build_tag(platform_));
    request.logins = all_logins(plan_);
    request.builder = builder_;
    for (const auto& image : plan_.cache_from) request.cache_from.push_back(image.text());
    request.no_cache = plan_.no_cache;
    request.pull = plan_.pull && builder_ == docker::Builder::classic && !knows_bases();
    request.platform = platform_;
    request.network = network_mode_;
    return request;
}

/// The older builder makes a step of each label that it is given, with a container of its own; one
/// instruction that gives all of them is one step. Empty: they go with the build itself.
std::string ImageWork::own_label_instruction() const {
    const bool is_needed = builder_ == docker::Builder::classic && plan_.labels.size() > 1;
    return is_needed && !has_triggers_ ? label_instruction(plan_.labels) : std::string{};
}

docker::BuildRequest ImageWork::label_request() const {
    docker::BuildRequest request;
    request.dockerfile = kLabelFile;
    if (has_build_tag()) request.tags.push_back(build_tag(platform_));
    request.builder = builder_;
    request.network = "none";
    return request;
}

Task<> ImageWork::tell(int step, std::string text) {
    StepLog log{session_, step};
    auto telling = log.line(std::move(text) + "\n");
    co_await std::move(telling);
}

Task<ImageResult> ImageWork::connect() {
    if (engine_) co_return ImageResult{};
    auto connecting = docker::Engine::connect(session_.document().executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return explain_refusal(engine.error(), "");
    engine_ = std::move(*engine);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::open_registry(AwsSources sources, int step) {
    StepLog log{session_, step};
    auto opening = unless_stopped(open_ecr(plan_, std::move(sources), log), session_.stop());
    auto login = co_await std::move(opening);
    if (!login) co_return explain_refusal(login.error(), "");
    const auto server = login->server;
    plan_.logins[server] = std::move(*login);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::build(int step) {
    Task<ImageResult> (ImageWork::*const parts[])(int) = {
        &ImageWork::look_at_engine,
        &ImageWork::choose_builder,
        &ImageWork::check_platforms,
        &ImageWork::fetch_images,
        &ImageWork::choose_network,
        &ImageWork::run_builds,
    };
    auto connecting = connect();
    auto failure = co_await std::move(connecting);
    for (const auto part : parts) {
        if (failure) co_return failure;
        auto working = (this->*part)(step);
        failure = co_await std::move(working);
    }
    co_return failure;
}

Task<Result<>> ImageWork::fetch(docker::ImageReference image, int step, bool is_newest) {
    if (!is_newest) {
        auto looking = engine_->inspect_image(image.text());
        const auto known = co_await std::move(looking);
        if (known) co_return Result<>{};
    }
    StepLog log{session_, step};
    // A password is for the registries that it was given for.
    const auto login =
        has_login(image.registry()) ? credentials_for(plan_, image) : docker::Credentials{};
    auto pulling = unless_stopped(engine_->pull(std::move(image), login, &log), session_.stop());
    co_return co_await std::move(pulling);
}

/// What may be used of earlier builds; and the bases, which are looked at before the builder begins
/// (BuildKit would take no passwords for private ones).
Task<ImageResult> ImageWork::fetch_images(int step) {
    for (const auto& image : plan_.cache_from) {
        auto fetching = fetch(image, step, true);
        const auto fetched = co_await std::move(fetching);
        if (fetched) continue;
        auto telling = tell(step, "No layers of " + image.text() + ": " + fetched.error().message);
        co_await std::move(telling);
    }
    auto fetching = fetch_bases(step);
    const auto fetched = co_await std::move(fetching);
    if (!fetched && plan_.is_apart && !session_.stop().requested()) {
        co_return wrong(plan_.dockerfile + ", " + fetched.error().message);
    }
    if (!fetched) co_return explain_build({{}, fetched.error().message, 0}, plan_.dockerfile);
    const auto& executor = session_.document().executor;
    auto stock = docker::BuildStock::at(executor.docker_host, engine_->version().api);
    if (!stock) co_return explain_refusal(stock.error(), "");
    auto bases = plan_.is_apart ? facts_.possible_bases : facts_.bases;
    auto checking = check_triggers(*stock, std::move(bases), plan_.is_apart);
    const auto checked = co_await std::move(checking);
    if (!checked) co_return explain_refusal(checked.error(), plan_.dockerfile);
    if (!plan_.is_apart) co_return ImageResult{};
    auto listing = list_before();
    co_await std::move(listing);
    if (!before_) co_return explain_refusal(before_.error(), "");
    co_return ImageResult{};
}

Task<> ImageWork::list_before() {
    const auto& host = session_.document().executor.docker_host;
    auto stock = docker::BuildStock::at(host, engine_->version().api);
    if (!stock) co_return;
    auto listing = stock->list_ids();
    before_ = co_await std::move(listing);
}

/// Whether all of them are on the engine when the build begins.
bool ImageWork::knows_bases() const {
    return plan_.is_apart || (facts_.unsure_base.empty() && plan_.platforms.empty());
}

Task<Result<>> ImageWork::fetch_bases(int step) {
    if (plan_.is_apart) {
        StepLog log{session_, step};
        auto fetching = unless_stopped(fetch_public_bases(*engine_, facts_, log), session_.stop());
        co_return co_await std::move(fetching);
    }
    const bool is_classic = builder_ == docker::Builder::classic;
    if (is_classic && !knows_bases()) co_return Result<>{};
    // A name stands for one platform's image on the engine: BuildKit fetches each by itself.
    if (has_several()) co_return Result<>{};
    for (const auto& name : facts_.bases) {
        auto image = docker::parse_reference(name);
        const bool waits = image && (is_classic || plan_.pull || has_login(image->registry()));
        if (!waits) continue;
        auto fetching = fetch(std::move(*image), step, plan_.pull);
        auto fetched = co_await std::move(fetching);
        // Behind its target a builder needs none: what it needs, and cannot fetch, it says itself.
        const bool is_needed = !is_classic || plan_.target.empty() || session_.stop().requested();
        if (!fetched && is_needed) co_return fetched;
    }
    co_return Result<>{};
}

bool ImageWork::has_login(const std::string& registry) const {
    const auto logins = all_logins(plan_);
    return std::any_of(logins.begin(), logins.end(), [&](const docker::Credentials& login) {
        return login.server == registry;
    });
}

Task<ImageResult> ImageWork::run_build(int step) {
    auto context = docker::open_context(plan_.context, plan_.dockerfile, kMaxContext);
    if (!context) co_return explain_refusal(context.error(), "");
    auto telling = tell(
        step,
        "Sending " + std::to_string(context->file_count()) + " entries, " +
            show_size(context->content_bytes()) + ", to " + engine_->version().engine
    );
    co_await std::move(telling);
    BuildLog log{session_, step};
    // It takes the builder longer to read the context. What it has made by then, none but a
    // stranger's build has to take back.
    TaskGroup beside{co_await boost::asio::this_coro::executor, {}};
    if (builder_ == docker::Builder::classic && !before_) beside.spawn("images", list_before());
    auto building = unless_stopped(carry_out(*context, log), session_.stop());
    auto built = co_await std::move(building);
    auto joining = beside.join();
    co_await std::move(joining);
    layers_ = log.layers();
    if (!built) container_ = log.container();
    if (!built) co_return explain_refusal(built.error(), plan_.dockerfile);
    is_whole_ = true;
    if (built->image_id.empty()) co_return explain_build(*built, plan_.dockerfile);
    auto keeping = keep_image(std::move(built->image_id), step);
    co_return co_await std::move(keeping);
}

/// The name of the Dockerfile that gives them, too; nothing: it cannot.
std::optional<std::string> ImageWork::label_inside(
    docker::FolderTar& context, const std::string& labels
) const {
    if (labels.empty() || plan_.is_apart || !plan_.target.empty()) return std::nullopt;
    auto text = docker::append_instruction(dockerfile_text_, labels);
    if (!text) return std::nullopt;
    return docker::hide_dockerfile(context, plan_.dockerfile, std::move(*text));
}

Task<Result<docker::BuildOutcome>> ImageWork::carry_out(
    docker::FolderTar& context, docker::ProgressSink& log
) {
    const auto labels = own_label_instruction();
    const auto labelled = label_inside(context, labels);
    auto building = engine_->build(request(labelled.value_or(plan_.dockerfile)), context, log);
    auto built = co_await std::move(building);
    if (!built || built->image_id.empty() || labels.empty() || labelled) co_return built;
    docker::TarBuilder tar;
    tar.add_file(kLabelFile, "FROM " + built->image_id + "\n" + labels + "\n");
    docker::TextSource source{tar.finish()};
    auto labelling = engine_->build(label_request(), source, log);
    co_return co_await std::move(labelling);
}

Task<ImageResult> ImageWork::keep_image(std::string id, int step) {
    image_id_ = std::move(id);
    auto looking = engine_->inspect_image(image_id_);
    const auto image = co_await std::move(looking);
    if (!image) co_return explain_refusal(image.error(), "");
    if (!platform_.empty() && !is_of_platform(image->platform, platform_)) {
        co_return wrong(
            "platforms: " + platform_ + " was asked for, and the engine has built " +
            image->platform + ": the base image has no other"
        );
    }
    built_.push_back({platform_, image_id_});
    outputs_["image-id"] = image_id_;
    outputs_["size"] = std::to_string(image->bytes);
    auto telling =
        tell(step, "Built " + image_id_ + ", " + show_size(image->bytes) + ", " + image->platform);
    co_await std::move(telling);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::smoke(int step) {
    auto running = run_smoke(session_, *engine_, image_id_, plan_.smoke, step);
    const auto status = co_await std::move(running);
    const bool has_no_shell =
        !status && status.error().message.find("executable file not found") != std::string::npos;
    if (has_no_shell) co_return wrong("smoke: the image has no sh to run the command with");
    if (!status) co_return explain_refusal(status.error(), "");
    if (*status == 0) co_return ImageResult{};
    co_return ImageFailure{
        model::Cause::exit,
        "the smoke command ended with exit status " + std::to_string(*status) +
            ": the image got no name and was not pushed",
        *status};
}

Task<> ImageWork::list_older() {
    auto listing = engine_->list_images(job_labels(session_.document()));
    older_ = co_await std::move(listing);
}

/// One list tells all: what came since is nobody's who would prune it.
Task<> ImageWork::prune(int step) {
    KeepRule rule{images_to_keep(), plan_.keep_days, plan_.tags};
    if (!rule.removes()) co_return;
    if (!older_) {
        auto listing = list_older();
        co_await std::move(listing);
    }
    // Fewer than may stay: which of them are needed is no question then.
    const bool has_many = older_ && std::cmp_greater(older_->size(), rule.count);
    if (!older_ || (rule.days == 0 && !has_many)) co_return;
    auto asking = ask_needed_(session_);
    auto needed = co_await std::move(asking);
    if (!needed) {
        auto telling =
            tell(step, "Older images stay: which are needed is unknown: " + needed.error().message);
        co_await std::move(telling);
        co_return;
    }
    rule.needed = find_needed(*older_, std::move(*needed), session_.document().run_id);
    const auto now = to_unix_ms(SystemClock{}.now()) / 1000;
    auto removing =
        remove_images(*engine_, choose_superseded(std::move(*older_), rule, image_id_, now));
    const auto count = co_await std::move(removing);
    if (count == 0) co_return;
    auto telling = tell(step, "Removed " + std::to_string(count) + " older images of this job");
    co_await std::move(telling);
}

/// An image that got no other name goes with this one. Layers of a build that came to its end are
/// the engine's cache for the next one.
Task<> ImageWork::close() {
    if (!engine_) co_return;
    if (!container_.empty()) {
        auto ending = remove_build_container(*engine_, std::move(container_), network_mode_);
        co_await std::move(ending);
    }
    auto closing = network_->close(*engine_);
    co_await std::move(closing);
    const auto platforms = wanted_platforms();
    for (const auto& platform : platforms) {
        if (!has_build_tag()) break;
        auto removing = engine_->remove_image(build_tag(platform));
        co_await std::move(removing);
    }
    if (is_whole_ && !plan_.is_apart) co_return;
    auto sweeping = sweep();
    co_await std::move(sweeping);
}

/// What the build has made, by the engine's own lists.
Task<> ImageWork::sweep() {
    const auto& host = session_.document().executor.docker_host;
    auto stock = docker::BuildStock::at(host, engine_->version().api);
    if (!stock || !before_ || layers_.empty()) co_return;
    auto listing = stock->list_ids();
    const auto now = co_await std::move(listing);
    if (!now) co_return;
    auto removing = remove_nameless(*engine_, docker::made_since(*before_, *now, layers_));
    co_await std::move(removing);
}

}  // namespace triphammer::runner
