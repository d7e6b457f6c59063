#include "cli/called_files.hpp"

#include "cli/workflow_file.hpp"

#include <filesystem>
#include <system_error>

namespace triphammer::cli {

namespace {

namespace fs = std::filesystem;

/// Empty where there is none.
std::string find_path(const std::string& caller, const std::string& uses) {
    if (!uses.starts_with("./") && !uses.starts_with("$/")) return {};
    std::error_code failure;
    auto folder = fs::absolute(caller, failure).parent_path();
    while (!failure && folder.has_relative_path()) {
        const auto path = folder / uses.substr(2);
        if (fs::is_regular_file(path, failure)) return path.lexically_normal();
        if (fs::exists(folder / ".git", failure)) return {};
        folder = folder.parent_path();
        failure.clear();
    }
    return {};
}

}  // namespace

const model::Workflow* CalledFiles::find(const std::string& caller, const std::string& uses) {
    const auto path = find_path(caller, uses);
    return path.empty() ? nullptr : read(path);
}

const model::Workflow* CalledFiles::read(const std::string& path) {
    auto known = read_.find(path);
    if (known == read_.end()) {
        // Only what it takes and gives matters here.
        auto file = read_workflow_file(path, {"unsupported", "untrusted-interpolation"});
        auto result = file ? std::move(file->read) : workflow::ReadResult{};
        known = read_.emplace(path, std::move(result)).first;
    }
    const auto& workflow = known->second.workflow;
    return workflow ? &*workflow : nullptr;
}

}  // namespace triphammer::cli
