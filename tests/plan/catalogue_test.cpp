// The catalogue of tests/workflow/catalogue: whole workflows of the kinds that real projects have.
// Each is read without a complaint, and the lines "# plan EVENT WHAT: jobs" of its head say what
// each event starts: the jobs by their keys, or nothing.
#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

constexpr const char* kFolder = TRIPHAMMER_SOURCE_DIR "/tests/workflow/catalogue";
constexpr std::string_view kMark = "# plan ";

struct Entry {
    std::string path;
    std::string text;
};

std::vector<Entry> read_catalogue() {
    std::vector<Entry> out;
    for (const auto& file : std::filesystem::directory_iterator{kFolder}) {
        const auto path = file.path().string();
        out.push_back({path, read_file(path, 1U << 20U).value()});
    }
    std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.path < b.path; });
    return out;
}

std::string name_in_tree(const std::string& path) {
    return "tests/workflow/catalogue/" + std::filesystem::path{path}.filename().string();
}

model::Event a_start_by_hand() {
    auto event = a_push("main");
    event.name = "workflow_dispatch";
    event.inputs_json = R"({"stage": "staging", "dry-run": false})";
    return event;
}

model::Event a_schedule() {
    auto event = a_push("main");
    event.name = "schedule";
    return event;
}

/// "push main", "tag v1", "pull_request main", "release published", "schedule"
model::Event event_for(std::string_view line) {
    const auto blank = line.find(' ');
    const auto kind = line.substr(0, blank);
    const std::string what{blank == std::string_view::npos ? "" : line.substr(blank + 1)};
    if (kind == "tag") return a_tag_push(what);
    if (kind == "pull_request") return a_pull_request(what);
    if (kind == "release") return a_release(what);
    if (kind == "schedule") return a_schedule();
    if (kind == "workflow_dispatch") return a_start_by_hand();
    EXPECT_EQ(kind, "push");
    return a_push(what);
}

/// The keys of the jobs that the event starts.
std::string planned(const Entry& entry, const model::Event& event, const Files& all) {
    World world{event, {{name_in_tree(entry.path), entry.text}}};
    world.changed.known = false;
    world.resolved_sha = std::string(40, 'e');
    for (const auto& [path, text] : all) {
        auto read =
            std::make_shared<const workflow::ReadResult>(workflow::read_workflow(path, text));
        world.definitions.called.push_back({path, "", std::move(read)});
    }
    const auto plan = world.plan();
    if (plan.runs.empty()) return {};
    std::vector<std::string> keys;
    for (const auto& job : plan.runs[0].jobs) keys.push_back(job.own_key());
    return join(keys, " | ");
}

}  // namespace

TEST(Catalogue, IsReadWithoutAComplaint) {
    const auto entries = read_catalogue();

    ASSERT_GE(entries.size(), 13U);
    for (const auto& entry : entries) {
        const auto result = workflow::read_workflow(name_in_tree(entry.path), entry.text);
        for (const auto& problem : result.problems)
            ADD_FAILURE() << workflow::to_line(entry.path, problem);
    }
}

TEST(Catalogue, IsPlannedAsItsHeadsSay) {
    const auto entries = read_catalogue();
    Files all;
    for (const auto& entry : entries) all.emplace_back(name_in_tree(entry.path), entry.text);

    for (const auto& entry : entries) {
        for (const auto line : split(entry.text, '\n')) {
            if (!line.starts_with(kMark)) continue;
            const auto colon = line.find(':');
            const auto event = event_for(line.substr(kMark.size(), colon - kMark.size()));
            const auto jobs = trim(line.substr(colon + 1));
            EXPECT_EQ(planned(entry, event, all), jobs) << entry.path << "\n" << line;
        }
    }
}
