#include "runner/terraform/work.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/terraform_place.hpp"
#include "runner/steps/files.hpp"
#include "runner/terraform/progress.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr const char* kBackendFile = "/terraform_backend.tfbackend";
constexpr int kChanges = 2;  // of -detailed-exitcode

/// A link would be a second name of a place that has a lock and a plan of its own.
Result<> check_folder(const std::filesystem::path& workspace, const std::string& folder) {
    std::error_code failure;
    const auto root = std::filesystem::canonical(workspace, failure);
    const auto wanted = folder == "." ? root : root / folder;
    if (failure || !std::filesystem::is_directory(wanted, failure)) {
        return invalid("terraform.directory: there is no folder '" + folder + "' at this commit");
    }
    if (std::filesystem::canonical(wanted, failure) == wanted) return {};
    return invalid(
        "terraform.directory: '" + folder + "' leads to another folder by a link: name that one"
    );
}

/// A string of HCL: what begins an expression there is text here.
std::string quote_hcl(const std::string& value) {
    auto quoted = json(value).dump(-1, ' ', false, json::error_handler_t::replace);
    for (const char* sign : {"${", "%{"}) {
        for (auto at = quoted.find(sign); at != std::string::npos; at = quoted.find(sign, at + 3)) {
            quoted.insert(at, 1, sign[0]);
        }
    }
    return quoted;
}

/// Without what was said while it was looking, and without how to apply it by hand.
std::string plan_text(const std::string& said) {
    std::size_t begin = std::string::npos;
    for (const char* mark :
         {"used the selected",
          "No changes.",
          "Changes to Outputs:",
          "will perform the following"}) {
        begin = std::min(begin, said.find(mark));
    }
    if (begin == std::string::npos) return said;
    begin = said.rfind('\n', begin);
    const auto from = begin == std::string::npos ? 0 : begin + 1;
    const auto rule = said.find("\n─────", from);
    return std::string{trim(said.substr(from, rule == std::string::npos ? rule : rule - from))};
}

std::string fenced(const std::string& lines) {
    std::string fence = "```";
    while (lines.find(fence) != std::string::npos) fence += '`';
    return fence + "text\n" + lines + fence + "\n\n";
}

}  // namespace

std::string hash_of(const std::vector<FolderPlan>& plans) {
    std::string all;
    for (const auto& plan : plans) all += plan.hash + "\n";
    return "sha256:" + sha256_hex(all);
}

ResourceChanges changes_of(const std::vector<FolderPlan>& plans) {
    ResourceChanges out;
    for (const auto& plan : plans) {
        for (auto change : plan.changes) {
            if (plans.size() > 1) change.address = plan.folder + ": " + change.address;
            out.push_back(std::move(change));
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& one, const auto& other) {
        return one.action < other.action;
    });
    return out;
}

std::string summary_of(const std::vector<FolderPlan>& plans) {
    std::string out;
    for (const auto& plan : plans) {
        out += "### Plan of " + plan.folder + ": " + summarize(plan.changes) + "\n\n";
        if (plan.changes.empty() && plan.has_changes) out += "Only outputs change.\n\n";
        if (plan.changes.empty()) continue;
        out += fenced(list_changes(plan.changes));
        if (const auto values = list_values(plan.changes); !values.empty()) out += fenced(values);
    }
    return out;
}

Error explain_end(const std::string& what, const ProgramEnd& end, TimePoint now) {
    if (auto lock = describe_lock(end.text, now)) return conflict(std::move(*lock));
    auto why = first_error(end.text);
    if (why.empty()) why = "it exited with " + std::to_string(end.status);
    return refused(what + ": " + why);
}

model::Cause cause_of_terraform(const Error& error) {
    switch (error.code) {
        case Code::invalid:
        case Code::not_found:
        case Code::protocol:
            return model::Cause::invalid;
        case Code::refused:
        case Code::conflict:
            return model::Cause::exit;
        case Code::timed_out:
            return model::Cause::timeout;
        case Code::disk_full:
            return model::Cause::disk_full;
        default:
            return model::Cause::infrastructure;
    }
}

Task<Result<>> TerraformWork::begin(int step) {
    auto keys = read_terraform_keys(session_);
    if (!keys) co_return keys.error();
    keys_ = std::move(*keys);
    program_.set_variables(keys_.variables);
    auto finding = program_.find();
    if (auto found = co_await std::move(finding); !found) co_return found;
    auto telling = session_.log(step, program_.name() + " (" + program_.path() + ")\n");
    co_return co_await std::move(telling);
}

/// Its exit status; `text`, where it is asked for, is what it said.
Task<Result<int>> TerraformWork::run(
    int step, std::string folder, std::vector<std::string> arguments, std::string* text
) {
    const auto what = arguments.front();
    const bool has_two_good_ends = what == "plan";
    auto running = program_.run(step, folder, std::move(arguments), session_.stop());
    auto end = co_await std::move(running);
    if (!end) co_return with_context(folder + ": " + what, end.error());
    const bool is_good = end->status == 0 || (has_two_good_ends && end->status == kChanges);
    if (!is_good) {
        co_return explain_end(folder + ": " + what, *end, session_.parts().clock.now());
    }
    if (text != nullptr) *text = std::move(end->text);
    co_return end->status;
}

/// Values may be secrets: they stand in no list of arguments.
Result<std::string> TerraformWork::write_backend() const {
    std::string text;
    for (const auto& [name, value] : keys_.backend) text += name + " = " + quote_hcl(value) + "\n";
    const auto& temp = place_.folders().temp;
    auto written = write_new_file(temp.outside + kBackendFile, text, 0644);
    if (!written) return written.error();
    return temp.inside + kBackendFile;
}

Task<Result<>> TerraformWork::init(int step, std::string folder) {
    const std::filesystem::path workspace{place_.folders().workspace.outside};
    if (auto good = check_folder(workspace, folder); !good) co_return good;
    std::vector<std::string> arguments{"init", "-input=false", "-no-color"};
    if (!keys_.backend.empty()) {
        auto file = write_backend();
        if (!file) co_return file.error();
        arguments.push_back("-backend-config=" + *file);
    }
    auto running = run(step, folder, std::move(arguments), nullptr);
    if (auto done = co_await std::move(running); !done) co_return done.error();
    if (keys_.workspace.empty()) {
        auto checking = check_unchosen(folder);
        co_return co_await std::move(checking);
    }
    auto choosing =
        run(step,
            folder,
            {"workspace", "select", "-no-color", "-or-create=true", keys_.workspace},
            nullptr);
    if (auto done = co_await std::move(choosing); !done) co_return done.error();
    co_return Result<>{};
}

/// A file of the repository may choose a workspace, too.
Task<Result<>> TerraformWork::check_unchosen(std::string folder) {
    auto reading = program_.read_file(folder, ".terraform/environment");
    const auto text = co_await std::move(reading);
    if (!text) co_return text.error();
    const auto name = model::normalize_terraform_workspace(*text);
    if (name.empty()) co_return Result<>{};
    co_return invalid(
        folder + "/.terraform/environment chooses the workspace '" + name +
        "': remove it and write terraform.workspace, which the plan's hash and the lock know"
    );
}

Task<Result<>> TerraformWork::validate(int step, std::string folder) {
    auto running = run(step, std::move(folder), {"validate", "-no-color"}, nullptr);
    if (auto done = co_await std::move(running); !done) co_return done.error();
    co_return Result<>{};
}

std::vector<std::string> TerraformWork::plan_arguments() const {
    std::vector<std::string> out{"plan", "-input=false", "-no-color", "-detailed-exitcode"};
    for (auto& one : program_.lock_arguments("plan")) out.push_back(std::move(one));
    return out;
}

Task<Result<FolderPlan>> TerraformWork::plan(int step, std::string folder) {
    FolderPlan plan;
    plan.folder = folder;
    plan.file = place_.folders().temp.inside + "/terraform_plan_" + std::to_string(++plans_);
    auto arguments = plan_arguments();
    arguments.push_back("-out=" + plan.file);
    std::string said;
    auto running = run(step, folder, std::move(arguments), &said);
    const auto status = co_await std::move(running);
    if (!status) co_return status.error();
    plan.has_changes = *status == kChanges;
    plan.text = plan_text(said);
    auto reading = read_saved(plan);
    if (auto read = co_await std::move(reading); !read) co_return read.error();
    co_return plan;
}

Task<Result<>> TerraformWork::read_saved(FolderPlan& plan) {
    auto showing = program_.read(plan.folder, {"show", "-json", "-no-color", plan.file});
    const auto shown_json = co_await std::move(showing);
    if (!shown_json) co_return shown_json.error();
    auto read = read_plan(*shown_json);
    if (!read) co_return with_context(plan.folder, read.error());
    for (const auto& [name, value] : keys_.variables) {
        const auto& known = read->variables;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        co_return invalid(
            "terraform.variables: " + plan.folder + " declares no variable '" + name + "'"
        );
    }
    auto locking = program_.read_file(plan.folder, ".terraform.lock.hcl");
    const auto providers = co_await std::move(locking);
    if (!providers) co_return providers.error();
    auto identifying = identify_state(plan.folder);
    const auto state = co_await std::move(identifying);
    if (!state) co_return state.error();
    const json bound{
        {"program", program_.name()},
        {"folder", plan.folder},
        {"workspace", keys_.workspace},
        {"backend", keys_.backend},
        {"state", *state},
        {"providers", *providers},
        {"plan", read->essence},
    };
    plan.hash = sha256_hex(bound.dump(-1, ' ', false, json::error_handler_t::replace));
    plan.changes = std::move(read->changes);
    co_return Result<>{};
}

Task<Result<bool>> TerraformWork::differs(int step, std::string folder) {
    auto running = run(step, std::move(folder), plan_arguments(), nullptr);
    const auto status = co_await std::move(running);
    if (!status) co_return status.error();
    co_return *status == kChanges;
}

/// Nothing where there is none yet.
Task<Result<std::optional<TerraformWork::State>>> TerraformWork::pull_state(std::string folder) {
    auto pulling = program_.read(folder, {"state", "pull"});
    const auto text = co_await std::move(pulling);
    if (!text) co_return with_context(folder, text.error());
    if (trim(*text).empty()) co_return std::nullopt;
    const auto state = json::parse(*text, nullptr, false);
    const auto& serial = member_at(state, "serial");
    if (!serial.is_number_integer()) {
        co_return Error{Code::protocol, folder + ": `state pull` gives no state"};
    }
    co_return State{text_at(state, "lineage"), serial.dump()};
}

Task<Result<std::string>> TerraformWork::read_state(std::string folder) {
    auto pulling = pull_state(std::move(folder));
    const auto state = co_await std::move(pulling);
    if (!state) co_return state.error();
    if (!*state) co_return std::string{"no state"};
    co_return (*state)->lineage + "/" + (*state)->serial;
}

/// Which state it is, by what `init` has written down, by its lineage, and, where there is none
/// yet, by what of the environment leads to it.
Task<Result<std::string>> TerraformWork::identify_state(std::string folder) {
    auto reading = read_backend(folder);
    const auto backend = co_await std::move(reading);
    if (!backend) co_return backend.error();
    auto pulling = pull_state(folder);
    const auto state = co_await std::move(pulling);
    if (!state) co_return state.error();
    const json out{
        {"type", backend->type},
        {"config", backend->config},
        {"lineage", *state ? (*state)->lineage : ""},
        {"chosen", program_.choices()},
    };
    co_return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A file that is in none of the folders which go with the job.
bool TerraformWork::outlives(const std::string& path) const {
    const auto& folders = place_.folders();
    const auto file = std::filesystem::path{path}.lexically_normal().string();
    const std::array all{
        &folders.workspace.inside,
        &folders.temp.inside,
        &folders.home.inside,
        &folders.tmp.inside,
    };
    return file.starts_with('/') && std::none_of(all.begin(), all.end(), [&](const auto* folder) {
               return file.starts_with(*folder + "/");
           });
}

/// As `init` has written it down.
Task<Result<TerraformWork::Backend>> TerraformWork::read_backend(std::string folder) {
    auto reading = program_.read_file(std::move(folder), ".terraform/terraform.tfstate");
    const auto text = co_await std::move(reading);
    if (!text) co_return text.error();
    const auto known = json::parse(*text, nullptr, false);
    const auto& backend = member_at(known, "backend");
    const auto& config = member_at(backend, "config");
    co_return Backend{
        text_at(backend, "type"),
        text_at(config, "path"),
        config.dump(-1, ' ', false, json::error_handler_t::replace)};
}

Task<Result<>> TerraformWork::check_backend(std::string folder) {
    auto reading = read_backend(folder);
    const auto backend = co_await std::move(reading);
    if (!backend) co_return backend.error();
    const bool is_file = backend->type == "local";
    if (!backend->type.empty() && (!is_file || outlives(backend->path))) co_return Result<>{};
    co_return invalid(
        folder +
        ": its state would be gone with the job's folder, and what it made with nobody to "
        "know of it: give the configuration a backend (`terraform { backend \"s3\" {} }`)"
    );
}

}  // namespace triphammer::runner
