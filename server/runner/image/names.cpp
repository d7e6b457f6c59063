#include "runner/image/names.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace triphammer::runner {

namespace {

constexpr std::size_t kShortSha = 7;
const std::vector<std::string> kUsual{
    "type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"};
/// The first tag is the image's version: by kind, as the action sorts them.
const std::map<std::string, int> kPriorities{
    {"schedule", 1000}, {"semver", 900}, {"edge", 700}, {"ref", 600}, {"raw", 200}, {"sha", 100}};

using Attributes = std::map<std::string, std::string>;

struct Tag {
    int priority = 0;
    std::string text;
    bool may_be_latest = false;  // for latest=auto
};

/// "type=raw,value=x" → its parts; a bare word is a raw value.
Attributes read_attributes(const std::string& rule) {
    Attributes out;
    for (const auto part : split(rule, ',')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) {
            out["value"] = trim(part);
        } else {
            out[std::string{trim(part.substr(0, equals))}] = trim(part.substr(equals + 1));
        }
    }
    if (!out.contains("type")) out["type"] = "raw";
    return out;
}

std::string get(const Attributes& attributes, const std::string& name, std::string fallback = {}) {
    const auto found = attributes.find(name);
    if (found != attributes.end()) return found->second;
    return fallback;
}

/// What stands behind `prefix`; nothing for another text.
std::string rest_of(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string{};
}

std::string as_tag(std::string text) {
    constexpr std::string_view kFine =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (auto& c : text) {
        if (kFine.find(c) == std::string_view::npos) c = '-';
    }
    return text;
}

struct Semver {
    std::string raw;
    std::string version;
    std::vector<std::string> parts;
    bool is_early = false;
};

std::optional<Semver> read_semver(const std::string& text) {
    Semver out;
    out.raw = text;
    out.version = text.starts_with('v') ? text.substr(1) : text;
    const auto core = out.version.substr(0, out.version.find_first_of("-+"));
    out.is_early = out.version.find('-') != std::string::npos;
    for (const auto part : split(core, '.')) {
        if (!parse_integer(part)) return {};
        out.parts.emplace_back(part);
    }
    if (out.parts.size() != 3) return {};
    return out;
}

std::string with_replaced(std::string text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

class Namer {
  public:
    explicit Namer(const ImageOccasion& occasion) : at_{occasion} {}

    /// Nothing where the rule has no tag on this occasion.
    Result<std::optional<Tag>> make(const std::string& rule) const {
        const auto attributes = read_attributes(rule);
        const auto type = get(attributes, "type");
        const auto known = kPriorities.find(type);
        if (known == kPriorities.end()) return invalid("tags: '" + rule + "' is not supported");
        const auto enabled = expand(get(attributes, "enable", "true"));
        if (!enabled) return enabled.error();
        if (*enabled == "false") return std::optional<Tag>{};
        auto text = expand(value_of(type, attributes));
        if (!text) return text.error();
        if (text->empty()) return std::optional<Tag>{};
        const auto prefix = get(attributes, "prefix", usual_prefix(type, attributes));
        Tag tag;
        tag.priority =
            static_cast<int>(parse_integer(get(attributes, "priority")).value_or(known->second));
        tag.text = as_tag(prefix + *text + get(attributes, "suffix"));
        tag.may_be_latest = is_release(type, attributes);
        return std::optional<Tag>{tag};
    }

  private:
    bool is_pull_request() const { return !at_.pull_request.empty(); }

    std::string branch() const {
        return is_pull_request() ? std::string{} : rest_of(at_.ref, "refs/heads/");
    }

    std::string tag() const { return rest_of(at_.ref, "refs/tags/"); }

    std::string value_of(const std::string& type, const Attributes& attributes) const {
        if (type == "raw") return get(attributes, "value");
        if (type == "sha") {
            return get(attributes, "format") == "long" ? at_.sha : at_.sha.substr(0, kShortSha);
        }
        if (type == "schedule") {
            return at_.event == "schedule" ? get(attributes, "pattern", "nightly") : std::string{};
        }
        if (type == "edge") {
            const auto wanted = get(attributes, "branch", at_.default_branch);
            return !branch().empty() && branch() == wanted ? "edge" : "";
        }
        return type == "ref" ? ref_of(get(attributes, "event")) : semver_of(attributes);
    }

    std::string ref_of(const std::string& event) const {
        if (event == "branch") return branch();
        if (event == "tag") return tag();
        return event == "pr" ? at_.pull_request : std::string{};
    }

    std::string semver_of(const Attributes& attributes) const {
        const auto version = read_semver(get(attributes, "value", tag()));
        if (!version) return {};
        auto pattern = get(attributes, "pattern", "{{version}}");
        // An early version is no 1.2 and no 1.
        if (version->is_early && pattern != "{{raw}}") pattern = "{{version}}";
        pattern = with_replaced(pattern, "{{raw}}", version->raw);
        pattern = with_replaced(pattern, "{{version}}", version->version);
        pattern = with_replaced(pattern, "{{major}}", version->parts[0]);
        pattern = with_replaced(pattern, "{{minor}}", version->parts[1]);
        return with_replaced(pattern, "{{patch}}", version->parts[2]);
    }

    bool is_release(const std::string& type, const Attributes& attributes) const {
        if (type == "ref") return get(attributes, "event") == "tag";
        if (type != "semver") return false;
        const auto version = read_semver(get(attributes, "value", tag()));
        return version && !version->is_early;
    }

    static std::string usual_prefix(const std::string& type, const Attributes& attributes) {
        if (type == "sha") return "sha-";
        return type == "ref" && get(attributes, "event") == "pr" ? "pr-" : "";
    }

    Result<std::string> expand(std::string text) const {
        const bool is_default = !branch().empty() && branch() == at_.default_branch;
        text = with_replaced(std::move(text), "{{branch}}", branch());
        text = with_replaced(std::move(text), "{{tag}}", tag());
        text = with_replaced(std::move(text), "{{sha}}", at_.sha.substr(0, kShortSha));
        text =
            with_replaced(std::move(text), "{{is_default_branch}}", is_default ? "true" : "false");
        if (text.find("{{") == std::string::npos) return text;
        return invalid("tags: '" + text + "' is not supported");
    }

    const ImageOccasion& at_;
};

}  // namespace

Result<ImageNames> make_image_names(const ImageOccasion& occasion, const ImageRules& rules) {
    Attributes flavor{{"latest", "auto"}};
    for (const auto& line : rules.flavor) {
        for (const auto& [name, value] : read_attributes(line)) flavor[name] = value;
    }
    std::vector<Tag> tags;
    const Namer namer{occasion};
    for (const auto& rule : rules.tags.empty() ? kUsual : rules.tags) {
        auto tag = namer.make(rule);
        if (!tag) return tag.error();
        if (!*tag) continue;
        (*tag)->text = flavor["prefix"] + (*tag)->text + flavor["suffix"];
        tags.push_back(std::move(**tag));
    }
    std::stable_sort(tags.begin(), tags.end(), [](const Tag& left, const Tag& right) {
        return left.priority > right.priority;
    });
    const bool is_auto = flavor["latest"] == "auto";
    const bool may =
        !tags.empty() && (is_auto ? tags.front().may_be_latest : flavor["latest"] == "true");
    if (may) tags.push_back({0, "latest", false});
    ImageNames out;
    if (!tags.empty()) out.version = tags.front().text;
    for (const auto& image : rules.images) {
        for (const auto& tag : tags) {
            auto name = to_lower(image) + ":" + tag.text;
            const bool known = std::find(out.tags.begin(), out.tags.end(), name) != out.tags.end();
            if (!known) out.tags.push_back(std::move(name));
        }
    }
    return out;
}

}  // namespace triphammer::runner
