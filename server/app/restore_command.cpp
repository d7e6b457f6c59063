#include "app/restore_command.hpp"

#include "store/sqlite/upgrade_backup.hpp"

#include <unistd.h>

namespace triphammer::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDataOfPackage = "/var/lib/triphammer";

/// As deploy/compose and `docker run` start it; a program in somebody's container is typed by hand.
bool is_whole_container() {
    return ::getpid() == 1;
}

std::string quoted(const std::string& text) {
    constexpr const char* kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    if (text.find_first_not_of(kPlain) == std::string::npos) return text;
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

/// A service that is started again and again would be in the way, so it is stopped first.
std::string command_for(const fs::path& data, const std::string& file) {
    if (is_whole_container())
        return "docker compose stop daemon && docker compose run --rm daemon restore " + file +
               " && docker compose up -d";
    if (data == kDataOfPackage)
        return "systemctl stop triphammer && triphammer restore " + file +
               " && systemctl start triphammer";
    return "triphammer restore " + file + " --data " + quoted(data.string());
}

}  // namespace

fs::path backups_folder(const Config& config) {
    return fs::absolute(config.data).lexically_normal() / "backups";
}

std::string restore_command(const Config& config) {
    const auto folder = backups_folder(config);
    const auto data = folder.parent_path();
    if (const auto found = store::find_readable_backup(folder))
        return command_for(data, quoted(found->string()));
    return command_for(data, "BACKUP") + "   # none in " + folder.string() + " fits this release";
}

}  // namespace triphammer::app
