#include "importer/jenkins_agent.hpp"

#include "importer/jenkins_steps.hpp"

namespace triphammer::importer {

namespace {

void read_container(const Statement& part, Agent& out, Remarks& remarks) {
    for (const auto& detail : part.block) {
        if (detail.name == "image") {
            out.image = detail.first().text;
        } else if (detail.name == "label") {
            out.label = detail.first().text;
        } else if (detail.name != "reuseNode") {
            remarks.left(lines_of(detail), "'" + detail.name + "' of a container");
        }
    }
}

void read_label(const Statement& part, Agent& out, Remarks& remarks) {
    out.label = part.first().text;
    remarks.changed(
        lines_of(part), "give the label '" + out.label + "' an executor (runs_on, --runs-on)"
    );
}

}  // namespace

Agent read_agent(const Statement& statement, Remarks& remarks) {
    Agent out;
    const auto& word = statement.first().text;
    if (!statement.has_block && (word == "any" || word == "none")) return out;
    for (const auto& part : statement.block) {
        const auto& image = part.arguments.items.empty() ? part.arguments["image"] : part.first();
        if (part.name == "label") {
            read_label(part, out, remarks);
        } else if (part.name == "docker" && !part.has_block && image.is_text()) {
            out.image = image.text;
        } else if (part.name == "docker") {
            read_container(part, out, remarks);
        } else if (part.name != "node" && part.name != "any") {
            remarks.left(lines_of(part), "the agent '" + part.name + "'; name a container's image");
        }
    }
    return out;
}

}  // namespace triphammer::importer
