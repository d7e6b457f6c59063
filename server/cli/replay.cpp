#include "cli/replay.hpp"

#include "archive/unpack.hpp"
#include "base/file.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>

#include <algorithm>

namespace triphammer::cli {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uint64_t kMostBytes = 8ULL << 30U;
constexpr std::uint64_t kMostFileBytes = 64U << 20U;
constexpr std::size_t kMostEntries = 100'000;
constexpr std::size_t kShownSha = 12;

Result<> unpack_into(const std::string& file, const fs::path& folder) {
    auto made = make_directory(folder, 0700);
    if (!made) return made;
    const auto opened = open_file(file, O_RDONLY);
    if (!opened) return opened.error();
    archive::UnpackOptions options;
    options.limits.bytes = kMostBytes;
    options.limits.entries = kMostEntries;
    options.roots[""] = folder.string();
    const auto done = archive::unpack(opened->get(), options);
    if (!done) return done.error();
    return {};
}

Result<json> read_json(const fs::path& file) {
    const auto text = read_file(file, kMostFileBytes);
    if (!text) return text.error();
    auto out = json::parse(*text, nullptr, false);
    if (!out.is_object()) return invalid(file.filename().string() + " is no JSON object");
    return Result<json>{boost::system::in_place_value, std::move(out)};
}

std::string text_of(const json& in, const char* name) {
    const auto found = in.find(name);
    return found != in.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Of an object whose values are texts or what can be written as one.
Texts texts_of(const json& in, const char* name) {
    Texts out;
    const auto found = in.find(name);
    if (found == in.end() || !found->is_object()) return out;
    for (const auto& [key, value] : found->items()) {
        out.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return out;
}

/// What the command line gave stays.
void add_missing(Texts& to, Texts more) {
    for (auto& one : more) {
        const bool is_given = std::any_of(to.begin(), to.end(), [&](const auto& given) {
            return given.first == one.first;
        });
        if (!is_given) to.push_back(std::move(one));
    }
}

Result<> read_export(RunOptions& options, const fs::path& folder) {
    const auto run = read_json(folder / "run.json");
    if (!run) return run.error();
    if (run->value("export", 0) != 1) return invalid("it is of another version");
    const auto environment = read_json(folder / "environment.json");
    if (!environment) return environment.error();
    auto payload = read_file(folder / "event.json", kMostFileBytes);
    if (!payload) return payload.error();
    auto definition = read_file(folder / "definition.yml", kMostFileBytes);
    if (!definition) return definition.error();
    options.file = text_of(*run, "workflow_path");
    options.replayed_text = std::move(*definition);
    options.replayed_sha = text_of(*run, "sha");
    add_missing(options.variables, texts_of(*environment, "vars"));
    if (!options.event.empty()) return {};
    options.event = text_of(*run, "event");
    const bool is_by_hand = options.event == "workflow_dispatch";
    if (is_by_hand) add_missing(options.inputs, texts_of(*environment, "inputs"));
    if (!is_by_hand && *payload != "null") options.payload = std::move(*payload);
    return {};
}

}  // namespace

Result<> use_export(RunOptions& options, const fs::path& folder) {
    auto unpacked = unpack_into(options.replay, folder);
    if (unpacked) unpacked = read_export(options, folder);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    if (unpacked) return {};
    return with_context("--replay " + options.replay, unpacked.error());
}

std::string compare_commits(const RunOptions& options, const std::string& tree_sha) {
    const auto& sha = options.replayed_sha;
    if (sha.empty() || sha == tree_sha) return {};
    return "the run was of commit " + sha.substr(0, kShownSha) +
           ", this tree is not: git checkout " + sha.substr(0, kShownSha) + " for the same files";
}

}  // namespace triphammer::cli
