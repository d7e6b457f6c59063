#include "git/modules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace triphammer::git {

namespace {

constexpr std::string_view kSchemeEnd = "://";
constexpr std::string_view kSsh = "ssh://";
constexpr std::string_view kSuffix = ".git";

/// path and url of one name
struct Entry {
    std::string path;
    std::string url;
};

/// "submodule.NAME.KEY\nVALUE\0…"
std::map<std::string, Entry> read_entries(std::string_view config) {
    constexpr std::string_view kSection = "submodule.";
    std::map<std::string, Entry> out;
    for (const auto item : split(config, '\0')) {
        const auto line = item.find('\n');
        const auto key = item.substr(0, line);
        const auto dot = key.rfind('.');
        const bool is_ours = key.starts_with(kSection) && dot >= kSection.size();
        if (!is_ours || line == item.npos) continue;
        auto& entry = out[std::string{key.substr(kSection.size(), dot - kSection.size())}];
        if (key.substr(dot) == ".path") entry.path = item.substr(line + 1);
        if (key.substr(dot) == ".url") entry.url = item.substr(line + 1);
    }
    return out;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

/// CVE-2018-11235 (".." in a name), CVE-2018-17456 (a dash in front), CVE-2025-48384 (a control
/// character at the end).
bool is_safe_name(std::string_view name) {
    if (name.empty() || name.front() == '-' || has_control(name)) return false;
    std::string text{name};
    std::replace(text.begin(), text.end(), '\\', '/');
    const auto parts = split(text, '/');
    return std::find(parts.begin(), parts.end(), "..") == parts.end();
}

/// Git refuses such trees when it unpacks them; who reads them before that must, too.
bool is_safe_path(std::string_view path) {
    if (path.empty() || path.front() == '-' || has_control(path)) return false;
    const auto parts = split(path, '/');
    return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
        return part.empty() || part == "." || part == ".." || equal_ignoring_case(part, kSuffix);
    });
}

Result<std::string> beside(std::string_view parent, std::string_view text) {
    while (parent.ends_with('/')) parent.remove_suffix(1);
    const auto root = parent.find('/', parent.find(kSchemeEnd) + kSchemeEnd.size());
    while (text.starts_with("./") || text.starts_with("../")) {
        const bool is_up = text.starts_with("../");
        text.remove_prefix(is_up ? 3 : 2);
        if (!is_up) continue;
        const auto slash = parent.rfind('/');
        if (root == parent.npos || slash < root) return invalid("its url leads out of its host");
        parent = parent.substr(0, slash);
    }
    return std::string{parent} + "/" + std::string{text};
}

/// "git@github.com:acme/lib.git": a host with a colon before any slash.
std::string spell_out(std::string_view text) {
    const auto colon = text.find(':');
    const bool is_short = colon != text.npos && colon > 0 && text.find('/') > colon &&
                          !text.substr(colon).starts_with(kSchemeEnd) &&
                          !text.substr(colon).starts_with("::");
    if (!is_short) return std::string{text};
    const auto path = text.substr(colon + 1);
    return std::string{kSsh} + std::string{text.substr(0, colon)} +
           (path.starts_with('/') ? "" : "/") + std::string{path};
}

/// What stands before the first slash of what follows the scheme, without a user.
std::string_view without_user(std::string_view rest) {
    const auto at = rest.substr(0, rest.find('/')).rfind('@');
    return at == rest.npos ? rest : rest.substr(at + 1);
}

std::string identity_of(std::string_view url) {
    const auto https = as_https(url);
    std::string_view rest = https;
    const auto scheme = rest.find(kSchemeEnd);
    if (scheme != rest.npos) rest.remove_prefix(scheme + kSchemeEnd.size());
    rest = without_user(rest);
    while (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.ends_with(kSuffix)) rest.remove_suffix(kSuffix.size());
    return to_lower(rest);
}

}  // namespace

std::string as_https(std::string_view url) {
    if (!url.starts_with(kSsh)) return std::string{url};
    const auto rest = without_user(url.substr(kSsh.size()));
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto host = rest.substr(0, slash);  // its port is ssh's
    return "https://" + std::string{host.substr(0, host.rfind(':'))} +
           std::string{rest.substr(slash)};
}

Result<std::string> resolve_module_url(std::string_view parent, std::string_view text) {
    if (text.starts_with("./") || text.starts_with("../")) {
        const auto home = spell_out(parent);
        if (home.find(kSchemeEnd) == home.npos) return invalid("its repository has no address");
        return beside(home, text);
    }
    auto url = spell_out(text);
    const bool is_known = url.starts_with("https://") || url.starts_with("http://") ||
                          (url.starts_with(kSsh) && !url.starts_with("ssh://-"));
    if (!is_known || has_control(url)) {
        return invalid(
            "its url '" + std::string{text} + "' begins with neither https:// nor ssh://"
        );
    }
    return url;
}

Result<std::vector<Module>> match_modules(
    std::string_view config, const std::vector<TreeLink>& links, std::string_view parent
) {
    const auto entries = read_entries(config);
    std::vector<Module> out;
    for (const auto& link : links) {
        const auto what = ".gitmodules, submodule at '" + link.path + "'";
        const auto found = std::find_if(entries.begin(), entries.end(), [&link](const auto& entry) {
            return entry.second.path == link.path;
        });
        if (!is_safe_path(link.path))
            return invalid(what + ": its path is not one for a submodule");
        if (found == entries.end() || found->second.url.empty()) {
            return invalid(what + ": there is no url for it");
        }
        if (!is_safe_name(found->first)) {
            return invalid(what + ": its name '" + found->first + "' is not one for a submodule");
        }
        auto url = resolve_module_url(parent, found->second.url);
        if (!url) return with_context(what, url.error());
        out.push_back({found->first, link.path, std::move(*url), link.commit});
    }
    return out;
}

bool is_same_repository(std::string_view a, std::string_view b) {
    return identity_of(a) == identity_of(b);
}

}  // namespace triphammer::git
