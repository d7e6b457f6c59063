#include "runner/root_part.hpp"

#include "base/log.hpp"
#include "execution/network_policy.hpp"
#include "execution/way.hpp"
#include "launcher/folder_stock.hpp"
#include "runner/start.hpp"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

struct Owner {
    uid_t user = 0;
    gid_t group = 0;
};

Result<Owner> owner_of(const std::string& folder) {
    struct stat status {};

    if (::stat(folder.c_str(), &status) != 0) return from_errno("look at " + folder);
    if (status.st_uid != 0) return Owner{status.st_uid, status.st_gid};
    return Error{Code::internal, "the launcher gave " + folder + " to nobody"};
}

/// Where it was not made ahead, or the name servers are others since.
Ahead renew(Ahead ahead) {
    const auto& network = ahead.network;
    const bool is_new = network && execution::has_same_name_servers(*network->borders());
    return is_new ? std::move(ahead) : make_ahead(execution::find_borders());
}

/// Nothing: the engine is elsewhere.
std::optional<fs::path> find_socket(const std::string& engine) {
    constexpr std::string_view kUnix = "unix://";
    if (!engine.starts_with(kUnix)) return {};
    return fs::path{engine.substr(kUnix.size())};
}

/// Whoever may use the engine's socket may do so by its group.
Result<> keep_group_of(const std::string& engine) {
    const auto path = find_socket(engine);
    std::vector<gid_t> groups;

    struct stat socket {};

    if (path && ::stat(path->c_str(), &socket) == 0) groups.push_back(socket.st_gid);
    if (::setgroups(groups.size(), groups.data()) == 0) return {};
    return from_errno("leave all groups");
}

/// The run directory, and where the engine's socket is: in its folder, if that may be passed
/// through, also the next one that an engine makes.
std::vector<fs::path> find_places(const launcher::StartLine& line) {
    std::vector<fs::path> out{line.run};
    const auto socket = find_socket(line.docker_host);
    if (!socket) return out;

    struct stat folder {};

    const auto parent = socket->parent_path();
    const bool is_there = ::stat(parent.c_str(), &folder) == 0;
    const bool is_open = is_there && (folder.st_mode & S_IXOTH) != 0;
    if (is_open) out.push_back(parent);
    if (is_there && !is_open && ::access(socket->c_str(), F_OK) == 0) out.push_back(*socket);
    return out;
}

/// The launcher gave the attempt's folder to the runner, the folders in it to the steps. The
/// daemon, which may be the folder's group, reads the spool of a dead runner.
Result<> become_own_user(
    const launcher::StartLine& line, execution::JobUsers& users, const SpoolFile& spool
) {
    const auto runner = owner_of(line.folder);
    if (!runner) return runner.error();
    const auto steps = owner_of(line.folder + "/home");
    if (!steps) return steps.error();
    if (::fchown(spool.descriptor(), runner->user, runner->group) != 0) {
        return from_errno("give the spool to the runner");
    }
    if (auto kept = keep_group_of(line.docker_host); !kept) return kept;
    if (auto open = execution::open_ways(find_places(line)); !open) return open;
    return users.enter(runner->user, steps->user);
}

/// What the steps write (docs/adr/0035), with an overlay what the kernel writes for them.
std::vector<std::string> find_written_folders(const launcher::StartLine& line, bool has_layer) {
    std::vector<std::string> out;
    if (has_layer) out = {line.folder + "/upper", line.folder + "/scratch"};
    for (const std::string_view name : launcher::kStepFolders) {
        const bool is_under_overlay = has_layer && name == "work";
        if (!is_under_overlay) out.push_back(line.folder + "/" + std::string{name});
    }
    return out;
}

/// Measuring is as good, only later: no reason not to begin.
std::optional<execution::DiskQuota> find_quota(const launcher::StartLine& line, bool has_layer) {
    const auto steps = owner_of(line.folder + "/home");
    if (!steps) return {};
    const auto folders = find_written_folders(line, has_layer);
    auto made = execution::DiskQuota::make(folders, steps->user, line.folder + "/reserve");
    if (made) return std::move(*made);
    log::warning("the disk is measured, not limited", {{"why", made.error().message}});
    return {};
}

}  // namespace

Ahead make_ahead(execution::Borders borders) {
    Ahead out;
    if (::geteuid() != 0) return out;
    out.users = execution::JobUsers::make();
    auto empty = out.users ? out.users->take_network() : FileDescriptor{};
    out.network = execution::Network::make(std::move(borders), std::move(empty));
    return out;
}

Result<Belongings> do_as_root(const launcher::StartLine& line, Ahead ahead) {
    auto spool = SpoolFile::begin(fs::path{line.folder} / "spool");
    if (!spool) return spool.error();
    if (::geteuid() != 0) return Belongings{std::move(*spool), std::move(ahead.network), ""};
    auto made = renew(std::move(ahead));
    auto layer = mount_layer(line.folder, line.run, line.pool);
    std::string note;
    std::optional<execution::DiskQuota> quota;
    if (made.users) {
        // Outside of a user namespace steps might leave the project again.
        quota = find_quota(line, layer && *layer);
        auto done = become_own_user(line, *made.users, *spool);
        if (!done) return done.error();
    } else {
        note = "the runner itself is root: " + made.users.error().message + "\n";
    }
    Belongings out{std::move(*spool), std::move(made.network), std::move(note)};
    out.quota = std::move(quota);
    if (!layer) out.layer_problem = layer.error().message;
    if (layer) out.layer = std::move(*layer);
    if (out.layer) out.underlay = underlay_of(line, out.layer->commit);
    return out;
}

}  // namespace triphammer::runner
