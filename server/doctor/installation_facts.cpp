#include "base/file.hpp"
#include "doctor/installation.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace triphammer::doctor {

namespace {

constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationAt = 68;
constexpr std::uint32_t kApplicationId = 0x54484d52;  // as in store/migrator.cpp

std::string name_of_user(uid_t uid) {
    const auto* user = ::getpwuid(uid);
    return user == nullptr ? std::to_string(uid) : user->pw_name;
}

FileFacts look_at_file(const std::filesystem::path& path) {
    struct stat status {};

    FileFacts out;
    out.path = path;
    if (::stat(path.c_str(), &status) != 0) return out;
    out.is_there = true;
    out.mode = status.st_mode & 07777U;
    out.owner = name_of_user(status.st_uid);
    out.bytes = static_cast<std::uint64_t>(status.st_size);
    return out;
}

std::uint32_t big_endian_at(const char* bytes) {
    std::uint32_t out = 0;
    for (int i = 0; i < 4; ++i) out = out << 8U | static_cast<unsigned char>(bytes[i]);
    return out;
}

DatabaseFacts look_at_database(const std::filesystem::path& path) {
    DatabaseFacts out;
    out.file = look_at_file(path);
    const auto file = open_file(path, O_RDONLY);
    if (!file) return out;
    char header[kHeaderBytes];
    const auto got = ::read(file->get(), header, sizeof header);
    if (got == 0) return out;  // made, and nothing written yet
    const bool is_sqlite = got == static_cast<ssize_t>(sizeof header) &&
                           std::memcmp(header, "SQLite format 3", 16) == 0;
    const auto owner = big_endian_at(header + kApplicationAt);
    // What a young database says of itself is still in its log.
    out.is_ours = is_sqlite && (owner == kApplicationId || owner == 0);
    if (!is_sqlite) return out;
    out.schema = big_endian_at(header + kUserVersionAt);
    return out;
}

}  // namespace

Installation look_at(const InstallationQuestion& question) {
    Installation out;
    out.user = question.user.empty() ? name_of_user(::geteuid()) : question.user;
    out.data = look_at_file(question.data);
    out.run = look_at_file(question.run);
    out.launcher = look_at_file(question.run / "doctor.sock");
    out.database = look_at_database(question.data / "triphammer.db");
    out.key = look_at_file(question.master_key);
    for (const auto& path : question.secret_files) out.secrets.push_back(look_at_file(path));
    out.room = measure_room(question.data);
    return out;
}

}  // namespace triphammer::doctor
