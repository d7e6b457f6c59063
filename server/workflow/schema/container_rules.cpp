#include "workflow/schema/container_rules.hpp"

#include "model/container_options.hpp"
#include "model/container_words.hpp"

namespace triphammer::workflow {

namespace {

/// Lists are looked at item by item.
bool is_known(const Node& text) {
    return text.kind == NodeKind::scalar && text.text.find("${{") == std::string::npos;
}

model::ContainerSpec blank_spec() {
    model::ContainerSpec spec;
    spec.pids_limit = model::kMostProcesses;
    return spec;
}

void tell(std::string_view code, const Node& text, const Result<>& done, Report& report) {
    if (done) return;
    const bool is_refused = done.error().code == Code::refused;
    report.error(is_refused ? "unsupported" : code, text.at, done.error().message);
}

}  // namespace

void check_port(const Node& text, Report& report) {
    if (!is_known(text)) return;
    const auto port = model::parse_open_port(text.text);
    tell("container-port", text, port ? Result<>{} : port.error(), report);
}

void check_volume(const Node& text, Report& report) {
    if (!is_known(text)) return;
    auto spec = blank_spec();
    tell("container-volume", text, model::add_volume(spec, text.text), report);
}

void check_container_options(const Node& text, Report& report) {
    if (!is_known(text)) return;
    auto spec = blank_spec();
    auto done = model::add_options(spec, text.text);
    if (done) done = model::check_steps_container(spec);
    tell("container-option", text, done, report);
}

void check_service_options(const Node& text, Report& report) {
    if (!is_known(text)) return;
    auto spec = blank_spec();
    tell("container-option", text, model::add_options(spec, text.text), report);
}

}  // namespace triphammer::workflow
