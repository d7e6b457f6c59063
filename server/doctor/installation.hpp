#pragma once
// The daemon's own things: data directory, database, keys, run directory, the launcher's socket.

#include "doctor/finding.hpp"
#include "doctor/room.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::doctor {

struct InstallationQuestion {
    std::filesystem::path data;
    std::filesystem::path run;
    std::filesystem::path master_key;
    bool owns_master_key = true;                      // ours, not one that the configuration names
    std::vector<std::filesystem::path> secret_files;  // that the configuration names
    std::string user;              // whose the data has to be; empty: this process's
    bool starts_launcher = false;  // the daemon, not a unit
    bool daemon_runs = true;
    std::int64_t known_schema = 0;
    std::string restore;  // the command that puts the newest fitting backup in place
};

/// What stat(2) says; `mode` holds the permission bits.
struct FileFacts {
    std::filesystem::path path;
    bool is_there = false;
    unsigned mode = 0;
    std::string owner;
    std::uint64_t bytes = 0;
};

/// The first bytes of a SQLite file (sqlite.org/fileformat2.html): whose it is, and how new.
struct DatabaseFacts {
    FileFacts file;
    bool is_ours = true;
    std::int64_t schema = 0;
};

struct Installation {
    std::string user;
    FileFacts data;
    FileFacts run;
    FileFacts launcher;            // its socket
    bool launcher_answers = true;  // not looked at: whoever asked it knows
    DatabaseFacts database;
    FileFacts key;
    std::vector<FileFacts> secrets;
    Room room;
};

/// Blocks for some system calls.
Installation look_at(const InstallationQuestion& question);

/// Pure.
Findings examine(const Installation& facts, const InstallationQuestion& question);

}  // namespace triphammer::doctor
