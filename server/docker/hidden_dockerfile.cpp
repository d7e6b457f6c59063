#include "docker/hidden_dockerfile.hpp"

#include "base/text.hpp"
#include "docker/dockerignore.hpp"

#include <utility>

namespace triphammer::docker {

namespace {

const std::string kIgnoreFile = ".dockerignore";
const std::string kHiddenName = ".triphammer.dockerfile";

/// The last line that is neither blank nor a comment.
std::string_view last_line(std::string_view text) {
    std::string_view last;
    for (const auto line : split(text, '\n')) {
        const auto words = trim(line);
        if (!words.empty() && !words.starts_with('#')) last = words;
    }
    return last;
}

bool has_odd_end(std::string_view text) {
    return to_lower(text).find("escape") != std::string::npos || text.find("<<") != text.npos ||
           text.find('\0') != text.npos;
}

std::string hide_beside(FolderTar& context, std::string ignored, std::string text) {
    context.put(kIgnoreFile, std::move(ignored) + "\n" + kHiddenName + "\n");
    context.put(kHiddenName, std::move(text));
    return kHiddenName;
}

}  // namespace

std::optional<std::string> append_instruction(std::string_view text, std::string_view instruction) {
    const auto last = last_line(text);
    if (last.empty() || last.ends_with('\\') || has_odd_end(text)) return std::nullopt;
    return std::string{text} + "\n" + std::string{instruction} + "\n";
}

std::optional<std::string> hide_dockerfile(
    FolderTar& context, const std::string& dockerfile, std::string text
) {
    if (context.holds(kHiddenName)) return std::nullopt;
    if (!context.holds(kIgnoreFile)) return hide_beside(context, kIgnoreFile, std::move(text));
    const auto ignored = context.text_of(kIgnoreFile);
    const auto rules =
        ignored ? DockerIgnore::parse(*ignored) : Result<DockerIgnore>{DockerIgnore{}};
    if (!rules) return std::nullopt;
    if (rules->ignores(dockerfile)) {
        context.put(dockerfile, std::move(text));
        return dockerfile;
    }
    if (!rules->ignores(kIgnoreFile)) return std::nullopt;
    return hide_beside(context, *ignored, std::move(text));
}

}  // namespace triphammer::docker
