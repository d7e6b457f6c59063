#include "runner/actions/cache.hpp"

#include "archive/path_pattern.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "runner/actions/archive_tool.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostUnpacked = 32ULL << 30U;
constexpr int kZstdLevel = 3;
/// What the archive is made of; changes when older ones cannot be read any more.
constexpr const char* kForm = "zip-zstd-1";
constexpr const char* kRoutes = "/runner/v1/caches";

using Roots = std::map<std::string, std::string>;

/// Folders that are elsewhere in each job. A container's own file system is a root too.
Roots roots_of(const JobFolders& folders) {
    Roots out{
        {"workspace", folders.workspace.inside},
        {"home", folders.home.inside},
        {"temp", folders.temp.inside}};
    if (folders.in_container) {
        out["system"] = "/";
    } else {
        out["tmp"] = "/tmp";
    }
    return out;
}

/// A cache that the daemon has.
struct Hit {
    std::string id;
    std::string key;
    std::int64_t bytes = 0;
};

/// Code::not_found.
Task<Result<Hit>> find(const StoreCall& call, const StoreInputs& inputs) {
    StoreLink::Query query{{"key", inputs.text("key")}};
    query.emplace_back("version", cache_version(inputs.lines("path"), call.executor.folders()));
    for (auto& key : inputs.lines("restore-keys")) query.emplace_back("restore", std::move(key));
    StoreLink link{call.session};
    auto asking = link.ask(kRoutes, std::move(query));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto in = json::parse(*answer, nullptr, false);
    if (!in.is_object()) co_return Error{Code::protocol, "the daemon's answer cannot be read"};
    co_return Hit{in.value("id", ""), in.value("key", ""), in.value("bytes", std::int64_t{0})};
}

Task<Result<>> unpack(const StoreCall& call, const Hit& hit) {
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    StoreLink link{call.session};
    auto fetching = link.fetch(kRoutes + ("/" + hit.id), tool.download_path());
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    archive::UnpackRequest request;
    request.roots = roots_of(call.executor.folders());
    request.is_cache = true;
    request.most_bytes = kMostUnpacked;
    auto unpacking = tool.unpack(std::move(request));
    const auto done = co_await std::move(unpacking);
    if (!done) co_return done.error();
    auto saying =
        say(call,
            "Cache restored from key: " + hit.key + " (" + std::to_string(hit.bytes) + " bytes, " +
                std::to_string(done->files) + " files)");
    co_return co_await std::move(saying);
}

Result<> check(const StoreInputs& inputs) {
    if (inputs.text("key").empty()) return invalid("key: what is the cache to be found by?");
    if (inputs.lines("path").empty()) return invalid("path: what is to be cached?");
    for (const auto* name : {"fail-on-cache-miss", "lookup-only"}) {
        if (auto fine = inputs.flag(name); !fine) return fine.error();
    }
    return {};
}

Task<Result<protocol::Outputs>> tell_miss(const StoreCall& call, const StoreInputs& inputs) {
    const auto key = inputs.text("key");
    if (*inputs.flag("fail-on-cache-miss")) {
        co_return not_found(
            "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: " + key
        );
    }
    auto keys = inputs.lines("restore-keys");
    keys.insert(keys.begin(), key);
    auto saying = say(call, "Cache not found for input keys: " + join(keys, ", "));
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return protocol::Outputs{{"cache-primary-key", key}};
}

Task<Result<>> send(const StoreCall& call, const StoreInputs& inputs, StoredFile file) {
    StoreLink::Query query{{"key", inputs.text("key")}};
    query.emplace_back("version", cache_version(inputs.lines("path"), call.executor.folders()));
    StoreLink link{call.session};
    const auto path = file.path;
    const auto bytes = file.bytes;
    auto sending = link.send(kRoutes, std::move(query), std::move(file));
    const auto answer = co_await std::move(sending);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    const auto words = answer ? "Cache saved with key: " + inputs.text("key") + " (" +
                                    std::to_string(bytes) + " bytes)"
                              : "Cache not saved: " + answer.error().message;
    auto saying = say(call, words);
    co_return co_await std::move(saying);
}

}  // namespace

std::string cache_version(const std::vector<std::string>& paths, const JobFolders& folders) {
    auto text = std::string{kForm};
    const auto roots = roots_of(folders);
    for (const auto& path : paths) {
        const std::pair<const std::string, std::string>* narrowest = nullptr;
        for (const auto& root : roots) {
            const bool is_in = root.second != "/" && archive::is_within(path, root.second);
            const bool is_better =
                narrowest == nullptr || root.second.size() > narrowest->second.size();
            if (is_in && is_better) narrowest = &root;
        }
        auto meant = path;
        if (narrowest != nullptr) {
            meant = "<" + narrowest->first + ">" + path.substr(narrowest->second.size());
        }
        text += "\n" + meant;
    }
    return sha256_hex(text);
}

Task<Result<protocol::Outputs>> restore_cache(StoreCall call, StoreInputs inputs) {
    if (auto fine = check(inputs); !fine) co_return fine.error();
    auto finding = find(call, inputs);
    const auto hit = co_await std::move(finding);
    if (!hit && hit.error().code == Code::cancelled) co_return hit.error();
    Result<> restored;
    if (hit && !*inputs.flag("lookup-only")) {
        auto unpacking = unpack(call, *hit);
        restored = co_await std::move(unpacking);
        if (!restored && restored.error().code == Code::cancelled) co_return restored.error();
    }
    if (!restored) {
        auto saying = say(call, "##[warning]Failed to restore: " + restored.error().message);
        if (auto said = co_await std::move(saying); !said) co_return said.error();
    }
    if (!hit || !restored) {
        auto telling = tell_miss(call, inputs);
        co_return co_await std::move(telling);
    }
    const auto key = inputs.text("key");
    protocol::Outputs outputs;
    outputs["cache-primary-key"] = key;
    outputs["cache-matched-key"] = hit->key;
    outputs["cache-hit"] = hit->key == key ? "true" : "false";
    co_return outputs;
}

Task<Result<>> save_cache(StoreCall call, StoreInputs inputs, std::string matched) {
    if (auto fine = check(inputs); !fine) co_return fine.error();
    const auto key = inputs.text("key");
    if (matched == key) {
        auto saying =
            say(call, "Cache hit occurred on the primary key " + key + ", not saving cache.");
        co_return co_await std::move(saying);
    }
    archive::PackRequest request;
    request.paths = inputs.text("path");
    request.workspace = call.executor.folders().workspace.inside;
    request.home = call.executor.folders().home.inside;
    request.roots = roots_of(call.executor.folders());
    request.method = archive::Method::zstd;
    request.level = kZstdLevel;
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    auto packing = tool.pack(std::move(request));
    auto packed = co_await std::move(packing);
    if (!packed && packed.error().code == Code::cancelled) co_return packed.error();
    if (!packed || packed->file.path.empty()) {
        auto saying =
            say(call,
                "##[warning]Cache not saved: " +
                    (packed ? "the paths do not exist" : packed.error().message));
        co_return co_await std::move(saying);
    }
    auto sending = send(call, inputs, std::move(packed->file));
    co_return co_await std::move(sending);
}

}  // namespace triphammer::runner
