#include "runner/actions/artifact.hpp"

#include "archive/path_pattern.hpp"
#include "base/text.hpp"
#include "runner/actions/archive_tool.hpp"

#include <nlohmann/json.hpp>

#include <fnmatch.h>

#include <algorithm>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr std::uint64_t kMostUnpacked = 32ULL << 30U;
constexpr std::int64_t kMostDays = 3650;
constexpr int kBestCompression = 9;
constexpr int kUsualCompression = 6;

/// What upload-artifact is asked to do.
struct Upload {
    std::string name;
    std::string if_none;
    bool overwrite = false;
    std::int64_t retention_days = 0;
    archive::PackRequest pack;
};

Result<Upload> read_upload(const StoreCall& call, const StoreInputs& inputs) {
    const auto overwrite = inputs.flag("overwrite");
    if (!overwrite) return overwrite.error();
    const auto hidden = inputs.flag("include-hidden-files");
    if (!hidden) return hidden.error();
    const auto days = inputs.number("retention-days", 0, 0, kMostDays);
    if (!days) return days.error();
    const auto level = inputs.number("compression-level", kUsualCompression, 0, kBestCompression);
    if (!level) return level.error();
    Upload out;
    out.name = inputs.text("name", "artifact");
    out.if_none = inputs.text("if-no-files-found", "warn");
    out.overwrite = *overwrite;
    out.retention_days = *days;
    out.pack.paths = inputs.text("path");
    if (out.pack.paths.empty()) return invalid("path: which files are to be uploaded?");
    if (out.if_none != "warn" && out.if_none != "error" && out.if_none != "ignore") {
        return invalid("if-no-files-found: '" + out.if_none + "' is none of warn, error, ignore");
    }
    out.pack.workspace = call.executor.folders().workspace.inside;
    out.pack.home = call.executor.folders().home.inside;
    out.pack.hidden = *hidden;
    out.pack.level = static_cast<int>(*level);
    return out;
}

Task<Result<protocol::Outputs>> tell_none(const StoreCall& call, const Upload& upload) {
    const auto words = "No files were found with the provided path: " + upload.pack.paths +
                       ". No artifacts will be uploaded.";
    if (upload.if_none == "error") co_return invalid(words);
    auto saying = say(call, (upload.if_none == "warn" ? "##[warning]" : "") + words);
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return protocol::Outputs{};
}

Task<Result<std::string>> send(const StoreCall& call, const Upload& upload, StoredFile file) {
    StoreLink::Query query{{"name", upload.name}};
    if (upload.overwrite) query.emplace_back("overwrite", "true");
    if (upload.retention_days > 0) {
        query.emplace_back("retention_days", std::to_string(upload.retention_days));
    }
    StoreLink link{call.session};
    const auto path = file.path;
    auto sending = link.send("/runner/v1/artifacts", std::move(query), std::move(file));
    auto answer = co_await std::move(sending);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    co_return answer;
}

std::string text_field(const json& in, const char* name) {
    return in.is_object() && in.contains(name) && in[name].is_string() ? in[name].get<std::string>()
                                                                       : std::string{};
}

Result<std::vector<ListedArtifact>> parse_list(const std::string& text) {
    const auto in = json::parse(text, nullptr, false);
    if (!in.is_object() || !in.contains("items") || !in["items"].is_array()) {
        return Error{Code::protocol, "the daemon's list of artifacts cannot be read"};
    }
    std::vector<ListedArtifact> out;
    for (const auto& item : in["items"]) {
        out.push_back(
            {text_field(item, "id"), text_field(item, "name"), item.value("bytes", std::int64_t{0})}
        );
    }
    return out;
}

Result<> check_download(const StoreCall& call, const StoreInputs& inputs) {
    const auto& own = call.session.document().source.repository;
    const auto repository = inputs.text("repository", own);
    if (equal_ignoring_case(repository, own)) return {};
    return invalid(
        "repository: only artifacts of " + own + " can be downloaded here, not of " + repository
    );
}

std::string folder_of(const StoreCall& call, const std::string& path) {
    const auto& folders = call.executor.folders();
    if (path == "~" || path.starts_with("~/")) {
        return archive::normal_path(folders.home.inside + path.substr(1));
    }
    if (path.starts_with('/')) return archive::normal_path(path);
    return archive::normal_path(folders.workspace.inside + "/" + path);
}

Task<Result<>> fetch_one(
    const StoreCall& call, const ListedArtifact& artifact, const std::string& folder
) {
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    StoreLink link{call.session};
    auto fetching = link.fetch("/runner/v1/artifacts/" + artifact.id, tool.download_path());
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    archive::UnpackRequest request;
    request.roots[""] = folder;
    request.most_bytes = kMostUnpacked;
    auto unpacking = tool.unpack(std::move(request));
    const auto done = co_await std::move(unpacking);
    if (!done) co_return with_context("artifact " + artifact.name, done.error());
    auto saying =
        say(call,
            "Downloaded " + artifact.name + " (" + std::to_string(artifact.bytes) + " bytes, " +
                std::to_string(done->files) + " files) to " + folder);
    co_return co_await std::move(saying);
}

}  // namespace

Task<Result<protocol::Outputs>> upload_artifact(StoreCall call, StoreInputs inputs) {
    auto upload = read_upload(call, inputs);
    if (!upload) co_return upload.error();
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    auto packing = tool.pack(upload->pack);
    auto packed = co_await std::move(packing);
    if (!packed) co_return packed.error();
    if (packed->file.path.empty()) {
        auto telling = tell_none(call, *upload);
        co_return co_await std::move(telling);
    }
    const auto bytes = packed->file.bytes;
    auto sending = send(call, *upload, std::move(packed->file));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    const auto stored = json::parse(*answer, nullptr, false);
    protocol::Outputs outputs;
    outputs["artifact-id"] = text_field(stored, "id");
    outputs["artifact-url"] = text_field(stored, "url");
    outputs["artifact-digest"] = text_field(stored, "sha256");
    auto saying =
        say(call,
            "Artifact " + upload->name + " has been successfully uploaded: " +
                std::to_string(packed->content.files) + " files, " + std::to_string(bytes) +
                " bytes, kept until " + text_field(stored, "expires_at") + "\nSHA-256 " +
                outputs["artifact-digest"] + "\n" + outputs["artifact-url"]);
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return outputs;
}

Result<std::vector<ListedArtifact>> choose_artifacts(
    const std::vector<ListedArtifact>& all, const StoreInputs& inputs
) {
    std::vector<ListedArtifact> out;
    const auto take = [&](auto&& is_meant) {
        std::copy_if(all.begin(), all.end(), std::back_inserter(out), is_meant);
    };
    const auto name = inputs.text("name");
    const auto ids = inputs.text("artifact-ids");
    if (!name.empty() && !ids.empty()) return invalid("give name or artifact-ids, not both");
    if (!name.empty()) {
        take([&](const ListedArtifact& one) { return one.name == name; });
        if (out.empty()) return not_found("Artifact not found for name: " + name);
        return out;
    }
    if (!ids.empty()) {
        for (const auto id : split(ids, ',')) {
            const auto before = out.size();
            take([&](const ListedArtifact& one) { return one.id == trim(id); });
            if (out.size() == before)
                return not_found("there is no artifact " + std::string{trim(id)});
        }
        return out;
    }
    const auto pattern = inputs.text("pattern", "*");
    take([&](const ListedArtifact& one) {
        return ::fnmatch(pattern.c_str(), one.name.c_str(), 0) == 0;
    });
    return out;
}

Task<Result<protocol::Outputs>> download_artifact(StoreCall call, StoreInputs inputs) {
    if (auto fine = check_download(call, inputs); !fine) co_return fine.error();
    const auto merge = inputs.flag("merge-multiple");
    if (!merge) co_return merge.error();
    StoreLink::Query query;
    if (const auto run = inputs.text("run-id"); !run.empty()) query.emplace_back("run", run);
    StoreLink link{call.session};
    auto asking = link.ask("/runner/v1/artifacts", std::move(query));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    const auto all = parse_list(*answer);
    if (!all) co_return all.error();
    const auto chosen = choose_artifacts(*all, inputs);
    if (!chosen) co_return chosen.error();
    const auto folder = folder_of(call, inputs.text("path"));
    const bool is_named = !inputs.text("name").empty();
    const bool is_single = !inputs.text("artifact-ids").empty() && chosen->size() == 1;
    for (const auto& artifact : *chosen) {
        const bool flat = is_named || is_single || *merge;
        const auto into = flat ? folder : folder + "/" + artifact.name;
        auto fetching = fetch_one(call, artifact, into);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    }
    auto saying =
        say(call, "Total of " + std::to_string(chosen->size()) + " artifact(s) downloaded");
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return protocol::Outputs{{"download-path", folder}};
}

}  // namespace triphammer::runner
