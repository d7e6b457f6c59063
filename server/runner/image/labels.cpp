#include "runner/image/labels.hpp"

#include "base/clock.hpp"
#include "model/engine_labels.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace triphammer::runner {

namespace {

class Contexts {
  public:
    explicit Contexts(const std::string& text)
        : all_(nlohmann::json::parse(text, nullptr, false)) {}

    /// The first of these places that has a text; empty: none has.
    std::string first_of(std::initializer_list<const char*> places) const {
        for (const auto* place : places) {
            const nlohmann::json::json_pointer pointer{place};
            if (!all_.is_object() || !all_.contains(pointer)) continue;
            if (all_[pointer].is_string()) return all_[pointer].get<std::string>();
        }
        return {};
    }

  private:
    nlohmann::json all_;
};

/// When the commit, or what the run is about, came to be: the same in each attempt, so that the
/// same commit gives the same image.
std::string created_at(const Contexts& contexts) {
    const auto text = contexts.first_of(
        {"/github/event/head_commit/timestamp",
         "/github/event/release/published_at",
         "/github/event/pull_request/updated_at"}
    );
    const auto time = parse_rfc3339(text);
    return time ? to_rfc3339(*time) : std::string{};
}

/// The release's name, the tag's, else that of the first of the image's own.
std::string version_of(
    const Contexts& contexts,
    const std::string& ref,
    const std::vector<docker::ImageReference>& tags
) {
    constexpr std::string_view kTags = "refs/tags/";
    const auto release = contexts.first_of({"/github/event/release/tag_name"});
    if (!release.empty()) return release;
    if (ref.starts_with(kTags)) return ref.substr(kTags.size());
    return tags.empty() ? std::string{} : tags.front().tag;
}

bool fits_in_line(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f;
    });
}

/// As the builder reads a word: nothing in it is a variable or an escape.
std::string quote(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '$') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

std::map<std::string, std::string> job_labels(const model::JobDocument& document) {
    return {
        {model::kServerLabel, document.server_id},
        {"triphammer.repository", document.source.repository},
        {"triphammer.job", document.job.key},
    };
}

std::map<std::string, std::string> origin_labels(
    const model::JobDocument& document, const std::vector<docker::ImageReference>& tags
) {
    const Contexts contexts{document.contexts_json};
    auto labels = job_labels(document);
    labels["triphammer.run"] = document.run_id;
    labels["org.opencontainers.image.revision"] = document.source.sha;
    labels["org.opencontainers.image.created"] = created_at(contexts);
    labels["org.opencontainers.image.version"] = version_of(contexts, document.source.ref, tags);
    const auto forge = contexts.first_of({"/github/server_url"});
    if (!forge.empty()) {
        labels["org.opencontainers.image.source"] = forge + "/" + document.source.repository;
    }
    std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
    return labels;
}

std::string label_instruction(const std::map<std::string, std::string>& labels) {
    std::string out;
    for (const auto& [name, value] : labels) {
        if (!fits_in_line(name) || !fits_in_line(value)) return {};
        out += (out.empty() ? "LABEL " : " ") + quote(name) + "=" + quote(value);
    }
    return out;
}

}  // namespace triphammer::runner
