#include "runner/actions/artifact.hpp"

#include "archive/path_pattern.hpp"
#include "archive/zip_index.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "runner/actions/archive_tool.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
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
    bool is_archive = true;  // else it is one file, and has its name
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
    const auto archive = inputs.flag("archive", true);
    if (!archive) return archive.error();
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
    out.pack.level = *archive ? static_cast<int>(*level) : 0;
    out.is_archive = *archive;
    return out;
}

/// `archive: false`.
Result<> name_after_file(Upload& upload, const StoredFile& zip) {
    const auto file = open_file(zip.path, O_RDONLY);
    if (!file) return file.error();
    const auto entries = archive::read_index(file->get(), {});
    if (!entries) return entries.error();
    if (entries->size() != 1) {
        return invalid(
            "archive: false is for one file; " + std::to_string(entries->size()) + " match path"
        );
    }
    const auto& name = entries->front().name;
    upload.name = name.substr(name.rfind('/') + 1);
    return {};
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

/// Uploaded with `archive: false`: what is stored is one file of the artifact's own name.
bool is_bare_file(const ListedArtifact& artifact, const std::string& zip) {
    const auto file = open_file(zip, O_RDONLY);
    const auto entries =
        file ? archive::read_index(file->get(), {}) : Result<std::vector<archive::ZipEntry>>{};
    if (!entries || entries->size() != 1) return false;
    const auto& name = entries->front().name;
    return name.substr(name.rfind('/') + 1) == artifact.name;
}

/// `skip-decompress`.
Task<Result<>> keep_zip(
    const StoreCall& call, ArchiveTool& tool, const ListedArtifact& artifact, std::string folder
) {
    auto keeping = tool.keep(folder, artifact.name + ".zip");
    const auto kept = co_await std::move(keeping);
    if (!kept) co_return with_context("artifact " + artifact.name, kept.error());
    auto saying =
        say(call,
            "Downloaded " + artifact.name + " (" + std::to_string(artifact.bytes) + " bytes) to " +
                folder + "/" + artifact.name + ".zip, not unpacked");
    co_return co_await std::move(saying);
}

Task<Result<>> fetch_one(
    const StoreCall& call, const ListedArtifact& artifact, std::string folder, bool is_kept = false
) {
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    StoreLink link{call.session};
    auto fetching = link.fetch("/runner/v1/artifacts/" + artifact.id, tool.download_path());
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    if (is_kept && !is_bare_file(artifact, tool.download_path())) {
        auto keeping = keep_zip(call, tool, artifact, std::move(folder));
        co_return co_await std::move(keeping);
    }
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

Task<Result<protocol::Outputs>> store_files(StoreCall call, Upload upload) {
    ArchiveTool tool{call.session, call.executor, call.step, call.stop};
    auto packing = tool.pack(upload.pack);
    auto packed = co_await std::move(packing);
    if (!packed) co_return packed.error();
    if (packed->file.path.empty()) {
        auto telling = tell_none(call, upload);
        co_return co_await std::move(telling);
    }
    if (!upload.is_archive) {
        if (auto named = name_after_file(upload, packed->file); !named) co_return named.error();
    }
    const auto bytes = packed->file.bytes;
    auto sending = send(call, upload, std::move(packed->file));
    const auto answer = co_await std::move(sending);
    if (!answer) co_return answer.error();
    const auto stored = json::parse(*answer, nullptr, false);
    protocol::Outputs outputs;
    outputs["artifact-id"] = text_field(stored, "id");
    outputs["artifact-url"] = text_field(stored, "url");
    outputs["artifact-digest"] = text_field(stored, "sha256");
    auto saying =
        say(call,
            "Artifact " + upload.name + " has been successfully uploaded: " +
                std::to_string(packed->content.files) + " files, " + std::to_string(bytes) +
                " bytes, kept until " + text_field(stored, "expires_at") + "\nSHA-256 " +
                outputs["artifact-digest"] + "\n" + outputs["artifact-url"]);
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return outputs;
}

Task<Result<std::vector<ListedArtifact>>> list_artifacts_of(
    const StoreCall& call, std::string run
) {
    StoreLink::Query query;
    if (!run.empty()) query.emplace_back("run", std::move(run));
    StoreLink link{call.session};
    auto asking = link.ask("/runner/v1/artifacts", std::move(query));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    co_return parse_list(*answer);
}

Task<Result<>> remove_all_of(const StoreCall& call, std::vector<ListedArtifact> artifacts) {
    StoreLink link{call.session};
    for (const auto& one : artifacts) {
        auto removing = link.remove("/runner/v1/artifacts/" + one.id);
        if (auto done = co_await std::move(removing); !done) {
            co_return with_context("delete-merged: " + one.name, done.error());
        }
    }
    co_return Result<>{};
}

/// What merge is asked to do; with what the upload's own inputs mean there.
struct Merge {
    Upload upload;
    std::string folder;  // where the artifacts are unpacked to
    bool separate = false;
    bool removes = false;
};

Result<Merge> read_merge(const StoreCall& call, const StoreInputs& inputs) {
    const auto separate = inputs.flag("separate-directories");
    if (!separate) return separate.error();
    const auto removes = inputs.flag("delete-merged");
    if (!removes) return removes.error();
    const auto folder = call.executor.folders().temp.inside + "/merge-" + std::to_string(call.step);
    auto upload = read_upload(call, inputs.with("path", folder));
    if (!upload) return upload.error();
    upload->name = inputs.text("name", "merged-artifacts");
    upload->if_none = inputs.text("if-no-files-found", "error");
    return Merge{std::move(*upload), folder, *separate, *removes};
}

}  // namespace

Task<Result<protocol::Outputs>> upload_artifact(StoreCall call, StoreInputs inputs) {
    auto upload = read_upload(call, inputs);
    if (!upload) co_return upload.error();
    auto storing = store_files(call, std::move(*upload));
    co_return co_await std::move(storing);
}

Task<Result<protocol::Outputs>> merge_artifacts(StoreCall call, StoreInputs inputs) {
    auto merge = read_merge(call, inputs);
    if (!merge) co_return merge.error();
    auto listing = list_artifacts_of(call, "");
    const auto all = co_await std::move(listing);
    if (!all) co_return all.error();
    const std::map<std::string, std::string> wish{{"pattern", inputs.text("pattern")}};
    const auto chosen = choose_artifacts(*all, StoreInputs{wish});
    if (!chosen) co_return chosen.error();
    if (chosen->empty()) {
        merge->upload.pack.paths = inputs.text("pattern", "*");
        auto telling = tell_none(call, merge->upload);
        co_return co_await std::move(telling);
    }
    for (const auto& one : *chosen) {
        const auto into = merge->separate ? merge->folder + "/" + one.name : merge->folder;
        auto fetching = fetch_one(call, one, into);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    }
    auto storing = store_files(call, std::move(merge->upload));
    auto outputs = co_await std::move(storing);
    if (!outputs || !merge->removes) co_return outputs;
    auto removing = remove_all_of(call, *chosen);
    if (auto removed = co_await std::move(removing); !removed) co_return removed.error();
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
    const auto is_kept = inputs.flag("skip-decompress");
    if (!is_kept) co_return is_kept.error();
    auto listing = list_artifacts_of(call, inputs.text("run-id"));
    const auto all = co_await std::move(listing);
    if (!all) co_return all.error();
    const auto chosen = choose_artifacts(*all, inputs);
    if (!chosen) co_return chosen.error();
    const auto folder = folder_of(call, inputs.text("path"));
    const bool is_named = !inputs.text("name").empty();
    const bool is_single = !inputs.text("artifact-ids").empty() && chosen->size() == 1;
    for (const auto& artifact : *chosen) {
        const bool flat = is_named || is_single || *merge;
        const auto into = flat ? folder : folder + "/" + artifact.name;
        auto fetching = fetch_one(call, artifact, into, *is_kept);
        if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    }
    auto saying =
        say(call, "Total of " + std::to_string(chosen->size()) + " artifact(s) downloaded");
    if (auto said = co_await std::move(saying); !said) co_return said.error();
    co_return protocol::Outputs{{"download-path", folder}};
}

}  // namespace triphammer::runner
