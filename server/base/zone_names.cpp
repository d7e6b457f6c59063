#include "base/zone_names.hpp"

#include <algorithm>

namespace triphammer {

namespace fs = std::filesystem;

namespace {

/// Copies of everything else, with and without leap seconds.
bool is_copy(const fs::path& folder) {
    return folder.filename() == "posix" || folder.filename() == "right";
}

/// Tables and the machine's own zone lie beside the zones; they begin with a small letter.
bool is_zone(const fs::path& file) {
    const auto name = file.filename().string();
    return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

}  // namespace

std::vector<std::string> list_zone_names(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code failure;
    fs::recursive_directory_iterator files{folder, failure};
    while (!failure && files != fs::recursive_directory_iterator{}) {
        const auto& path = files->path();
        if (files->is_directory(failure)) {
            if (is_copy(path)) files.disable_recursion_pending();
        } else if (is_zone(path)) {
            names.push_back(path.lexically_relative(folder).generic_string());
        }
        files.increment(failure);
    }
    std::sort(names.begin(), names.end());
    return names;
}

const std::vector<std::string>& zone_names() {
    static const auto kNames = list_zone_names("/usr/share/zoneinfo");
    return kNames;
}

}  // namespace triphammer
