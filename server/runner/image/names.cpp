#include "runner/image/names.hpp"

#include "base/text.hpp"
#include "execution/pattern.hpp"
#include "runner/image/name_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace triphammer::runner {

namespace {

const std::vector<std::string> kUsual{
    "type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"};
/// The first tag is the image's version: by kind, as the action sorts them.
const std::map<std::string, int> kPriorities{
    {"schedule", 1000},
    {"semver", 900},
    {"pep440", 900},
    {"match", 800},
    {"edge", 700},
    {"ref", 600},
    {"raw", 200},
    {"sha", 100}};

/// Events that always mean the last commit of the default branch.
constexpr auto kOnDefaultBranch =
    std::to_array<std::string_view>({"create", "discussion", "issues", "schedule"});

struct Tag {
    int priority = 0;
    std::string text;
    bool may_be_latest = false;  // for latest=auto
};

struct Flavor {
    std::string latest = "auto";
    std::string prefix;
    std::string suffix;
    bool is_on_latest_before = false;
    bool is_on_latest_behind = false;
};

/// What stands behind `prefix`; nothing for another text.
std::string rest_of(const std::string& text, std::string_view prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string{};
}

/// A row of characters that no tag may have becomes one dash.
std::string as_tag(const std::string& text) {
    constexpr std::string_view kFine =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    std::string out;
    bool was_fine = true;
    for (const char c : text) {
        const bool is_fine = kFine.find(c) != std::string_view::npos;
        if (is_fine) out += c;
        if (!is_fine && was_fine) out += '-';
        was_fine = is_fine;
    }
    return out;
}

/// Whatever else it is would push what nobody meant, or nothing.
Result<bool> read_flag(const std::string& value) {
    if (value == "true" || value == "false") return value == "true";
    return invalid("'" + value + "' is neither true nor false");
}

Result<Flavor> read_flavor(const std::vector<std::string>& lines) {
    Flavor out;
    for (const auto& line : lines) {
        const auto attributes = read_attributes(line, "");
        const auto is_on_latest = read_flag(attribute_of(attributes, "onlatest", "false"));
        if (!is_on_latest) return with_context("flavor: " + line, is_on_latest.error());
        for (const auto& [name, value] : attributes) {
            if (name == "latest") {
                const auto flag = value == "auto" ? Result<bool>{true} : read_flag(value);
                if (!flag) return with_context("flavor: " + line, flag.error());
                out.latest = value;
            } else if (name == "prefix") {
                out.prefix = value;
                out.is_on_latest_before = *is_on_latest;
            } else if (name == "suffix") {
                out.suffix = value;
                out.is_on_latest_behind = *is_on_latest;
            } else if (name != "onlatest") {
                return invalid("flavor: '" + line + "' is not supported");
            }
        }
    }
    return out;
}

/// An older form names several, with commas.
Result<std::vector<std::string>> read_images(const std::vector<std::string>& lines) {
    std::vector<std::string> out;
    for (const auto& line : lines) {
        const bool is_old = line.find('=') == std::string::npos;
        for (const auto& field : is_old ? split_fields(line) : std::vector{line}) {
            const auto attributes = read_attributes(field, "name");
            const auto name = attribute_of(attributes, "name");
            if (trim(name).empty()) return invalid("images: '" + line + "' names no image");
            if (attributes.size() > 1 + attributes.count("enable")) {
                return invalid(
                    "images: '" + line + "' is not supported: there are name and enable"
                );
            }
            const auto enabled = read_flag(attribute_of(attributes, "enable", "true"));
            if (!enabled) return with_context("images: " + line, enabled.error());
            if (*enabled) out.push_back(to_lower(name));
        }
    }
    return out;
}

/// The argument of {{date 'FORMAT'}}; tz may say what is so anyhow.
std::optional<std::string> date_format(std::string_view inside, std::string_view name) {
    if (!inside.starts_with(name)) return {};
    const auto rest = trim(inside.substr(name.size()));
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"')) return {};
    const auto end = rest.find(rest[0], 1);
    if (end == std::string_view::npos) return {};
    const auto zone = trim(rest.substr(end + 1));
    if (!zone.empty() && zone != "tz='UTC'" && zone != "tz=\"UTC\"") return {};
    return std::string{rest.substr(1, end - 1)};
}

class Namer {
  public:
    Namer(const ImageOccasion& occasion, const Flavor& flavor) : at_{occasion}, flavor_{flavor} {}

    /// Nothing where the rule has no tag on this occasion.
    Result<std::optional<Tag>> make(const std::string& rule) const {
        auto attributes = read_attributes(rule, "value");
        attributes.emplace("type", "raw");
        const auto type = attribute_of(attributes, "type");
        const auto known = kPriorities.find(type);
        if (known == kPriorities.end()) return invalid("tags: '" + rule + "' is not supported");
        if (type == "sha") attributes.emplace("prefix", "sha-");
        if (type == "ref" && attribute_of(attributes, "event") == "pr")
            attributes.emplace("prefix", "pr-");
        const auto enabled = expand(attribute_of(attributes, "enable", "true"));
        if (!enabled) return enabled.error();
        const auto is_enabled = read_flag(*enabled);
        if (!is_enabled) return with_context("tags: " + rule, is_enabled.error());
        if (!*is_enabled) return std::optional<Tag>{};
        Tag tag;
        auto text = text_of(type, attributes, tag.may_be_latest);
        if (!text) return with_context("tags: " + rule, text.error());
        if (text->empty()) return std::optional<Tag>{};
        const auto prefix = expand(attribute_of(attributes, "prefix", flavor_.prefix));
        if (!prefix) return prefix.error();
        const auto suffix = expand(attribute_of(attributes, "suffix", flavor_.suffix));
        if (!suffix) return suffix.error();
        tag.text = as_tag(*prefix + *text + *suffix);
        tag.priority = static_cast<int>(
            parse_integer(attribute_of(attributes, "priority")).value_or(known->second)
        );
        return std::optional<Tag>{tag};
    }

  private:
    std::string branch() const { return rest_of(at_.ref, "refs/heads/"); }

    std::string tag() const { return rest_of(at_.ref, "refs/tags/"); }

    Result<std::string> expand(std::string_view text) const { return expand_image_text(at_, text); }

    Result<std::string> text_of(
        const std::string& type, const Attributes& attributes, bool& may_be_latest
    ) const {
        if (type == "raw") return expand(attribute_of(attributes, "value"));
        if (type == "sha") {
            return attribute_of(attributes, "format") == "long" ? at_.sha
                                                                : at_.sha.substr(0, at_.short_sha);
        }
        if (type == "schedule") {
            return at_.event == "schedule" ? expand(attribute_of(attributes, "pattern", "nightly"))
                                           : std::string{};
        }
        if (type == "edge") {
            const auto wanted = attribute_of(attributes, "branch", at_.default_branch);
            return std::string{!branch().empty() && branch() == wanted ? "edge" : ""};
        }
        if (type == "ref") return ref_of(attribute_of(attributes, "event"), may_be_latest);
        return version_of(type, attributes, may_be_latest);
    }

    std::string ref_of(const std::string& event, bool& may_be_latest) const {
        may_be_latest = event == "tag";
        if (event == "branch") return branch();
        if (event == "tag") return tag();
        return event == "pr" ? at_.pull_request : std::string{};
    }

    /// Those that look at the tag, or at `value` in its place.
    Result<std::string> version_of(
        const std::string& type, const Attributes& attributes, bool& may_be_latest
    ) const {
        auto given = expand(attribute_of(attributes, "value"));
        if (!given) return given;
        auto text = given->empty() ? tag() : *given;
        if (text.empty()) return text;
        if (type == "match") {
            may_be_latest = true;
            return matched(
                attribute_of(attributes, "pattern"), attribute_of(attributes, "group", "0"), text
            );
        }
        if (const auto match = attribute_of(attributes, "match"); !match.empty()) {
            const auto part = matched(match, "1", text);
            if (!part) return part;
            if (!part->empty()) text = *part;
        }
        const auto version = type == "semver" ? read_semver(text) : read_pep440(text);
        if (!version) return std::string{};
        may_be_latest = !version->is_early;
        return version_text(*version, attribute_of(attributes, "pattern", "{{version}}"));
    }

    /// An early version is no 1.2 and no 1.
    static Result<std::string> version_text(const TagVersion& version, std::string pattern) {
        if (version.is_early && pattern != "{{raw}}") pattern = "{{version}}";
        return render_expressions(pattern, [&version](std::string_view name) {
            std::optional<std::string> out;
            if (name == "raw") out = version.raw;
            if (name == "version") out = version.version;
            if (name == "major") out = version.parts[0];
            if (name == "minor") out = version.parts[1];
            if (name == "patch") out = version.parts[2];
            return Result<std::optional<std::string>>{out};
        });
    }

    /// The group of a regular expression, which may stand in slashes.
    static Result<std::string> matched(
        std::string_view expression, const std::string& group, const std::string& text
    ) {
        if (expression.size() > 2 && expression.starts_with('/') && expression.ends_with('/')) {
            expression = expression.substr(1, expression.size() - 2);
        }
        const auto pattern = execution::Pattern::make(expression);
        if (!pattern) return pattern.error();
        const auto found = pattern->find(execution::to_characters(text));
        if (!found) return found.error();
        const auto index = static_cast<std::size_t>(parse_integer(group).value_or(0));
        return *found && index < (*found)->size() ? (**found)[index] : std::string{};
    }

    const ImageOccasion& at_;
    const Flavor& flavor_;
};

/// The tags of all rules, the image's version first, each once.
Result<std::vector<Tag>> make_tags(
    const ImageOccasion& occasion, const Flavor& flavor, const std::vector<std::string>& rules
) {
    std::vector<Tag> tags;
    const Namer namer{occasion, flavor};
    for (const auto& rule : rules) {
        auto tag = namer.make(rule);
        if (!tag) return tag.error();
        if (*tag) tags.push_back(std::move(**tag));
    }
    std::stable_sort(tags.begin(), tags.end(), [](const Tag& left, const Tag& right) {
        return left.priority > right.priority;
    });
    return tags;
}

void add_once(std::vector<std::string>& all, std::string one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

bool is_default_branch(const ImageOccasion& occasion) {
    const auto branch = rest_of(occasion.ref, "refs/heads/");
    const bool is_always = std::any_of(
        kOnDefaultBranch.begin(),
        kOnDefaultBranch.end(),
        [&occasion](std::string_view event) { return occasion.event == event; }
    );
    return is_always || (!branch.empty() && branch == occasion.default_branch);
}

}  // namespace

Result<std::string> expand_image_text(const ImageOccasion& occasion, std::string_view text) {
    return render_expressions(
        text,
        [&](std::string_view inside) -> Result<std::optional<std::string>> {
            const auto some = [](std::string value) { return std::optional{std::move(value)}; };
            if (inside == "branch") return some(rest_of(occasion.ref, "refs/heads/"));
            if (inside == "tag") return some(rest_of(occasion.ref, "refs/tags/"));
            if (inside == "sha") return some(occasion.sha.substr(0, occasion.short_sha));
            if (inside == "base_ref") return some(occasion.base_ref);
            if (inside == "is_default_branch")
                return some(is_default_branch(occasion) ? "true" : "false");
            if (inside == "is_not_default_branch")
                return some(is_default_branch(occasion) ? "false" : "true");
            const auto committed = date_format(inside, "commit_date ");
            const auto format = committed ? committed : date_format(inside, "date ");
            if (!format) return std::optional<std::string>{};
            auto date = format_date(committed ? occasion.committed : occasion.now, *format);
            if (!date) return date.error();
            return some(std::move(*date));
        }
    );
}

Result<ImageNames> make_image_names(const ImageOccasion& occasion, const ImageRules& rules) {
    const auto flavor = read_flavor(rules.flavor);
    if (!flavor) return flavor.error();
    auto images = read_images(rules.images);
    if (!images) return images.error();
    const auto tags = make_tags(occasion, *flavor, rules.tags.empty() ? kUsual : rules.tags);
    if (!tags) return tags.error();
    ImageNames out;
    for (const auto& tag : *tags) add_once(out.names, tag.text);
    const bool is_auto = flavor->latest == "auto";
    if (!tags->empty() && (is_auto ? tags->front().may_be_latest : flavor->latest == "true")) {
        const auto before = flavor->is_on_latest_before ? flavor->prefix : std::string{};
        const auto behind = flavor->is_on_latest_behind ? flavor->suffix : std::string{};
        add_once(out.names, as_tag(before + "latest" + behind));
    }
    if (!out.names.empty()) out.version = out.names.front();
    if (images->empty()) images->emplace_back();
    for (const auto& image : *images) {
        for (const auto& name : out.names) {
            add_once(out.tags, image.empty() ? name : image + ":" + name);
        }
    }
    return out;
}

}  // namespace triphammer::runner
