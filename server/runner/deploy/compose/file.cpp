#include "runner/deploy/compose/file.hpp"

#include "base/text.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/compose/service.hpp"
#include "workflow/yaml/yaml.hpp"

#include <algorithm>
#include <set>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostServices = 50;
constexpr std::size_t kLongestName = 63;

bool is_good_name(std::string_view name, bool is_project) {
    if (name.empty() || name.size() > kLongestName) return false;
    for (const char c : name) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool is_large = c >= 'A' && c <= 'Z';
        const bool is_mark = c == '-' || c == '_' || (c == '.' && !is_project);
        if (!is_letter && !is_mark && (is_project || !is_large)) return false;
    }
    return name[0] != '-' && name[0] != '_' && name[0] != '.';
}

Error first_problem(const std::string& file, workflow::Report report) {
    for (const auto& problem : std::move(report).take()) {
        if (problem.severity != model::Problem::Severity::error) continue;
        const auto hint = problem.hint.empty() ? std::string{} : "; " + problem.hint;
        return invalid(
            file + ":" + std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column) +
            ": " + problem.message + hint
        );
    }
    return invalid(file + " cannot be read");
}

/// Each service after those that it depends on, otherwise as in the file.
class StartOrder {
  public:
    StartOrder(std::vector<ComposeService>& services, std::string file)
        : services_{services}, file_{std::move(file)} {}

    Result<std::vector<ComposeService>> make() {
        for (auto& service : services_) {
            if (auto visited = visit(service); !visited) return visited.error();
        }
        return std::move(out_);
    }

  private:
    Result<> visit(ComposeService& service) {
        const auto name = service.name;
        if (done_.contains(name)) return {};
        if (!open_.insert(name).second) {
            return invalid(file_ + ": depends_on of '" + name + "' leads back to itself");
        }
        for (const auto& wanted : service.depends_on) {
            const auto next =
                std::find_if(services_.begin(), services_.end(), [&wanted](const auto& one) {
                    return one.name == wanted.service;
                });
            if (next == services_.end()) {
                return invalid(
                    file_ + ": '" + name + "' depends on '" + wanted.service +
                    "', which is no service"
                );
            }
            if (auto visited = visit(*next); !visited) return visited;
        }
        done_.insert(name);
        out_.push_back(service);
        return {};
    }

    std::vector<ComposeService>& services_;
    std::string file_;
    std::set<std::string> open_;
    std::set<std::string> done_;
    std::vector<ComposeService> out_;
};

class FileReader {
  public:
    FileReader(const ComposeQuestion& question, ComposeVariables& variables)
        : question_{question}, reader_{question.file, variables} {}

    Result<ComposeProject> read(const Node& root) {
        if (reader_.expect(root, NodeKind::mapping, "a Compose file")) read_top(root);
        if (reader_.error()) return *reader_.error();
        keep_used();
        auto ordered = StartOrder{out_.services, question_.file}.make();
        if (!ordered) return ordered.error();
        out_.services = std::move(*ordered);
        return std::move(out_);
    }

  private:
    void read_top(const Node& root) {
        for (const auto& [key, value] : root.entries) check_key(*key);
        read_name(root);
        names_.deployed = question_.service;
        names_.volumes = read_objects(root, "volumes");
        names_.networks = read_objects(root, "networks");
        refuse_engines_own(root);
        if (find_object(names_.networks, "default") == nullptr) {
            names_.networks.push_back({"default", out_.name + "_default", false});
        }
        const auto* services = root.find("services");
        if (services == nullptr) return reader_.fail(root, "there are no services");
        read_services(*services);
    }

    void check_key(const Node& key) {
        // `version` means nothing any more, to Compose neither.
        static const std::set<std::string, std::less<>> kKnown{
            "name", "version", "services", "volumes", "networks"};
        if (kKnown.contains(key.text) || is_extension(key.text)) return;
        const bool is_refused = key.text == "secrets" || key.text == "configs";
        reader_.fail(
            key,
            workflow::show(key.text) +
                (is_refused ? " is refused: write environment with ${NAME}, and secrets of deploy"
                            : " is no key that is carried out here; name, services, volumes and "
                              "networks are")
        );
    }

    void read_name(const Node& root) {
        const auto* name = root.find("name");
        out_.name = name == nullptr ? to_lower(question_.service) : reader_.text(*name);
        if (is_good_name(out_.name, true)) return;
        reader_.fail(
            name == nullptr ? root : *name,
            "name: a project has up to 63 of a-z, 0-9, '-' and '_', and begins with a letter or "
            "digit"
        );
    }

    std::vector<ComposeObject> read_objects(const Node& root, std::string_view kind) {
        std::vector<ComposeObject> out;
        const auto* map = root.find(kind);
        if (map == nullptr || map->kind == NodeKind::null) return out;
        if (!reader_.expect(*map, NodeKind::mapping, kind)) return out;
        for (const auto& [key, value] : map->entries) out.push_back(read_object(*key, *value));
        return out;
    }

    ComposeObject read_object(const Node& key, const Node& node) {
        ComposeObject out{key.text, out_.name + "_" + key.text, false};
        if (node.kind != NodeKind::null && reader_.expect(node, NodeKind::mapping, key.text)) {
            if (const auto* external = node.find("external")) {
                out.is_external = reader_.flag(*external);
                if (out.is_external) out.name = key.text;
            }
            if (const auto* name = node.find("name")) out.name = reader_.text(*name);
            for (const auto& [inner, value] : node.entries) {
                const bool is_known = inner->text == "external" || inner->text == "name";
                if (!is_known && !is_extension(inner->text)) {
                    reader_.fail(*inner, "here stand name and external, nothing else");
                }
            }
        }
        const bool is_good = is_good_name(out.name, false);
        if (!is_good) reader_.fail(key, "this is no name for a volume or a network");
        if (out.name.starts_with(model::kSupervisorVolume)) {
            reader_.fail(key, "every job's container begins with what is in this volume");
        }
        return out;
    }

    /// `host` is the machine's own network; on the others services do not find each other.
    void refuse_engines_own(const Node& root) {
        static const std::set<std::string, std::less<>> kOwn{"host", "none", "bridge", "default"};
        for (const auto& network : names_.networks) {
            if (!kOwn.contains(network.name)) continue;
            reader_.fail(
                *root.find("networks"),
                workflow::show(network.name) +
                    " is the engine's own network, not one of a project's: name another"
            );
        }
    }

    void read_services(const Node& node) {
        if (!reader_.expect(node, NodeKind::mapping, "services")) return;
        if (node.entries.size() > kMostServices)
            return reader_.fail(node, "there are more than 50");
        std::vector<std::string> known;
        for (const auto& [key, value] : node.entries) {
            if (!is_good_name(key->text, false)) reader_.fail(*key, "this is no service's name");
            out_.services.push_back(read_service(key->text, *value, names_, reader_));
            known.push_back(key->text);
        }
        if (out_.find(question_.service) != nullptr) return;
        const auto hint = workflow::nearest_hint(question_.service, known);
        reader_.fail(
            node,
            "there is no service " + workflow::show(question_.service) + ", which deploy names" +
                (hint.empty() ? "" : ", " + hint)
        );
    }

    /// What no service uses is not made, as with Compose.
    void keep_used() {
        for (const auto& service : out_.services) {
            for (const auto& network : service.networks)
                keep(names_.networks, network.name, out_.networks);
            for (const auto& mount : service.container.volumes) {
                keep(names_.volumes, mount.substr(0, mount.find(':')), out_.volumes);
            }
        }
    }

    static void keep(
        const std::vector<ComposeObject>& from,
        const std::string& name,
        std::vector<ComposeObject>& to
    ) {
        for (const auto& object : from) {
            const bool is_kept = std::find(to.begin(), to.end(), object) != to.end();
            if (object.name == name && !is_kept) to.push_back(object);
        }
    }

    const ComposeQuestion& question_;
    ComposeReader reader_;
    ComposeNames names_;
    ComposeProject out_;
};

}  // namespace

const ComposeService* ComposeProject::find(std::string_view service) const {
    const auto found = std::find_if(services.begin(), services.end(), [service](const auto& one) {
        return one.name == service;
    });
    return found == services.end() ? nullptr : &*found;
}

Result<ComposeProject> read_compose(
    std::string_view text, const ComposeQuestion& question, ComposeVariables& variables
) {
    workflow::Report report{{}};
    const auto document = workflow::read_yaml(text, report);
    if (report.has_errors()) return first_problem(question.file, std::move(report));
    if (!document || document->root == nullptr) return invalid(question.file + " is empty");
    auto project = FileReader{question, variables}.read(*document->root);
    if (!project) return project;
    for (const auto& name : variables.unused()) {
        return invalid(
            name + " of env or secrets is not used by " + question.file + ": write environment: [" +
            name + "] under the service that needs it"
        );
    }
    return project;
}

}  // namespace triphammer::runner
