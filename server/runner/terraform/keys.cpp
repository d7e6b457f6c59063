// `terraform:` of a job, evaluated.
#include "base/text.hpp"
#include "model/terraform_place.hpp"
#include "runner/terraform/work.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

bool is_name(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    return !text.empty() && text.front() != '-' && text.size() <= 90 &&
           std::all_of(text.begin(), text.end(), is_good);
}

Result<std::string> read_folder(const JobSession& session, const model::Template& value) {
    const auto text = session.evaluate(value);
    if (!text) return with_context("terraform.directory", text.error());
    auto folder = model::normalize_terraform_folder(*text);
    if (!folder) return with_context("terraform.directory", folder.error());
    return folder;
}

Result<TerraformProgram::Variables> read_pairs(
    const JobSession& session, const model::Pairs& pairs, const std::string& key
) {
    TerraformProgram::Variables out;
    for (const auto& [name, value] : pairs) {
        auto text = session.evaluate(value);
        if (!text) return with_context("terraform." + key + "." + name, text.error());
        if (!is_name(name)) {
            return invalid("terraform." + key + ": '" + name + "' is no name of one");
        }
        out.emplace_back(name, std::move(*text));
    }
    return out;
}

}  // namespace

Result<TerraformKeys> read_terraform_keys(const JobSession& session) {
    const auto& spec = *session.document().job.terraform;
    TerraformKeys out;
    out.is_apply = spec.command == "apply";
    for (const auto& value : spec.directories) {
        auto folder = read_folder(session, value);
        if (!folder) return folder.error();
        const bool is_twice =
            std::find(out.folders.begin(), out.folders.end(), *folder) != out.folders.end();
        if (is_twice) return invalid("terraform.directory: '" + *folder + "' stands there twice");
        out.folders.push_back(std::move(*folder));
    }
    if (out.folders.empty()) return invalid("terraform.directory names no folder");
    auto workspace = session.evaluate(spec.workspace);
    if (!workspace) return with_context("terraform.workspace", workspace.error());
    out.workspace = model::normalize_terraform_workspace(*workspace);
    if (!out.workspace.empty() && !is_name(out.workspace)) {
        return invalid("terraform.workspace: '" + out.workspace + "' is no name of a workspace");
    }
    auto variables = read_pairs(session, spec.variables, "variables");
    if (!variables) return variables.error();
    out.variables = std::move(*variables);
    auto backend = read_pairs(session, spec.backend, "backend");
    if (!backend) return backend.error();
    out.backend = std::move(*backend);
    const auto comment = session.evaluate(spec.comment);
    if (!comment) return with_context("terraform.comment", comment.error());
    out.comments = *comment == "true";
    return out;
}

}  // namespace triphammer::runner
