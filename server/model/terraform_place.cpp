#include "model/terraform_place.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace triphammer::model {

Result<std::string> normalize_terraform_folder(std::string_view text) {
    const std::filesystem::path given{std::string{trim(text)}};
    auto folder = given.lexically_normal().generic_string();
    const bool leaves = given.is_absolute() || folder == ".." || folder.starts_with("../");
    if (folder.empty() || leaves) {
        return invalid("'" + std::string{text} + "' is no folder of the repository: infra, say");
    }
    if (folder.ends_with('/')) folder.pop_back();
    return folder;
}

std::string normalize_terraform_workspace(std::string_view text) {
    const auto name = trim(text);
    return std::string{name == "default" ? std::string_view{} : name};
}

std::string name_terraform_place(
    const std::vector<std::string>& folders, const std::string& workspace
) {
    auto out = join(folders, ", ");
    if (!workspace.empty()) out += " (" + workspace + ")";
    return out;
}

namespace {

struct TerraformTarget {
    std::vector<std::string_view> folders;
    std::string_view rest;  // workspace, repository and environment
};

std::optional<TerraformTarget> parse_terraform_target(std::string_view target) {
    constexpr std::string_view kDriver = "terraform/";
    if (!target.starts_with(kDriver)) return {};
    target.remove_prefix(kDriver.size());
    const auto end = std::min({target.find(" ("), target.find(" of "), target.size()});
    TerraformTarget out;
    out.rest = target.substr(end);
    for (const auto part : split(target.substr(0, end), ',')) out.folders.push_back(trim(part));
    return out;
}

}  // namespace

bool share_terraform_folder(std::string_view target, std::string_view other) {
    if (target == other) return target.starts_with("terraform/");
    const auto one = parse_terraform_target(target);
    const auto two = parse_terraform_target(other);
    if (!one || !two || one->rest != two->rest) return false;
    return std::any_of(one->folders.begin(), one->folders.end(), [&](std::string_view folder) {
        return std::find(two->folders.begin(), two->folders.end(), folder) != two->folders.end();
    });
}

}  // namespace triphammer::model
