#include "runner/session/seed.hpp"

#include "base/file.hpp"
#include "launcher/start_line.hpp"

#include <nlohmann/json.hpp>

#include <endian.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace triphammer::runner {

namespace {

constexpr const char* kAbout = "seed.json";
constexpr std::uint64_t kMostAbout = 4096;
constexpr off_t kCountAt = 8;

}  // namespace

Result<> leave_seed(
    const std::filesystem::path& parts, const std::filesystem::path& attempt, const Seed& seed
) {
    const nlohmann::json about{{"pool", seed.pool}, {"commit", seed.commit}, {"base", seed.base}};
    auto file = open_file(parts / kAbout, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!file) return file.error();
    if (auto done = write_all(file->get(), about.dump()); !done) return done;
    const auto place = attempt / launcher::kSeed;
    if (::rename(parts.c_str(), place.c_str()) == 0) return {};
    if (errno == ENOTEMPTY || errno == EEXIST) return conflict("there is a seed");
    return from_errno("leave " + place.string());
}

Result<Seed> read_seed(const std::filesystem::path& folder) {
    const auto text = read_file(folder / kAbout, kMostAbout);
    if (!text) return text.error();
    const auto about = nlohmann::json::parse(*text, nullptr, false);
    if (!about.is_object()) return invalid((folder / kAbout).string() + " is no JSON object");
    Seed out;
    out.pool = about.value("pool", "");
    out.commit = about.value("commit", "");
    out.base = about.value("base", "");
    return out;
}

Result<std::uint32_t> count_objects(const std::filesystem::path& pack) {
    const auto file = open_file(pack, O_RDONLY);
    if (!file) return file.error();
    std::uint32_t count = 0;
    const auto read = ::pread(file->get(), &count, sizeof count, kCountAt);
    if (read != ssize_t{sizeof count}) return invalid(pack.string() + " is no pack");
    return be32toh(count);
}

}  // namespace triphammer::runner
