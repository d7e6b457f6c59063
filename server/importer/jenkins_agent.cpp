#include "importer/jenkins_agent.hpp"

#include "importer/jenkins_steps.hpp"

namespace triphammer::importer {

Agent read_agent(const Statement& statement, Remarks& remarks) {
    Agent out;
    const auto& word = statement.first().text;
    if (!statement.has_block && (word == "any" || word == "none")) return out;
    for (const auto& part : statement.block) {
        const auto& image = part.arguments.items.empty() ? part.arguments["image"] : part.first();
        if (part.name == "label") {
            out.label = part.first().text;
            remarks.changed(
                lines_of(part),
                "give the label '" + out.label + "' an executor (runs_on, --runs-on)"
            );
        } else if (part.name == "docker" && !part.has_block && image.is_text()) {
            out.image = image.text;
        } else if (part.name == "docker") {
            for (const auto& detail : part.block) {
                if (detail.name == "image")
                    out.image = detail.first().text;
                else if (detail.name == "label")
                    out.label = detail.first().text;
                else if (detail.name != "reuseNode")
                    remarks.left(lines_of(detail), "'" + detail.name + "' of a container");
            }
        } else if (part.name != "node" && part.name != "any") {
            remarks.left(lines_of(part), "the agent '" + part.name + "'; name a container's image");
        }
    }
    return out;
}

}  // namespace triphammer::importer
