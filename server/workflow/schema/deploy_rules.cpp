#include "workflow/schema/deploy_rules.hpp"

#include "workflow/expression/segments.hpp"
#include "workflow/schema/words.hpp"

namespace triphammer::workflow {

namespace {

/// The server takes the lock of a service on that engine before any secret is known.
void check_engine_address(const Node& host, Report& report) {
    const auto text = std::string_view{host.text};
    if (text.find("secrets") != text.npos && expression::has_expression(text)) {
        report.error("wrong-place", host.at, "'host' of an engine is no secret: write it as it is");
        return;
    }
    const bool is_known =
        text.starts_with("ssh://") || text.starts_with("tcp://") || text.starts_with("${{");
    if (is_known) return;
    report.error(
        "unknown-value",
        host.at,
        "'host' of a container is an engine's: ssh://user@machine, or tcp://machine:2376"
    );
}

/// An engine elsewhere is proven by what it shows, and we by our key.
void check_engine(const Node& deploy, Report& report) {
    const auto* host = deploy.find("host");
    if (host != nullptr) check_engine_address(*host, report);
    for (const auto key : {"known-hosts", "key"}) {
        const auto* node = deploy.find(key);
        if (host != nullptr && node == nullptr) {
            report.error("missing-key", host->at, "'host' needs the key " + show(key));
        }
        if (host == nullptr && node != nullptr) {
            report.error("wrong-place", node->at, show(key) + " goes with 'host'");
        }
    }
}

void check_alias(const Node& deploy, model::Position at, Report& report) {
    if (deploy.find("networks") == nullptr) {
        report.error("missing-key", at, "'switch: alias' needs the key 'networks'");
    }
    const auto* strategy = deploy.find("strategy");
    if (strategy != nullptr && strategy->text == "recreate") {
        report.error(
            "wrong-place", strategy->at, "'strategy: recreate' does not go with 'switch: alias'"
        );
    }
    const auto* ports = deploy.find("ports");
    if (ports == nullptr) return;
    report.error("wrong-place", ports->at, "'ports' does not go with 'switch: alias'");
}

void check_kamal(const Node& deploy, model::Position at, Report& report) {
    const auto* health = deploy.find("health");
    const bool asks = health != nullptr && health->find("http") != nullptr;
    if (!asks) report.error("missing-key", at, "'switch: kamal-proxy' needs 'health' with 'http'");
    if (deploy.find("ports") != nullptr) return;
    report.error("missing-key", at, "'switch: kamal-proxy' needs the key 'ports'");
}

/// What the runner would refuse before anything is touched.
void check_switch(const Node& deploy, Report& report) {
    const auto* by = deploy.find("switch");
    if (by == nullptr) return;
    if (by->text == "alias") check_alias(deploy, by->at, report);
    if (by->text == "kamal-proxy") check_kamal(deploy, by->at, report);
}

}  // namespace

void check_deploy_of_container(const Node& deploy, Report& report) {
    check_engine(deploy, report);
    check_switch(deploy, report);
}

}  // namespace triphammer::workflow
