#include "app/kept_caches.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uint64_t kMostListBytes = 16U << 20U;

/// What is kept, of all repositories; a list that cannot be read is an empty one.
json read_list(const fs::path& folder) {
    const auto text = read_file(folder / "caches.json", kMostListBytes);
    auto list = text ? json::parse(*text, nullptr, false) : json::array();
    return list.is_array() ? list : json::array();
}

std::string text_of(const json& in, const char* name) {
    return in.is_object() && in.contains(name) && in[name].is_string() ? in[name].get<std::string>()
                                                                       : std::string{};
}

store::NewCache row_of(const json& in, model::RepositoryId repository) {
    store::NewCache row;
    row.place = {repository, text_of(in, "scope"), text_of(in, "version")};
    row.key = text_of(in, "key");
    row.blob = text_of(in, "file");
    row.sha256 = text_of(in, "sha256");
    return row;
}

Result<> copy_to(const fs::path& from, const fs::path& to) {
    std::error_code failure;
    fs::create_directories(to.parent_path(), failure);
    fs::copy_file(from, to, fs::copy_options::skip_existing, failure);
    if (failure) return from_errno("copy to " + to.string(), failure.value());
    return {};
}

}  // namespace

KeptCaches::KeptCaches(fs::path folder, std::string repository)
    : folder_{std::move(folder)}, repository_{std::move(repository)} {
    std::error_code ignored;
    if (!folder_.empty() && fs::exists(folder_, ignored)) lock();
}

void KeptCaches::lock() {
    auto lock = lock_file(folder_ / "lock");
    if (lock) lock_ = std::move(*lock);
}

Result<> KeptCaches::take(
    store::Transaction& tx, model::RepositoryId repository, const artifacts::Keeper& keeper
) const {
    if (!lock_) return {};
    for (const auto& one : read_list(folder_)) {
        auto row = row_of(one, repository);
        std::error_code missing;
        const auto bytes = fs::file_size(folder_ / row.blob, missing);
        if (missing || text_of(one, "repository") != repository_) continue;
        row.bytes = static_cast<std::int64_t>(bytes);
        if (auto copied = copy_to(folder_ / row.blob, keeper.path_of_cache(row.blob)); !copied) {
            return copied;
        }
        store::insert_cache(tx, row);
    }
    return {};
}

Result<> KeptCaches::leave(
    const std::vector<store::CacheRow>& rows, const artifacts::Keeper& keeper
) {
    std::error_code ignored;
    const bool is_new = !folder_.empty() && !rows.empty() && !fs::exists(folder_, ignored);
    if (is_new) {
        if (auto made = make_directory(folder_, 0700); !made) return made;
        lock();
    }
    if (!lock_) return {};
    auto list = json::array();
    for (const auto& row : rows) {
        if (auto copied = copy_to(keeper.path_of_cache(row.blob), folder_ / row.blob); !copied) {
            return copied;
        }
        list.push_back(
            {{"repository", repository_},
             {"scope", row.place.scope},
             {"version", row.place.version},
             {"key", row.key},
             {"file", row.blob},
             {"sha256", row.sha256}}
        );
    }
    const auto before = read_list(folder_);
    for (const auto& one : before) {
        if (text_of(one, "repository") != repository_) list.push_back(one);
    }
    if (auto written = replace_file(folder_ / "caches.json", list.dump()); !written) return written;
    for (const auto& one : before) {
        const bool stays = std::any_of(list.begin(), list.end(), [&](const json& other) {
            return text_of(other, "file") == text_of(one, "file");
        });
        if (!stays) fs::remove(folder_ / text_of(one, "file"), ignored);
    }
    return {};
}

}  // namespace triphammer::app
