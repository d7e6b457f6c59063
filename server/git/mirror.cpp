#include "git/mirror.hpp"

#include "base/unused.hpp"
#include "git/repository.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace triphammer::git {

namespace asio = boost::asio;

/// The wants that one run of `git fetch` serves, and who waits for it.
struct Mirrors::Batch {
    Batch(Executor executor, Remote from, std::vector<Want> what)
        : remote{std::move(from)}, wants{std::move(what)}, ended{executor} {
        ended.expires_at(asio::steady_timer::time_point::max());
    }

    Remote remote;
    std::vector<Want> wants;
    std::vector<std::pair<Want, Error>> failures;
    bool complete = false;  // false after `ended`: whoever led it was cancelled
    bool over = false;
    asio::steady_timer ended;  // cancelled at the end

    bool has(const Want& want) const {
        return std::find(wants.begin(), wants.end(), want) != wants.end();
    }

    void add(const Want& want) {
        if (!has(want)) wants.push_back(want);
    }

    void finish() {
        over = true;
        ended.cancel();
    }

    Result<> outcome_of(const std::vector<Want>& asked) const {
        if (!complete) return Error{Code::unavailable, "the fetch was stopped"};
        for (const auto& [want, failure] : failures) {
            if (std::find(asked.begin(), asked.end(), want) != asked.end()) return failure;
        }
        return {};
    }
};

struct Mirrors::Queue {
    std::shared_ptr<Batch> running;
    std::shared_ptr<Batch> pending;

    /// A running fetch helps only whoever knows the commit: what a bare ref names may be newer.
    bool is_served_by_running(const std::vector<Want>& wants) const {
        return running && std::all_of(wants.begin(), wants.end(), [&](const Want& want) {
                   return !want.sha.empty() && running->has(want);
               });
    }

    void forget(const std::shared_ptr<Batch>& batch) {
        if (running == batch) running.reset();
        if (pending == batch) pending.reset();
    }
};

namespace {

constexpr std::string_view kFollowed = "refs/now/";
constexpr std::size_t kMostModules = 200;
constexpr std::size_t kMostModuleText = std::size_t{1} << 20U;

Task<Result<>> keep_module_text(std::string& out, std::string bytes) {
    if (out.size() + bytes.size() > kMostModuleText) co_return invalid(".gitmodules is too large");
    out += bytes;
    co_return Result<>{};
}

std::vector<std::string> make_refspecs(const Want& want) {
    if (want.ref.empty()) return {want.sha};
    const std::string followed{kFollowed};
    if (want.ref == kHead) return {"+HEAD:" + followed + "HEAD"};
    if (want.ref != kEverything) return {"+" + want.ref + ":" + want.ref};
    return {"+refs/heads/*:" + followed + "heads/*", "+refs/tags/*:" + followed + "tags/*"};
}

bool is_pattern(const std::string& refspec) {
    return refspec.ends_with('*');
}

/// Names come from events, so from strangers: a pattern or an option would fetch something else.
Result<> check_want(const Want& want) {
    const bool is_ours = want.sha.empty() && (want.ref == kEverything || want.ref == kHead);
    const bool ref_is_fine = is_ours || want.ref.empty() || is_ref_name(want.ref);
    const bool sha_is_fine = want.sha.empty() || is_object_id(want.sha);
    if (ref_is_fine && sha_is_fine && !(want.ref.empty() && want.sha.empty())) return {};
    return invalid("the event names a ref or a commit that git does not know as one");
}

Result<std::vector<Ref>> list_branches_and_tags(const Repository& mirror) {
    auto refs = mirror.list_refs(std::string{kFollowed});
    if (!refs) return refs;
    for (auto& ref : *refs) ref.name.replace(0, kFollowed.size(), "refs/");
    if (refs->empty()) refs = mirror.list_refs("refs/");
    if (!refs) return refs;
    std::erase_if(*refs, [](const Ref& ref) {
        return !ref.name.starts_with("refs/heads/") && !ref.name.starts_with("refs/tags/");
    });
    return refs;
}

Error explain_missing(const Want& want, Error failure) {
    if (failure.code != Code::conflict) return failure;
    if (want.sha.empty()) return conflict(want.ref + " is not there (any more)");
    return conflict(
        "commit vanished: " + want.sha + " is no longer at the host (was " +
        (want.ref.empty() ? "it" : want.ref) + " deleted or overwritten?)"
    );
}

template <class Batch>
Task<> wait_for(std::shared_ptr<Batch> batch) {
    while (!batch->over) {
        boost::system::error_code ignored;
        co_await batch->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

/// Whatever happens to the leading coroutine, nobody waits for its batch for ever.
template <class Queue, class Batch>
class Leadership {
  public:
    Leadership(std::shared_ptr<Queue> queue, std::shared_ptr<Batch> batch)
        : queue_{std::move(queue)}, batch_{std::move(batch)} {}

    ~Leadership() {
        queue_->forget(batch_);
        batch_->finish();
    }

    Leadership(const Leadership&) = delete;
    Leadership& operator=(const Leadership&) = delete;

  private:
    std::shared_ptr<Queue> queue_;
    std::shared_ptr<Batch> batch_;
};

}  // namespace

Mirrors::Mirrors(MirrorSettings settings, NamedThread& git, Spawner& spawner)
    : settings_{std::move(settings)}, git_{git}, spawner_{spawner} {}

Mirrors::~Mirrors() = default;

std::filesystem::path Mirrors::path_of(model::RepositoryId repository) const {
    return settings_.folder / (model::to_text(repository) + ".git");
}

Task<Result<>> Mirrors::ensure(
    model::RepositoryId repository, Remote remote, std::vector<Want> wants
) {
    for (const auto& want : wants) {
        if (auto ok = check_want(want); !ok) co_return ok.error();
    }
    auto listed = list_missing(repository, std::move(wants));
    const auto missing = co_await std::move(listed);
    if (missing.empty()) co_return Result<>{};
    auto& place = queues_[repository];
    if (!place) place = std::make_shared<Queue>();
    auto queue = place;
    auto batch = queue->is_served_by_running(missing) ? queue->running : queue->pending;
    if (batch) {
        for (const auto& want : missing) batch->add(want);
        co_await wait_for(batch);
        co_return batch->outcome_of(missing);
    }
    const auto executor = co_await asio::this_coro::executor;
    batch = std::make_shared<Batch>(executor, std::move(remote), missing);
    co_await lead(repository, queue, batch);
    co_return batch->outcome_of(missing);
}

Task<Result<std::string>> Mirrors::resolve(model::RepositoryId repository, std::string name) {
    const auto path = path_of(repository);
    auto work = [&]() -> Result<std::string> {
        const auto mirror = Repository::open(path);
        if (!mirror) return mirror.error();
        return mirror->resolve_commit(name == kHead ? std::string{kFollowed} + name : name);
    };
    auto resolved = offload(git_, work);
    co_return co_await std::move(resolved);
}

Task<Result<std::vector<Ref>>> Mirrors::list_refs(model::RepositoryId repository) {
    const auto path = path_of(repository);
    auto work = [&]() -> Result<std::vector<Ref>> {
        const auto mirror = Repository::open(path);
        if (!mirror) return mirror.error();
        return list_branches_and_tags(*mirror);
    };
    auto listing = offload(git_, work);
    co_return co_await std::move(listing);
}

Task<Result<std::vector<Module>>> Mirrors::list_modules(
    model::RepositoryId repository, std::string sha, std::string url
) {
    const auto path = path_of(repository);
    auto work = [&]() -> Result<std::vector<TreeLink>> {
        const auto mirror = Repository::open(path);
        if (!mirror) return mirror.error();
        return mirror->list_links(sha, kMostModules);
    };
    auto listing = offload(git_, work);
    const auto links = co_await std::move(listing);
    if (!links) co_return links.error();
    if (links->empty()) co_return std::vector<Module>{};
    auto reading = read_module_file(path, std::move(sha));
    const auto config = co_await std::move(reading);
    if (!config) co_return config.error();
    co_return match_modules(*config, *links, url);
}

/// Git reads its own format; what it includes from elsewhere is not followed.
Task<Result<std::string>> Mirrors::read_module_file(std::filesystem::path mirror, std::string sha) {
    ChildRequest request;
    request.arguments = {
        "-C",
        mirror.string(),
        "config",
        "--no-includes",
        "--blob",
        sha + ":.gitmodules",
        "-z",
        "--list"};
    std::string text;
    const OnOutput take = [&text](std::string bytes) {
        return keep_module_text(text, std::move(bytes));
    };
    auto reading = run_child(spawner_, std::move(request), take);
    const auto end = co_await std::move(reading);
    if (!end) co_return end.error();
    if (!end->status.ok()) co_return invalid(".gitmodules is missing, or git cannot read it");
    co_return text;
}

Task<> Mirrors::lead(
    model::RepositoryId repository, std::shared_ptr<Queue> queue, std::shared_ptr<Batch> batch
) {
    const Leadership<Queue, Batch> leadership{queue, batch};
    if (queue->running) {
        queue->pending = batch;
        co_await wait_for(queue->running);
        queue->pending.reset();
    }
    queue->running = batch;
    co_await run_batch(repository, batch);
    batch->complete = true;
}

Task<std::vector<Want>> Mirrors::list_missing(
    model::RepositoryId repository, std::vector<Want> wants
) {
    const auto path = path_of(repository);
    auto work = [&] {
        mark_used(path);
        const auto mirror = Repository::open(path);
        std::vector<Want> missing;
        for (const auto& want : wants) {
            const bool there = mirror && !want.sha.empty() && mirror->has_commit(want.sha);
            if (!there) missing.push_back(want);
        }
        return missing;
    };
    auto missing = offload(git_, work);
    co_return co_await std::move(missing);
}

/// On the thread that marks their use.
Task<std::vector<std::filesystem::path>> Mirrors::set_unused_aside(TimePoint then) {
    auto work = [&] { return triphammer::set_unused_aside(settings_.folder, then); };
    auto setting = offload(git_, work);
    co_return co_await std::move(setting);
}

Task<> Mirrors::run_batch(model::RepositoryId repository, std::shared_ptr<Batch> batch) {
    const auto wants = batch->wants;
    std::vector<std::string> refspecs;
    for (const auto& want : wants) {
        for (auto& refspec : make_refspecs(want)) {
            const bool known = std::count(refspecs.begin(), refspecs.end(), refspec) > 0;
            if (!known) refspecs.push_back(std::move(refspec));
        }
    }
    auto together = co_await fetch_refspecs(repository, batch, std::move(refspecs));
    if (!together && together.error().code != Code::conflict) {
        for (const auto& want : wants) batch->failures.emplace_back(want, together.error());
        co_return;
    }
    // One ref that is gone spoils the whole command: then each want is asked for by itself.
    auto left = wants;
    if (together) {
        std::erase_if(left, [](const Want& want) { return want.sha.empty(); });
        left = co_await list_missing(repository, std::move(left));
    }
    for (const auto& want : left) {
        auto alone = co_await fetch_alone(repository, batch, want);
        if (!alone) batch->failures.emplace_back(want, explain_missing(want, alone.error()));
    }
}

Task<Result<>> Mirrors::fetch_alone(
    model::RepositoryId repository, std::shared_ptr<Batch> batch, Want want
) {
    std::vector<std::string> refspecs(1, want.sha);
    if (!want.sha.empty()) {
        auto by_id = co_await fetch_refspecs(repository, batch, std::move(refspecs));
        co_return by_id;
    }
    refspecs = make_refspecs(want);
    auto by_ref = co_await fetch_refspecs(repository, batch, std::move(refspecs));
    co_return by_ref;
}

Task<Result<>> Mirrors::fetch_refspecs(
    model::RepositoryId repository, std::shared_ptr<Batch> batch, std::vector<std::string> refspecs
) {
    const bool has_patterns = std::any_of(refspecs.begin(), refspecs.end(), is_pattern);
    FetchRequest request{
        path_of(repository), batch->remote, std::move(refspecs), settings_.limits, has_patterns};
    auto create = [&] { return Repository::create_bare(request.mirror); };
    auto creating = offload(git_, create);
    auto created = co_await std::move(creating);
    if (!created) co_return created.error();
    ++fetches_;
    auto fetching = fetch(spawner_, std::move(request));
    co_return co_await std::move(fetching);
}

}  // namespace triphammer::git
