#include "app/forge_examination.hpp"

#include "access/repository_keys.hpp"
#include "app/remotes.hpp"
#include "app/services.hpp"
#include "base/text.hpp"
#include "doctor/forge.hpp"
#include "report/deployment_note.hpp"
#include "report/outbox_writer.hpp"
#include "store/forge/reported_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::app {

namespace {

using doctor::RepositoryHealth;
using store::RepositoryRow;

/// What the tables say of a repository.
struct Known {
    RepositoryRow row;
    std::vector<std::string> reported;
    std::string status_error;
    std::string deployment_error;
};

Task<Result<std::vector<Known>>> read_known(Core& core, std::string only) {
    auto read = [&](store::Connection& db) -> Result<std::vector<Known>> {
        std::vector<Known> out;
        for (auto& row : store::list_repositories(db)) {
            if (!only.empty() && !equal_ignoring_case(row.full_name, only)) continue;
            const auto id = row.id;
            out.push_back(
                {std::move(row),
                 store::list_reported_contexts(db, id),
                 store::last_error(db, id, report::kStatusChannel),
                 store::last_error(db, id, report::kDeploymentChannel)}
            );
        }
        if (out.empty() && !only.empty()) return not_found("no repository is called " + only);
        return out;
    };
    auto reading = core.database->read(read);
    co_return co_await std::move(reading);
}

/// Asks about one repository after the other.
class Asking {
  public:
    Asking(const Config& config, Core& core, github::App& app, github::Clients& clients)
        : config_{config}, core_{core}, app_{app}, clients_{clients} {}

    Task<RepositoryHealth> ask(Known known);
    Task<doctor::AppHealth> ask_app();

  private:
    Task<Result<github::Client>> find_client(const RepositoryRow& row, Secret own);
    Task<> ask_hook(const Known& known, const Secret& own, RepositoryHealth& out);
    Task<> ask_branch(const github::Client& client, RepositoryHealth& out);

    const Config& config_;
    Core& core_;
    github::App& app_;
    github::Clients& clients_;
};

Task<Result<github::Client>> Asking::find_client(const RepositoryRow& row, Secret own) {
    if (!own.empty()) {
        auto settings = api_settings(config_);
        settings.token = std::move(own);
        co_return github::Client{std::move(settings), core_.clock};
    }
    auto finding = clients_.find(row.full_name, {{"contents", "read"}});
    co_return co_await std::move(finding);
}

/// Hooks are a person's to see: the App's tokens do not show them.
Task<> Asking::ask_hook(const Known& known, const Secret& own, RepositoryHealth& out) {
    auto settings = api_settings(config_);
    if (!own.empty()) settings.token = own;
    if (settings.token.empty()) out.hook_problem = "there is no token that shows hooks";
    if (out.wanted_url.empty() && known.row.forge_hook == 0) {
        out.hook_problem = "without public_url nobody knows its address";
    }
    if (!out.hook_problem.empty()) co_return;
    const github::Client client{std::move(settings), core_.clock};
    const github::HookSought sought{known.row.forge_hook, out.wanted_url};
    auto reading = github::read_hook_state(client, known.row.full_name, sought);
    auto state = co_await std::move(reading);
    out.is_hook_shown = state.has_value();
    if (state) {
        out.hook = std::move(*state);
    } else {
        out.hook_problem = state.error().message;
    }
}

Task<> Asking::ask_branch(const github::Client& client, RepositoryHealth& out) {
    auto reading = github::read_required(client, out.name, out.state.default_branch);
    auto required = co_await std::move(reading);
    if (!required || required->empty()) co_return;
    out.required = std::move(*required);
    auto asking = github::read_reported(client, out.name, out.state.default_branch);
    auto others = co_await std::move(asking);
    if (others) out.others = std::move(*others);
}

Task<RepositoryHealth> Asking::ask(Known known) {
    RepositoryHealth out;
    out.name = known.row.full_name;
    const auto hooks = hooks_url(config_, core_.server_id);
    out.wanted_url = hooks.empty() ? "" : hooks + known.row.hook;
    out.reported = std::move(known.reported);
    out.status_error = std::move(known.status_error);
    out.deployment_error = std::move(known.deployment_error);
    const auto own = access::open_clone_token(*core_.sealer, known.row);
    const auto token = own ? *own : Secret{};
    auto finding = find_client(known.row, token);
    const auto client = co_await std::move(finding);
    out.was_asked = client.has_value() || client.error().code != Code::not_found;
    if (!client && out.was_asked) out.problem = client.error().message;
    if (!client) co_return out;
    auto reading = github::read_state(*client, out.name);
    auto state = co_await std::move(reading);
    if (!state) out.problem = state.error().message;
    if (!state) co_return out;
    out.state = std::move(*state);
    if (app_.is_known()) {
        auto placing = app_.find_installation(out.name);
        const auto place = co_await std::move(placing);
        out.is_by_app = place && place->is_there;
    }
    auto hooking = ask_hook(known, token, out);
    co_await std::move(hooking);
    auto branching = ask_branch(*client, out);
    co_await std::move(branching);
    co_return out;
}

nlohmann::json parse(const Result<github::ApiAnswer>& answer) {
    if (!answer || answer->status != 200) return {};
    return nlohmann::json::parse(answer->body, nullptr, false);
}

std::string string_at(const nlohmann::json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : "";
}

Task<doctor::AppHealth> Asking::ask_app() {
    doctor::AppHealth out;
    out.wanted_url = hooks_url(config_, core_.server_id);
    if (out.wanted_url.ends_with('/')) out.wanted_url.pop_back();
    auto asking = app_.get("/app", "");
    const auto answer = co_await std::move(asking);
    const auto app = parse(answer);
    if (!app.is_object()) {
        out.problem = answer ? "GitHub answered " + std::to_string(answer->status) + " to the App"
                             : answer.error().message;
        co_return out;
    }
    out.page = string_at(app, "html_url");
    if (const auto events = app.find("events"); events != app.end()) {
        for (const auto& event : *events) {
            if (event.is_string()) out.events.push_back(event.get<std::string>());
        }
    }
    auto hooking = app_.get("/app/hook/config", "");
    const auto hook = co_await std::move(hooking);
    out.hook_url = string_at(parse(hook), "url");
    auto listing = github::list_places(app_);
    auto places = co_await std::move(listing);
    if (places) out.places = std::move(*places);
    if (!places) out.problem = places.error().message;
    co_return out;
}

}  // namespace

Task<Result<std::string>> examine_forge(
    const Config& config,
    Core& core,
    github::App& app,
    github::Clients& clients,
    std::string repository
) {
    auto reading = read_known(core, std::move(repository));
    auto known = co_await std::move(reading);
    if (!known) co_return known.error();
    app.look_again();
    Asking asking{config, core, app, clients};
    doctor::ForgeHealth health;
    health.github_url = config.github.url;
    health.polls = config.github.mode == "poll";
    if (app.is_known()) {
        auto asking_app = asking.ask_app();
        health.app = co_await std::move(asking_app);
    }
    for (auto& one : *known) {
        auto asking_one = asking.ask(std::move(one));
        health.repositories.push_back(co_await std::move(asking_one));
    }
    co_return doctor::to_json_text(doctor::examine(health), version());
}

}  // namespace triphammer::app
