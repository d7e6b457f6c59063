#include "runner/actions/submodules.hpp"

#include "base/text.hpp"
#include "runner/actions/large_files.hpp"
#include "runner/session/session.hpp"
#include "runner/session/store_link.hpp"

#include <nlohmann/json.hpp>

#include <deque>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr int kDeepest = 10;
/// Of one checkout: the same one may stand in many places.
constexpr int kMostFetched = 200;

struct SentModule {
    std::string path;
    std::string url;
    std::string commit;
};

/// A repository whose submodules are wanted.
struct ModuleParent {
    StoreLink::Query query;  // which one it is
    std::string commit;
    std::string folder;
    std::string path;  // within the checkout; empty: the checkout itself
    int levels = 0;
};

std::string text_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

Result<std::vector<SentModule>> read_modules(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("modules") || !json["modules"].is_array()) {
        return Error{Code::protocol, "the daemon's list of submodules cannot be read"};
    }
    std::vector<SentModule> out;
    for (const auto& one : json["modules"]) {
        if (!one.is_object()) continue;
        out.push_back({text_in(one, "path"), text_in(one, "url"), text_in(one, "commit")});
    }
    return out;
}

Task<Result<std::vector<SentModule>>> list_modules(Session& session, ModuleParent parent) {
    StoreLink link{session};
    auto query = std::move(parent.query);
    query.emplace_back("commit", parent.commit);
    auto asking = link.ask("/runner/v1/modules", std::move(query));
    const auto text = co_await std::move(asking);
    if (!text) co_return text.error();
    co_return read_modules(*text);
}

class ModuleFetch {
  public:
    ModuleFetch(Session& session, int step, ModuleWish wish)
        : session_{session}, step_{step}, wish_{std::move(wish)} {}

    Task<Result<>> run() {
        ModuleParent top{{}, wish_.commit, wish_.folder, {}, wish_.levels};
        if (!wish_.repository.empty()) top.query.emplace_back("repository", wish_.repository);
        todo_.push_back(std::move(top));
        for (; !todo_.empty(); todo_.pop_front()) {
            auto fetching = fetch_all_of(todo_.front());
            if (auto done = co_await std::move(fetching); !done) {
                const auto& path = todo_.front().path;
                co_return path.empty() ? done : with_context(path, done.error());
            }
        }
        co_return Result<>{};
    }

  private:
    Task<Result<>> fetch_all_of(ModuleParent parent) {
        auto listing = list_modules(session_, parent);
        const auto modules = co_await std::move(listing);
        if (!modules) co_return modules.error();
        for (const auto& module : *modules) {
            if (++count_ > kMostFetched) co_return invalid("there are more than 200 submodules");
            auto fetching = fetch_one(parent, module);
            if (auto done = co_await std::move(fetching); !done) {
                co_return with_context("submodule " + module.path, done.error());
            }
        }
        co_return Result<>{};
    }

    Task<Result<>> fetch_one(ModuleParent parent, SentModule module) {
        const auto is_free = is_free_for_module(parent.folder, module.path, wish_.keeps_files);
        if (!is_free) co_return is_free.error();
        if (!*is_free && wish_.is_sparse) co_return Result<>{};
        if (!*is_free) co_return refused("the checkout has left no folder for it");
        const auto path = parent.path + (parent.path.empty() ? "" : "/") + module.path;
        auto said = session_.log(
            step_,
            "Checking out submodule " + path + " at " + module.commit + " of " + module.url + "\n"
        );
        if (auto written = co_await std::move(said); !written) co_return written.error();
        SourceAsk ask;
        ask.module = module.url;
        ask.commit = module.commit;
        ask.depth = wish_.depth;
        SourcePlace place;
        place.folder = parent.folder + "/" + module.path;
        place.has_modules = parent.levels > 1;
        place.keeps_files = wish_.keeps_files;
        const auto folder = place.folder;
        auto fetching = fetch_source(session_, step_, std::move(ask), std::move(place));
        const auto done = co_await std::move(fetching);
        if (!done) co_return done.error();
        const StoreLink::Query owner{{"module", module.url}};
        if (parent.levels > 1) {
            todo_.push_back({owner, module.commit, folder, path, parent.levels - 1});
        }
        if (!wish_.large_files) co_return Result<>{};
        const LargeFilePlace files{owner, folder};
        auto filling = fetch_large_files(session_, step_, files);
        co_return co_await std::move(filling);
    }

    Session& session_;
    int step_;
    ModuleWish wish_;
    std::deque<ModuleParent> todo_;
    int count_ = 0;
};

}  // namespace

Result<int> module_levels(const std::string& text) {
    const auto wish = to_lower(text);
    if (wish.empty() || wish == "false") return 0;
    if (wish == "true") return 1;
    if (wish == "recursive") return kDeepest;
    return invalid("submodules: '" + text + "' is neither true, false nor recursive");
}

Result<bool> is_free_for_module(const fs::path& folder, const std::string& path, bool may_be) {
    auto place = folder;
    for (const auto part : split(path, '/')) {
        if (part.empty() || part == "." || part == "..")
            return refused("'" + path + "' is no path");
        place /= part;
        std::error_code failure;
        const auto status = fs::symlink_status(place, failure);
        if (status.type() == fs::file_type::not_found) return false;
        if (status.type() != fs::file_type::directory) {
            return refused("the tree has something else than a folder at " + place.string());
        }
    }
    std::error_code failure;
    if (fs::is_empty(place, failure) && !failure) return true;
    if (may_be && fs::exists(fs::symlink_status(place / ".git", failure))) return true;
    return refused("the folder " + place.string() + " is not empty");
}

Task<Result<>> fetch_modules(Session& session, int step, ModuleWish wish) {
    if (wish.levels == 0) co_return Result<>{};
    ModuleFetch fetch{session, step, std::move(wish)};
    auto running = fetch.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
