#include "archive/links.hpp"

#include "archive/path_pattern.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace triphammer::archive {

namespace {

constexpr std::array<std::string_view, 7> kSystem{
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/etc"};

bool climbs(std::string_view path) {
    const auto parts = split(path, '/');
    return std::find(parts.begin(), parts.end(), "..") != parts.end();
}

}  // namespace

std::optional<std::string> portable_target(
    std::string_view path, std::string_view target, std::string_view root
) {
    if (target.empty()) return {};
    const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
    if (target.starts_with('/')) {
        const auto place = normal_path(target);
        if (is_within(place, root)) {
            return std::filesystem::path{place}.lexically_relative(folder).generic_string();
        }
        const bool in_system = std::any_of(kSystem.begin(), kSystem.end(), [&](auto one) {
            return is_within(place, one);
        });
        if (in_system && !climbs(target)) return std::string{target};
        return {};
    }
    const auto place = normal_path(folder.generic_string() + "/" + std::string{target});
    if (!is_within(place, root)) return {};
    return std::string{target};
}

}  // namespace triphammer::archive
