#include "workflow/schema/deploy_rules.hpp"

#include "workflow/schema/words.hpp"

namespace triphammer::workflow {

namespace {

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
    check_switch(deploy, report);
}

}  // namespace triphammer::workflow
