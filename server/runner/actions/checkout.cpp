#include "runner/actions/checkout.hpp"

#include "base/text.hpp"
#include "runner/actions/large_files.hpp"
#include "runner/actions/submodules.hpp"
#include "runner/session/source.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace {

Error unsupported(const std::string& name, const std::string& value, const std::string& why) {
    return invalid("actions/checkout with '" + name + ": " + value + "' is not supported: " + why);
}

std::string_view without_slash(std::string_view url) {
    return url.substr(0, url.find_last_not_of('/') + 1);
}

Result<> check_server(const Session& session, const std::string& url) {
    const auto ours = session.contexts().github().member("server_url").to_text();
    if (url.empty() || equal_ignoring_case(without_slash(url), without_slash(ours))) return {};
    return unsupported("github-server-url", url, "repositories come from " + ours);
}

/// Inside the workspace, also when an earlier step has left links there.
Result<std::string> folder_of(const Session& session, const std::string& path) {
    namespace fs = std::filesystem;
    const fs::path workspace = session.folders().workspace.outside;
    std::error_code failure;
    const auto root = fs::canonical(workspace, failure);
    const auto folder = fs::weakly_canonical(workspace / path, failure);
    const auto inside = folder.lexically_relative(root).generic_string();
    if (failure || inside.empty() || inside == ".." || inside.rfind("../", 0) == 0) {
        return invalid("path '" + path + "' leads out of the workspace");
    }
    return folder.string();
}

/// As the action itself has it: only of a repository that is there do files stay, of anything else
/// none; and whatever is not "true" means false.
bool keeps_files(const ActionInputs& inputs, const std::string& folder) {
    const auto clean = input_text(inputs, "clean");
    if (clean.empty() || equal_ignoring_case(clean, "true")) return false;
    std::error_code failure;
    return std::filesystem::is_directory(std::filesystem::symlink_status(folder + "/.git", failure)
    );
}

/// What to ask the daemon for; a branch goes before a tag of the same name.
struct Wish {
    SourceAsk ask;
    std::string head;
    bool may_be_tag = false;
};

bool is_of_run(const model::SourceSpec& source, const std::string& ref) {
    const std::string_view full = source.ref;
    const auto short_name = full.substr(full.find('/', full.find('/') + 1) + 1);
    return ref.empty() || ref == source.sha || ref == full || ref == short_name;
}

Wish wish_of(const model::SourceSpec& source, const ActionInputs& inputs) {
    Wish out;
    const auto repository = input_text(inputs, "repository");
    const auto ref = input_text(inputs, "ref");
    if (!equal_ignoring_case(repository, source.repository)) out.ask.repository = repository;
    if (out.ask.is_own() && is_of_run(source, ref)) {
        if (!is_commit_id(ref)) out.head = source.ref;
    } else if (is_commit_id(ref)) {
        out.ask.commit = ref;
    } else if (!ref.empty()) {
        out.may_be_tag = !ref.starts_with("refs/");
        out.ask.ref = out.may_be_tag ? "refs/heads/" + ref : ref;
        out.head = out.ask.ref;
    }
    out.ask.tags = equal_ignoring_case(input_text(inputs, "fetch-tags"), "true");
    return out;
}

Result<std::int64_t> depth_of(const std::string& text) {
    if (text.empty()) return 1;
    if (text.starts_with('-') && parse_integer(text.substr(1))) return 0;  // as GitHub has it
    const auto depth = parse_integer(text);
    if (depth) return *depth;
    return invalid("fetch-depth: '" + text + "' is no number of commits");
}

void set_sparse(const ActionInputs& inputs, SourcePlace& place) {
    for (const auto line : split(input_text(inputs, "sparse-checkout"), '\n')) {
        if (!trim(line).empty()) place.sparse.emplace_back(trim(line));
    }
    const auto cone = input_text(inputs, "sparse-checkout-cone-mode");
    place.cone = !equal_ignoring_case(cone, "false");
}

Result<ModuleWish> module_wish_of(
    const ActionInputs& inputs, const SourceAsk& ask, SourcePlace& place
) {
    ModuleWish out;
    const auto levels = module_levels(input_text(inputs, "submodules"));
    if (!levels) return levels.error();
    out.repository = ask.repository;
    out.folder = place.folder;
    out.depth = ask.depth;
    out.levels = *levels;
    out.is_sparse = !place.sparse.empty();
    out.keeps_files = place.keeps_files;
    out.large_files = equal_ignoring_case(input_text(inputs, "lfs"), "true");
    place.has_modules = out.levels > 0;
    return out;
}

Task<Result<std::string>> fetch_wish(Session& session, int step, Wish wish, SourcePlace place) {
    place.head = wish.head;
    auto fetching = fetch_source(session, step, wish.ask, place);
    auto commit = co_await std::move(fetching);
    const bool again = !commit && wish.may_be_tag && commit.error().code == Code::not_found;
    if (!again) co_return commit;
    wish.ask.ref = "refs/tags/" + wish.ask.ref.substr(std::string_view{"refs/heads/"}.size());
    place.head = wish.ask.ref;
    auto trying = fetch_source(session, step, std::move(wish.ask), std::move(place));
    co_return co_await std::move(trying);
}

std::string words_of(const model::SourceSpec& source, const SourceAsk& ask) {
    std::string what = ask.is_own() ? source.sha : "its default branch";
    if (!ask.commit.empty()) what = ask.commit;
    if (!ask.ref.empty()) what = ask.ref;
    const auto depth = ask.depth == 1   ? std::string{}
                       : ask.depth == 0 ? std::string{" with its history, branches and tags"}
                                        : " with " + std::to_string(ask.depth) + " commits";
    const auto& from = ask.is_own() ? source.repository : ask.repository;
    return "Checking out " + from + " at " + what + depth + "\n";
}

/// Nobody is asked to do something about it: it is slower, and no less right.
std::string remark_of(const Session& session) {
    const auto& problem = session.parts().layer_problem;
    return problem.empty() ? "" : "##[debug]all files are written: " + problem + "\n";
}

/// Submodules, and files of Git LFS. Where all that is, relative to the workspace.
Task<Result<std::string>> add_to_checkout(const ActionCall& call, ModuleWish wish) {
    auto& session = call.scope.session();
    const LargeFilePlace top{LargeFilePlace::owner_of(wish.repository), wish.folder};
    const bool large_files = wish.large_files;
    auto adding = fetch_modules(session, call.place.log, std::move(wish));
    if (auto added = co_await std::move(adding); !added) co_return added.error();
    if (large_files) {
        auto filling = fetch_large_files(session, call.place.log, top);
        if (auto full = co_await std::move(filling); !full) co_return full.error();
    }
    const auto& workspace = session.folders().workspace.outside;
    const auto path = std::filesystem::path{top.folder}.lexically_relative(workspace).string();
    co_return path == "." ? std::string{} : path;
}

}  // namespace

Task<StepResult>
run_checkout(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    auto& session = call.scope.session();
    const auto server = check_server(session, input_text(inputs, "github-server-url"));
    if (!server) co_return failed_step(server.error());
    SourcePlace place;
    auto folder = folder_of(session, input_text(inputs, "path"));
    if (!folder) co_return failed_step(folder.error());
    place.folder = std::move(*folder);
    place.keeps_files = keeps_files(inputs, place.folder);
    set_sparse(inputs, place);
    const auto& source = session.document().source;
    auto wish = wish_of(source, inputs);
    const auto depth = depth_of(input_text(inputs, "fetch-depth"));
    if (!depth) co_return failed_step(depth.error());
    wish.ask.depth = *depth;
    auto modules = module_wish_of(inputs, wish.ask, place);
    if (!modules) co_return failed_step(modules.error());
    const auto words = words_of(source, wish.ask) + remark_of(session);
    auto said = session.log(call.place.log, words);
    if (auto written = co_await std::move(said); !written) co_return failed_step(written.error());
    const bool is_own = wish.ask.is_own();
    const bool keeps = place.keeps_files;
    auto fetching = fetch_wish(session, call.place.log, std::move(wish), std::move(place));
    const auto commit = co_await std::move(fetching);
    if (!commit) co_return failed_step(commit.error());
    modules->commit = *commit;
    auto adding = add_to_checkout(call, std::move(*modules));
    auto added = co_await std::move(adding);
    if (!added) co_return failed_step(added.error());
    auto renewing = call.executor.renew(std::move(*added), keeps);
    if (auto done = co_await std::move(renewing); !done) co_return failed_step(done.error());
    StepResult out;
    const auto ref = input_text(inputs, "ref");
    out.outputs["ref"] = ref.empty() && is_own ? source.ref : ref;
    out.outputs["commit"] = *commit;
    co_return out;
}

}  // namespace triphammer::runner
