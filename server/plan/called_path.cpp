#include "plan/called_path.hpp"

namespace triphammer::plan {

std::optional<RemotePath> parse_remote(std::string_view name) {
    const auto at = name.rfind('@');
    const auto owner = name.find('/');
    if (at == std::string_view::npos || owner == std::string_view::npos) return {};
    const auto end = name.find('/', owner + 1);
    if (name.starts_with("pipeline:") || end == std::string_view::npos || end > at) return {};
    RemotePath out;
    out.repository = name.substr(0, end);
    out.path = name.substr(end + 1, at - end - 1);
    out.ref = name.substr(at + 1);
    const bool is_file = out.path.ends_with(".yml") || out.path.ends_with(".yaml");
    if (!is_file || out.ref.empty()) return {};
    return out;
}

std::string name_called(std::string_view caller, std::string_view uses) {
    const bool is_local = uses.starts_with("./") || uses.starts_with("$/");
    if (!is_local) return std::string{uses};
    auto home = parse_remote(caller);
    if (!home) return std::string{uses.substr(2)};
    home->path = uses.substr(2);
    return home->text();
}

std::string_view owner_of(std::string_view name) {
    return name.substr(0, name.find('/'));
}

}  // namespace triphammer::plan
