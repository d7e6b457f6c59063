// `triphammer export`: everything that is a user's own, in files that need no Triphammer.

#include "base/file.hpp"
#include "cli/admin.hpp"
#include "cli/admin_commands.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

namespace triphammer::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::uint64_t kMostRunBytes = 2ULL << 30U;

/// For its owner alone.
Result<> make_folder(const fs::path& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (!failure) fs::permissions(folder, fs::perms::owner_all, failure);
    if (failure) return from_errno("make " + folder.string(), failure.value());
    return {};
}

class Export {
  public:
    Export(const app::Config& config, fs::path folder)
        : config_{config}, folder_{std::move(folder)} {}

    Result<> write();

    /// "repositories: 3, pipelines: 1, …"
    const std::string& summary() const { return summary_; }

  private:
    using Visit = std::function<Result<>(const json&)>;

    Result<std::string> get(const std::string& target) const;
    Result<json> get_json(const std::string& target) const;
    Result<> write_list(const std::string& name, const Visit& visit = {});
    Result<std::size_t> write_pages(const std::string& name, std::ostream& out, const Visit& visit)
        const;
    Result<> write_versions(const json& pipeline) const;
    Result<> write_run(const json& run) const;

    const app::Config& config_;
    fs::path folder_;
    std::string summary_;
};

Result<std::string> Export::get(const std::string& target) const {
    AdminCall call{"GET", "/api/v1/" + target, ""};
    call.most_bytes = kMostRunBytes;
    auto answer = send(config_, call);
    if (!answer) return answer.error();
    if (!answer->ok()) return Error{Code::io, target + ": " + message_of(*answer)};
    return std::move(answer->body);
}

Result<json> Export::get_json(const std::string& target) const {
    const auto text = get(target);
    if (!text) return text.error();
    auto out = json::parse(*text, nullptr, false);
    if (!out.is_object()) return invalid(target + " did not answer with an object");
    return Result<json>{boost::system::in_place_value, std::move(out)};
}

/// All pages of a list, an item a line.
Result<std::size_t> Export::write_pages(
    const std::string& name, std::ostream& out, const Visit& visit
) const {
    std::size_t count = 0;
    std::string cursor;
    do {
        const auto page = get_json(name + (cursor.empty() ? "" : "?cursor=" + cursor));
        if (!page) return page.error();
        for (const auto& item : page->at("items")) {
            out << item.dump() << '\n';
            ++count;
            if (!visit) continue;
            if (auto visited = visit(item); !visited) return visited.error();
        }
        const auto next = page->find("next");
        cursor = next != page->end() && next->is_string() ? next->get<std::string>() : "";
    } while (!cursor.empty());
    return count;
}

Result<> Export::write_list(const std::string& name, const Visit& visit) {
    const auto file = folder_ / (name + ".jsonl");
    std::ofstream out{file};
    const auto count = write_pages(name, out, visit);
    if (!count) return count.error();
    if (!out.flush()) return Error{Code::io, "cannot write " + file.string()};
    if (!summary_.empty()) summary_ += ", ";
    summary_ += name + ": " + std::to_string(*count);
    return {};
}

Result<> Export::write_versions(const json& pipeline) const {
    const auto name = pipeline.at("name").get<std::string>();
    const auto folder = folder_ / "pipelines" / name;
    if (auto made = make_folder(folder); !made) return made;
    for (auto version = pipeline.at("version").get<int>(); version > 0; --version) {
        const auto number = std::to_string(version);
        const auto found = get_json("pipelines/" + name + "/versions/" + number);
        if (!found) return found.error();
        const auto text = found->value("text", "");
        if (auto written = replace_file(folder / (number + ".yml"), text, 0600); !written)
            return written;
    }
    return {};
}

/// With its logs; `triphammer run --replay` reads it.
Result<> Export::write_run(const json& run) const {
    const auto id = run.at("id").get<std::string>();
    const auto zip = get("runs/" + id + "/export");
    if (!zip) return zip.error();
    return replace_file(folder_ / "runs" / (id + ".zip"), *zip, 0600);
}

Result<> Export::write() {
    for (const auto& folder : {folder_, folder_ / "runs"})
        if (auto made = make_folder(folder); !made) return made;
    const std::pair<const char*, Visit> lists[] = {
        {"repositories", {}},
        {"pipelines", [this](const json& one) { return write_versions(one); }},
        {"secrets", {}},
        {"variables", {}},
        {"environments", {}},
        {"deployments", {}},
        {"deliveries", {}},
        {"runs", [this](const json& one) { return write_run(one); }},
    };
    for (const auto& [name, visit] : lists)
        if (auto written = write_list(name, visit); !written) return written;
    return {};
}

}  // namespace

int export_all(const Invocation& invocation) {
    const auto& words = invocation.arguments.words();
    if (words.size() != 1) return complain("export needs one FOLDER", kUsage);
    const fs::path folder = words[0];
    std::error_code failure;
    if (fs::exists(folder, failure) && !fs::is_empty(folder, failure))
        return complain(words[0] + " is there already; name a new folder", kUsage);
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    Export all{*config, folder};
    if (auto written = all.write(); !written) return complain(written.error(), kFailed);
    print(all.summary() + " -> " + words[0] + "\n");
    return kDone;
}

}  // namespace triphammer::cli
