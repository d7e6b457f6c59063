#include "doctor/forge.hpp"

#include "base/text.hpp"
#include "github/manifest.hpp"

#include <algorithm>

namespace triphammer::doctor {

namespace {

bool contains(const std::vector<std::string>& list, std::string_view wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

std::string mend_hook(const RepositoryHealth& one) {
    return "triphammer repo hook " + one.name;
}

template <class Wanted>
std::vector<std::string> missing_events(
    const std::vector<std::string>& events, const Wanted& wanted
) {
    std::vector<std::string> out;
    if (contains(events, "*")) return out;
    for (const auto event : wanted) {
        if (!contains(events, event)) out.emplace_back(event);
    }
    return out;
}

/// What is wrong with a hook that is there; nothing: all is well.
std::optional<Finding> find_fault(const RepositoryHealth& one, bool polls) {
    const auto name = "hook " + one.name;
    const auto& hook = *one.hook;
    if (!one.wanted_url.empty() && hook.url != one.wanted_url) {
        return failure(
            name,
            "It sends to " + hook.url + ", and not to " + one.wanted_url + ".",
            mend_hook(one) + "   # public_url of the configuration is what counts"
        );
    }
    if (!hook.is_active) {
        return failure(name, "It is switched off: GitHub sends nothing.", mend_hook(one));
    }
    if (const auto missing = missing_events(hook.events, github::hook_events()); !missing.empty()) {
        return warning(name, "It does not send " + join(missing, ", ") + ".", mend_hook(one));
    }
    const bool is_told = hook.last.code != 0 && (hook.last.code < 200 || hook.last.code > 299);
    if (!polls && is_told) {
        return warning(
            name,
            "Its last delivery got " + std::to_string(hook.last.code) +
                (hook.last.message.empty() ? "" : " (" + hook.last.message + ")") + ".",
            "triphammer repo ping " + one.name + "   # says what is in the way"
        );
    }
    return {};
}

Finding check_hook(const RepositoryHealth& one, bool polls) {
    const auto name = "hook " + one.name;
    if (one.is_hook_shown && one.hook) {
        if (auto fault = find_fault(one, polls)) return std::move(*fault);
        return fine(name, "GitHub sends to " + one.hook->url + ".");
    }
    if (one.is_by_app) return fine(name, "Its events come through the GitHub App's hook.");
    if (one.is_hook_shown) {
        return failure(name, "GitHub has no hook that leads here.", mend_hook(one));
    }
    const auto why = one.hook_problem.empty() ? "no token of it asks GitHub" : one.hook_problem;
    return warning(
        name,
        "Whether it is there cannot be seen: " + why + ".",
        "triphammer repo remove " + one.name + " && triphammer repo add " + one.name +
            " --token-file FILE   # or look at GitHub, under Settings → Webhooks"
    );
}

bool has_scope(const std::vector<std::string_view>& scopes, std::string_view wanted) {
    return std::any_of(scopes.begin(), scopes.end(), [&](std::string_view scope) {
        return trim(scope) == wanted;
    });
}

/// What a classic token's scopes leave out; empty: nothing, or it is no classic one.
std::string missing_scope(const github::RepositoryState& state) {
    if (!state.scopes) return {};
    const auto scopes = split(*state.scopes, ',');
    if (has_scope(scopes, "repo")) return {};
    if (state.is_private) return "repo";
    const bool may_report = has_scope(scopes, "public_repo") || has_scope(scopes, "repo:status");
    return may_report ? "" : "repo:status";
}

Finding check_right(const RepositoryHealth& one, const std::string& github_url) {
    const auto name = "token " + one.name;
    const auto page = github_url + "/settings/tokens";
    if (!one.was_asked) {
        return warning(
            name,
            "There is neither a token nor a GitHub App for it: it cannot report.",
            "triphammer repo remove " + one.name + " && triphammer repo add " + one.name +
                " --token-file FILE   # or connect it with the App: /connect/github"
        );
    }
    if (!one.problem.empty()) return failure(name, one.problem + ".", page);
    if (const auto scope = missing_scope(one.state); !scope.empty()) {
        return failure(
            name,
            "Its scopes are '" + *one.state.scopes + "', and " + scope + " is not among them.",
            page + "   # add the scope " + scope
        );
    }
    if (!one.status_error.empty()) {
        return failure(
            name,
            "Its last commit status was not taken: " + one.status_error + ".",
            page + "   # Commit statuses: read and write"
        );
    }
    return fine(
        name, "It may be read" + std::string{one.reported.empty() ? "." : " and reported to."}
    );
}

/// Nothing where none was refused.
Findings check_deployments(const RepositoryHealth& one, const std::string& github_url) {
    if (one.deployment_error.empty()) return {};
    return {warning(
        "deployments " + one.name,
        "GitHub did not take its last deployment: " + one.deployment_error + ".",
        github_url + "/settings/tokens   # Deployments: read and write"
    )};
}

Findings check_branch(const RepositoryHealth& one, const std::string& github_url) {
    const auto name = "branch " + one.name;
    const auto& branch = one.state.default_branch;
    Findings out;
    for (const auto& context : one.required) {
        if (contains(one.reported, context) || contains(one.others, context)) continue;
        const auto near = nearest_name(context, one.reported);
        out.push_back(warning(
            name,
            branch + " waits for '" + context + "', which nobody reports" +
                (near ? "; this server reports '" + *near + "'." : "."),
            github_url + "/" + one.name + "/settings/branches   # " +
                (near ? "require '" + *near + "' instead" : "take '" + context + "' out")
        ));
    }
    if (out.empty() && !one.required.empty()) {
        out.push_back(fine(name, branch + " waits for " + join(one.required, ", ") + "."));
    }
    return out;
}

std::string lacking(const github::Permissions& granted) {
    std::vector<std::string> out;
    for (const auto& [name, access] : github::app_permissions(false)) {
        const auto found = granted.find(name);
        const bool is_there =
            found != granted.end() && (found->second == access || access == "read");
        if (!is_there && name != "metadata") out.push_back(name + ": " + access);
    }
    return join(out, ", ");
}

Findings check_installed(const AppHealth& app) {
    const std::string name = "app";
    if (!app.problem.empty()) {
        return {failure(name, app.problem + ".", "triphammer doctor   # says what of the App")};
    }
    Findings out;
    for (const auto& place : app.places) {
        const auto where = "app at " + place.account;
        if (place.is_suspended) {
            out.push_back(failure(where, "The installation is suspended.", place.page));
        } else if (const auto missing = lacking(place.permissions); !missing.empty()) {
            out.push_back(warning(
                where,
                "It was not granted " + missing + ".",
                app.page + "/permissions   # ask for it there, then accept at " + place.page
            ));
        } else {
            out.push_back(fine(where, "It was granted what it asks for."));
        }
    }
    if (const auto missing = missing_events(app.events, github::app_events()); !missing.empty()) {
        out.push_back(warning(
            "app events", "It does not send " + join(missing, ", ") + ".", app.page + "/permissions"
        ));
    }
    if (app.wanted_url.empty()) return out;
    if (app.hook_url != app.wanted_url) {
        out.push_back(failure(
            "app hook",
            "It sends to " + (app.hook_url.empty() ? "nowhere" : app.hook_url) + ", and not to " +
                app.wanted_url + ".",
            "triphammer repo hook --app"
        ));
    } else {
        out.push_back(fine("app hook", "GitHub sends to " + app.hook_url + "."));
    }
    return out;
}

}  // namespace

Findings examine(const ForgeHealth& health) {
    Findings out;
    const auto add = [&out](Findings more) {
        for (auto& finding : more) out.push_back(std::move(finding));
    };
    if (health.app) add(check_installed(*health.app));
    for (const auto& one : health.repositories) {
        add({check_right(one, health.github_url)});
        if (!one.problem.empty()) continue;
        add({check_hook(one, health.polls)});
        add(check_deployments(one, health.github_url));
        add(check_branch(one, health.github_url));
    }
    if (out.empty()) {
        out.push_back(warning(
            "repositories",
            "None is registered.",
            "triphammer repo add OWNER/NAME --token-file FILE"
        ));
    }
    return out;
}

}  // namespace triphammer::doctor
