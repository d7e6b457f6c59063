// What is deployed again: the first part of deployments/redeploy.hpp.
#include "deployments/redeploy.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace triphammer::deployments {

using model::DeploymentState;
using Rows = std::vector<store::DeploymentRow>;

namespace {

constexpr std::array<std::string_view, 2> kKinds{"rollback", "promotion"};
constexpr std::string_view kTerraform = "terraform";

std::string name_row(const store::DeploymentRow& row) {
    return "deployment " + to_text(row.id);
}

/// Of "registry/app:1@sha256:…" the registry and name, which all versions share.
std::string_view repository_of(std::string_view image) {
    image = image.substr(0, image.find('@'));
    const auto colon = image.rfind(':');
    const auto slash = image.rfind('/');
    const bool has_tag = colon != image.npos && (slash == image.npos || colon > slash);
    return has_tag ? image.substr(0, colon) : image;
}

std::string list_ids(const Rows& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(to_text(row.id) + " (" + row.target + ")");
    return join(out, ", ");
}

const store::DeploymentRow* find_target(const Rows& rows, const std::string& target) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
        return row.target == target;
    });
    return found == rows.end() ? nullptr : &*found;
}

class Chooser {
  public:
    Chooser(store::Connection& db, const RedeployRequest& request) : db_{db}, request_{request} {}

    Result<Redeploy> choose() {
        out_.kind = request_.kind;
        if (request_.environment.empty()) return invalid("say which environment changes");
        auto chosen = choose_definition();
        if (!chosen) return chosen.error();
        out_.live = store::find_last_good(db_, out_.definition);
        auto found = is_rollback() ? choose_earlier() : choose_elsewhere();
        if (!found) return found.error();
        if (is_rollback()) out_.definition = out_.source;
        if (auto fits = check(); !fits) return fits.error();
        return std::move(out_);
    }

  private:
    bool is_rollback() const { return request_.kind == RedeployKind::rollback; }

    /// The newest row of what changes.
    Result<> choose_definition() {
        const auto rows =
            store::list_newest_of_targets(db_, request_.repository, request_.environment);
        if (rows.empty()) {
            return not_found(
                "nothing was ever deployed to '" + request_.environment +
                "': its first deployment comes from a run, which says how it is done"
            );
        }
        const bool is_named = !request_.target.empty();
        if (!is_named && rows.size() > 1) {
            return invalid(
                "'" + request_.environment +
                "' has several targets, name one: " + name_targets(rows)
            );
        }
        const auto* found = is_named ? find_target(rows, request_.target) : &rows.front();
        if (found == nullptr) {
            return not_found(
                "'" + request_.environment + "' has no target '" + request_.target + "'; there " +
                (rows.size() == 1 ? "is " : "are ") + name_targets(rows)
            );
        }
        out_.definition = *found;
        return {};
    }

    static std::string name_targets(const Rows& rows) {
        std::vector<std::string> names;
        for (const auto& row : rows) names.push_back(row.target);
        return join(names, ", ");
    }

    Result<> choose_earlier() {
        if (!out_.live) {
            return conflict(
                "no deployment of " + out_.definition.target + " to '" + request_.environment +
                "' has succeeded yet: there is nothing to go back from"
            );
        }
        if (request_.deployment) return take_named();
        auto found = find_way_back(db_, *out_.live);
        if (!found) {
            return conflict(
                "no earlier good deployment of " + out_.live->target + " to '" +
                request_.environment + "' has another digest than " + name_row(*out_.live) +
                ", which serves now: push or promote what should serve"
            );
        }
        out_.source = std::move(*found);
        return {};
    }

    Result<> take_named() {
        auto row = store::find_deployment(db_, request_.deployment);
        const auto id = to_text(request_.deployment);
        if (!row || row->repository != request_.repository) {
            return not_found("there is no deployment " + id);
        }
        const bool is_here =
            row->environment == request_.environment && row->target == out_.definition.target;
        if (is_rollback() && !is_here) {
            return invalid(
                name_row(*row) + " went to '" + row->environment + "' as " + row->target +
                ": a rollback goes to one of " + out_.definition.target + "; promote it instead"
            );
        }
        if (!is_rollback() && row->environment == request_.environment) {
            return invalid(name_row(*row) + " is of '" + row->environment + "': roll back to it");
        }
        if (!request_.from.empty() && row->environment != request_.from) {
            return invalid(
                name_row(*row) + " is of '" + row->environment + "', not of '" + request_.from + "'"
            );
        }
        out_.source = std::move(*row);
        return {};
    }

    Result<> choose_elsewhere() {
        if (request_.deployment) return take_named();
        if (request_.from.empty()) return invalid("say from which environment");
        if (request_.from == request_.environment) {
            return invalid("'" + request_.from + "' cannot be promoted to itself");
        }
        auto rows = store::list_live(db_, request_.repository, request_.from);
        if (rows.empty()) {
            return conflict("nothing serves in '" + request_.from + "': deploy there first");
        }
        keep_same_image(rows);
        if (rows.size() > 1) {
            return invalid(
                "several serve in '" + request_.from + "', name the deployment: " + list_ids(rows)
            );
        }
        out_.source = std::move(rows.front());
        return {};
    }

    /// Of several services that one which the target was deployed from before.
    void keep_same_image(Rows& rows) const {
        const auto wanted = repository_of(out_.definition.image);
        const auto is_other = [&](const store::DeploymentRow& row) {
            return repository_of(row.image) != wanted;
        };
        if (rows.size() < 2 || std::all_of(rows.begin(), rows.end(), is_other)) return;
        std::erase_if(rows, is_other);
    }

    Result<> check() const {
        const auto& source = out_.source;
        if (source.state != DeploymentState::succeeded) {
            return conflict(
                name_row(source) + " is " + std::string{name_of(source.state)} +
                ": only one that succeeded is deployed again"
            );
        }
        if (source.driver == kTerraform) {
            return invalid(
                name_row(source) +
                " applied a plan: revert its commit, and have the new plan approved"
            );
        }
        if (!names_image(source)) {
            return invalid(
                name_row(source) +
                " recorded no digest of an image: run its job again instead "
                "(run " +
                to_text(source.run) + ")"
            );
        }
        if (out_.live && out_.live->digest == source.digest) {
            return conflict(
                "'" + request_.environment + "' has " + source.digest + " already, by " +
                name_row(*out_.live)
            );
        }
        return check_free();
    }

    Result<> check_free() const {
        const auto open = store::find_open_redeployment(db_, out_.source.id, request_.environment);
        if (open) {
            return conflict(
                "run " + to_text(*open) + " deploys that digest to '" + request_.environment +
                "' already: see what it waits for"
            );
        }
        const auto holder = store::find_lock_holder(db_, out_.definition);
        if (!holder) return {};
        if (holder->state == DeploymentState::unknown) {
            return conflict(
                name_row(*holder) + " of " + holder->target +
                " ended unknown: look at the target, then triphammer deployment settle " +
                to_text(holder->id) + " succeeded|failed|rolled_back --comment TEXT"
            );
        }
        return conflict(
            name_row(*holder) + " of " + holder->target +
            " is running: wait for it, or cancel run " + to_text(holder->run)
        );
    }

    store::Connection& db_;
    const RedeployRequest& request_;
    Redeploy out_;
};

}  // namespace

std::string_view name_of(RedeployKind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<RedeployKind> parse_redeploy_kind(std::string_view name) {
    if (name == kKinds[0]) return RedeployKind::rollback;
    if (name == kKinds[1]) return RedeployKind::promotion;
    return {};
}

std::optional<store::DeploymentRow> find_way_back(
    store::Connection& db, const store::DeploymentRow& live
) {
    auto start = live;
    // Each step goes to an older row, so it ends.
    while (const auto made = store::find_redeployment(db, start.job)) {
        if (made->kind != name_of(RedeployKind::rollback)) break;
        auto source = store::find_deployment(db, made->source);
        if (!source || source->id.value >= start.id.value) break;
        start = std::move(*source);
    }
    return store::find_good_before(db, start, live.digest);
}

bool names_image(const store::DeploymentRow& row) {
    return row.driver != kTerraform && !row.image.empty() && row.digest.starts_with("sha256:");
}

Result<Redeploy> choose_redeploy(store::Connection& db, const RedeployRequest& request) {
    return Chooser{db, request}.choose();
}

}  // namespace triphammer::deployments
