#include "model/terraform_place.hpp"

#include "base/text.hpp"

#include <filesystem>

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

}  // namespace triphammer::model
