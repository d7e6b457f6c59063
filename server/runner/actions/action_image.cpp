#include "runner/actions/action_image.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "docker/dockerfile.hpp"
#include "runner/container/build_network.hpp"
#include "runner/image/bases.hpp"
#include "runner/image/failure.hpp"
#include "runner/session/step_log.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kMostContext = 4ULL << 30U;
/// Of a context that a container has.
constexpr std::uint64_t kMostCopied = 64U << 20U;
constexpr std::uint64_t kMostDockerfile = 1U << 20U;
constexpr std::size_t kNameDigits = 16;

docker::Credentials login_for(const ActionPlace& at, const docker::ImageReference& image) {
    const auto& logins = at.scope.actions().logins;
    const auto known = logins.find(image.registry());
    return known == logins.end() ? docker::Credentials{} : known->second;
}

/// The machine's own name of a folder that the steps see; empty where only their container has it.
std::string outside_of(const StepExecutor& steps, const std::string& path) {
    const auto& folders = steps.folders();
    const bool contained = !steps.place().container_id.empty();
    for (const auto* folder : {&folders.actions, &folders.workspace}) {
        const bool is_shared = folder == &folders.actions || !contained;
        if (is_shared && (path + "/").starts_with(folder->inside + "/")) {
            return folder->outside + path.substr(folder->inside.size());
        }
    }
    return {};
}

/// A folder of the steps' container, without the name of the folder itself.
Task<Result<std::string>> copy_context(
    docker::Engine& engine, std::string container, std::string folder
) {
    auto getting = engine.get_archive(std::move(container), std::move(folder), kMostCopied);
    const auto archive = co_await std::move(getting);
    if (!archive) co_return archive.error();
    const auto entries = docker::read_tar(*archive);
    if (!entries) co_return entries.error();
    docker::TarBuilder out;
    for (const auto& entry : *entries) {
        const auto slash = entry.header.path.find('/');
        const auto path = slash == std::string::npos ? "" : entry.header.path.substr(slash + 1);
        if (path.empty()) continue;
        const auto& header = entry.header;
        if (header.kind == docker::TarKind::directory) out.add_directory(path, header.mode);
        if (header.kind == docker::TarKind::symlink) out.add_symlink(path, header.link_target);
        if (header.kind == docker::TarKind::file) out.add_file(path, entry.content, header.mode);
    }
    co_return out.finish();
}

Result<> check_fetches(std::string_view dockerfile) {
    const auto facts = docker::read_dockerfile(dockerfile);
    if (facts.fetch_word.empty()) return {};
    return invalid(facts.fetch_word + ": the engine itself would fetch it; fetch it in a RUN");
}

/// What the Dockerfile begins with, before the engine gets it (docs/adr/0075).
Task<Result<>> check_bases(const ActionPlace& at, docker::Engine& engine, std::string dockerfile) {
    const auto& document = at.scope.session().document();
    const auto facts = docker::read_dockerfile(dockerfile);
    if (document.from_fork) {
        StepLog log{at.scope.session(), at.place.log};
        auto fetching = fetch_public_bases(engine, facts, log);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    }
    auto stock = docker::BuildStock::at(document.executor.docker_host, engine.version().api);
    if (!stock) co_return stock.error();
    auto bases = document.from_fork ? facts.possible_bases : facts.bases;
    auto checking = check_triggers(*stock, std::move(bases), document.from_fork);
    co_return co_await std::move(checking);
}

/// The engine follows it from the context's root, to another file than is looked at here.
Error is_link(const std::string& name) {
    return invalid(name + " is a link: the Dockerfile of an action is a file");
}

std::string content_of(const std::vector<docker::TarEntry>& context, const std::string& name) {
    const auto found = std::find_if(context.begin(), context.end(), [&](const auto& entry) {
        return entry.header.path == name;
    });
    return found == context.end() ? std::string{} : found->content;
}

/// One name for each Dockerfile of a repository: a new image takes it from the old one.
std::string name_of(const ActionPlace& at) {
    const auto& document = at.scope.session().document();
    const auto repository = at.scope.contexts().find("github")->member("repository").to_text();
    const std::string whose = document.from_fork ? "\nfork" : "";
    const auto sum =
        sha256_hex(document.server_id + "\n" + repository + "\n" + at.use.name + whose);
    return "triphammer-action-" + sum.substr(0, kNameDigits) + ":latest";
}

Task<Result<docker::BuildOutcome>> build(
    const ActionPlace& at, docker::Engine& engine, docker::BuildRequest request, std::string file
) {
    StepLog log{at.scope.session(), at.place.log};
    const auto folder = fs::path{file}.parent_path().string();
    const auto outside = outside_of(at.executor, folder);
    if (!outside.empty()) {
        const auto path = fs::path{outside} / request.dockerfile;
        std::error_code failure;
        if (fs::is_symlink(path, failure)) co_return is_link(request.dockerfile);
        const auto text = read_file(path, kMostDockerfile);
        if (!text) co_return text.error();
        if (auto fine = check_fetches(*text); !fine) co_return fine.error();
        auto checking = check_bases(at, engine, *text);
        if (auto fine = co_await std::move(checking); !fine) co_return fine.error();
        auto context = docker::open_context(outside, request.dockerfile, kMostContext);
        if (!context) co_return context.error();
        // A step's program that runs on could change it after it was looked at.
        context->put(request.dockerfile, *text);
        auto building = engine.build(std::move(request), *context, log);
        co_return co_await std::move(building);
    }
    auto copying = copy_context(engine, at.executor.place().container_id, folder);
    auto copied = co_await std::move(copying);
    if (!copied) co_return copied.error();
    const auto entries = docker::read_tar(*copied);
    if (!entries) co_return entries.error();
    if (auto fine = check_dockerfile(*entries, request.dockerfile); !fine) co_return fine.error();
    auto checking = check_bases(at, engine, content_of(*entries, request.dockerfile));
    if (auto fine = co_await std::move(checking); !fine) co_return fine.error();
    docker::TextSource context{std::move(*copied)};
    auto building = engine.build(std::move(request), context, log);
    co_return co_await std::move(building);
}

/// By the rule for what a stranger's Dockerfile begins with.
Task<Result<docker::ImageInfo>> fetch_public_image(
    const ActionPlace& at, docker::Engine& engine, docker::ImageReference image
) {
    StepLog log{at.scope.session(), at.place.log};
    docker::DockerfileFacts facts;
    facts.possible_bases = {image.text()};
    auto fetching = fetch_public_bases(engine, facts, log);
    if (const auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    auto looking = engine.inspect_image(image.text());
    co_return co_await std::move(looking);
}

/// What nobody can name any more would stay for ever.
Task<> remove_older(docker::Engine& engine, Result<docker::ImageInfo> older, std::string id) {
    if (!older || older->id == id) co_return;
    auto removing = engine.remove_image(older->id);
    co_await std::move(removing);  // in use: the job that uses it builds next
}

}  // namespace

Result<> check_dockerfile(const std::vector<docker::TarEntry>& context, const std::string& name) {
    const auto found = std::find_if(context.begin(), context.end(), [&](const auto& entry) {
        return entry.header.path == name;
    });
    if (found == context.end()) return invalid(name + " is not in the action's folder");
    if (found->header.kind != docker::TarKind::file) return is_link(name);
    return check_fetches(found->content);
}

Task<Result<docker::ImageInfo>> pull_action_image(
    const ActionPlace& at,
    docker::Engine& engine,
    std::string image,
    ImageNamedBy named_by,
    execution::StopToken& stop
) {
    const auto reference = docker::parse_reference(image);
    if (!reference) co_return reference.error();
    if (named_by == ImageNamedBy::stranger) {
        auto fetching = unless_stopped(fetch_public_image(at, engine, *reference), stop);
        co_return co_await std::move(fetching);
    }
    auto looking = engine.inspect_image(reference->text());
    auto known = co_await std::move(looking);
    if (known || known.error().code != Code::not_found) co_return known;
    StepLog log{at.scope.session(), at.place.log};
    auto pulling = unless_stopped(engine.pull(*reference, login_for(at, *reference), &log), stop);
    const auto pulled = co_await std::move(pulling);
    if (!pulled) co_return pulled.error();
    auto again = engine.inspect_image(reference->text());
    co_return co_await std::move(again);
}

Task<Result<docker::ImageInfo>> build_action_image(
    const ActionPlace& at, docker::Engine& engine, std::string file, execution::StopToken& stop
) {
    docker::BuildRequest request;
    request.dockerfile = fs::path{file}.filename().string();
    request.tags = {name_of(at)};
    request.no_cache = at.scope.session().document().from_fork;
    if (!request.no_cache) {
        for (const auto& [registry, login] : at.scope.actions().logins)
            request.logins.push_back(login);
    }
    auto looking = engine.inspect_image(request.tags.front());
    auto older = co_await std::move(looking);
    const auto name = request.dockerfile;
    const auto network = make_build_network(at.scope.session());
    auto opening = network->open(engine);
    const auto mode = co_await std::move(opening);
    if (mode) request.network = *mode;
    Result<docker::BuildOutcome> built = mode ? Error{Code::internal, "not built"} : mode.error();
    if (mode) {
        auto building =
            unless_stopped(build(at, engine, std::move(request), std::move(file)), stop);
        built = co_await std::move(building);
    }
    auto closing = network->close(engine);
    co_await std::move(closing);
    if (!built) co_return with_context(name, built.error());
    if (built->image_id.empty()) co_return invalid(explain_build(*built, name).sentence);
    auto removing = remove_older(engine, std::move(older), built->image_id);
    co_await std::move(removing);
    auto inspecting = engine.inspect_image(built->image_id);
    co_return co_await std::move(inspecting);
}

}  // namespace triphammer::runner
