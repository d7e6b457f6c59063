#include "runner/checkout.hpp"

#include "base/text.hpp"
#include "runner/source.hpp"

namespace triphammer::runner {

namespace {

/// Inputs that change nothing here: there is no credential, and submodules and LFS are off.
bool is_harmless(const std::string& name, const std::string& value) {
    if (name == "clean" || name == "token" || name == "ssh-key" || name == "show-progress" ||
        name == "persist-credentials" || name == "set-safe-directory" || name == "fetch-tags") {
        return true;
    }
    if (name == "ssh-strict" || name == "ssh-user") return true;
    if (name == "sparse-checkout-cone-mode") return true;
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

Result<> check_inputs(const Session& session, const ActionInputs& inputs) {
    for (const auto& [name, value] : inputs) {
        auto fine = check_input(session, to_lower(name), value.to_text());
        if (!fine) return fine;
    }
    return {};
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

Task<StepResult>
run_checkout(const ActionCall& call, const ActionInputs& inputs, execution::StopToken&) {
    auto& session = call.scope.session();
    if (auto fine = check_inputs(session, inputs); !fine) co_return failed_step(fine.error());
    auto folder = folder_of(session, input_text(inputs, "path"));
    if (!folder) co_return failed_step(folder.error());
    const auto& source = session.document().source;
    auto said = session.log(
        call.place.log, "Checking out " + source.repository + " at " + source.sha + "\n"
    );
    if (auto written = co_await std::move(said); !written) co_return failed_step(written.error());
    auto fetching = fetch_commit(session, call.place.log, std::move(*folder));
    const auto done = co_await std::move(fetching);
    if (!done) co_return failed_step(done.error());
    StepResult out;
    out.outputs["ref"] = source.ref;
    out.outputs["commit"] = source.sha;
    co_return out;
}

}  // namespace triphammer::runner
