#include "workflow/build.hpp"
#include "workflow/extract.hpp"

namespace triphammer::workflow {

/// `container: image` is short for `container: { image: image }`. An empty image is none.
std::optional<model::Container> build_container(const Node& node) {
    model::Container container;
    if (node.kind == NodeKind::scalar) {
        container.image = template_of(node);
    } else {
        const auto& credentials = map_at(node, "credentials");
        container.image = template_at(node, "image");
        container.env = pairs_at(node, "env");
        container.username = member_at(credentials, "username");
        container.password = member_at(credentials, "password");
        container.ports = templates_at(node, "ports");
        container.volumes = templates_at(node, "volumes");
        container.options = template_at(node, "options");
        container.entrypoint = template_at(node, "entrypoint");
        container.command = template_at(node, "command");
        container.ready = build_health(map_at(node, "ready"));
    }
    if (container.image.empty()) return {};
    return container;
}

model::Services build_services(const Node& node) {
    model::Services services;
    if (node.kind == NodeKind::scalar) {
        services.emplace_back("", model::Container{}).second.image = template_of(node);
    }
    for (const auto& entry : node.entries) {
        auto service = build_container(*entry.value);
        if (service) services.emplace_back(entry.key->text, std::move(*service));
    }
    return services;
}

}  // namespace triphammer::workflow
