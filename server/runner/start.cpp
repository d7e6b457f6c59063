#include "runner/start.hpp"

namespace triphammer::runner {

namespace {

constexpr const char* kVersion = "1";
/// The same in every attempt: a job finds what another one has built where that one built it. As
/// at GitHub a user's home, and the workspace in a folder that steps may write to; not in
/// `work` there, where links with the repository's name stand (name_workspace).
constexpr const char* kHome = "/home/runner";
constexpr const char* kTemp = "/home/temp";
constexpr std::size_t kNonceBytes = 16;

}  // namespace

JobFolders folders_of(const launcher::StartLine& line) {
    const auto same = [&](const char* name) {
        return Mapped{line.folder + "/" + name, line.folder + "/" + name};
    };
    JobFolders out;
    out.workspace = {line.folder + "/work", kHome + std::string{"/workspace"}};
    out.temp = {line.folder + "/temp", kTemp};
    out.home = {line.folder + "/home", kHome};
    out.tmp = same("tmp");
    out.tmp.inside = "/tmp";
    out.actions = same("actions");
    return out;
}

Underlay underlay_of(const launcher::StartLine& line, std::string commit) {
    const auto& folder = line.folder;
    return {folder + "/disk", folder + "/upper", folder + "/" + launcher::kKept, std::move(commit)};
}

std::vector<std::string> hidden_from_steps(const launcher::StartLine& line) {
    auto out = line.hidden;
    out.push_back(line.run);
    return out;
}

protocol::RunnerIdentity identity_of(const launcher::StartLine& line, Random& random) {
    protocol::RunnerIdentity out;
    out.fence = model::Fence{line.fence};
    out.token = line.token;
    out.nonce = random_hex(random, kNonceBytes);
    out.version = kVersion;
    return out;
}

}  // namespace triphammer::runner
