#include "runner/checkout.hpp"

#include "runner/source.hpp"

#include <map>

namespace triphammer::runner {

namespace expression = workflow::expression;

namespace {

constexpr std::string_view kAction = "actions/checkout@";

using Inputs = std::map<std::string, std::string>;

/// Inputs that change nothing here: there is no credential, and submodules and LFS are off.
bool is_harmless(const std::string& name, const std::string& value) {
    if (name == "clean" || name == "token" || name == "ssh-key" || name == "show-progress" ||
        name == "persist-credentials" || name == "set-safe-directory" || name == "fetch-tags") {
        return true;
    }
    return (name == "lfs" || name == "submodules") && value == "false";
}

Result<> check_input(const Session& session, const std::string& name, const std::string& value) {
    const auto& source = session.document().source;
    if (value.empty() || name == "path" || is_harmless(name, value)) return {};
    if (name == "fetch-depth" && value == "1") return {};
    if (name == "repository" && value == source.repository) return {};
    if (name == "ref" && (value == source.ref || value == source.sha)) return {};
    return invalid(
        "actions/checkout with '" + name + ": " + value +
        "' is not supported yet; only the job's "
        "own commit can be checked out, with a depth of 1"
    );
}

Result<Inputs> read_inputs(
    const Session& session, const model::Step& step, const expression::Contexts& contexts
) {
    Inputs out;
    for (const auto& [name, text] : step.with) {
        auto value = expression::interpolate(text.text, contexts);
        if (!value) return with_context("with." + name, value.error());
        if (auto fine = check_input(session, name, *value); !fine) return fine.error();
        out[name] = std::move(*value);
    }
    return out;
}

/// Inside the workspace, also when an earlier step has left links there.
Result<std::string> folder_of(const Session& session, const std::string& path) {
    namespace fs = std::filesystem;
    const fs::path workspace = session.folders().workspace.outside;
    std::error_code failure;
    const auto root = fs::canonical(workspace, failure);
    const auto folder = fs::weakly_canonical(workspace / path, failure);
    const auto inside = folder.lexically_relative(root).generic_string();
    if (failure || inside.empty() || inside == ".." || inside.rfind("../", 0) == 0) {
        return invalid("path '" + path + "' leads out of the workspace");
    }
    return folder.string();
}

}  // namespace

Task<Result<>> run_checkout(
    Session& session, int number, const model::Step& step, const expression::Contexts& contexts
) {
    if (step.uses.rfind(kAction, 0) != 0) {
        co_return invalid("the action '" + step.uses + "' is not supported yet");
    }
    const auto inputs = read_inputs(session, step, contexts);
    if (!inputs) co_return inputs.error();
    const auto path = inputs->find("path");
    auto folder = folder_of(session, path == inputs->end() ? "" : path->second);
    if (!folder) co_return folder.error();
    const auto& source = session.document().source;
    auto said =
        session.log(number, "Checking out " + source.repository + " at " + source.sha + "\n");
    if (auto written = co_await std::move(said); !written) co_return written;
    auto fetching = fetch_commit(session, number, std::move(*folder));
    co_return co_await std::move(fetching);
}

}  // namespace triphammer::runner
