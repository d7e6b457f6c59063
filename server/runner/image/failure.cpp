#include "runner/image/failure.hpp"

#include "base/text.hpp"

#include <optional>
#include <string_view>

namespace triphammer::runner {

using model::Cause;

namespace {

bool holds(std::string_view text, std::string_view words) {
    return text.find(words) != text.npos;
}

bool is_missing_base(std::string_view words) {
    const auto text = to_lower(words);
    return holds(text, "manifest unknown") || holds(text, "pull access denied") ||
           holds(text, "repository does not exist") || holds(text, "no such image") ||
           (holds(text, "manifest for") && holds(text, "not found"));
}

/// "… parse error line 3: unknown instruction: RUNN" → "Dockerfile:3: unknown instruction: RUNN".
std::optional<std::string> syntax_error(std::string_view words, const std::string& dockerfile) {
    constexpr std::string_view kMark = "parse error line ";
    const auto found = words.find(kMark);
    if (found == words.npos) return {};
    return dockerfile + ":" + std::string{words.substr(found + kMark.size())};
}

Cause cause_of(Code code) {
    if (code == Code::disk_full) return Cause::disk_full;
    const bool is_ours = code == Code::invalid || code == Code::too_large;
    return is_ours ? Cause::invalid : Cause::infrastructure;
}

}  // namespace

ImageFailure explain_build(const docker::BuildOutcome& outcome, const std::string& dockerfile) {
    if (outcome.exit_status != 0) return {Cause::exit, outcome.error, outcome.exit_status};
    if (is_missing_base(outcome.error)) {
        return {
            Cause::invalid,
            "a base image of " + dockerfile + " cannot be had: " + outcome.error +
                " (is its name right, and may this engine read it?)",
            0};
    }
    if (const auto syntax = syntax_error(outcome.error, dockerfile)) {
        return {Cause::invalid, *syntax, 0};
    }
    const auto code = docker::code_of_failure(outcome.error);
    const bool is_outside = code == Code::unavailable || code == Code::unauthorized;
    if (code == Code::disk_full) return {Cause::disk_full, outcome.error, 0};
    return {is_outside ? Cause::infrastructure : Cause::invalid, outcome.error, 0};
}

ImageFailure explain_refusal(const Error& error, const std::string& dockerfile) {
    if (const auto syntax = syntax_error(error.message, dockerfile)) {
        return {Cause::invalid, *syntax, 0};
    }
    if (is_missing_base(error.message)) return explain_build({{}, error.message, 0}, dockerfile);
    return {cause_of(error.code), error.message, 0};
}

ImageFailure explain_push(const Error& error, const std::string& registry) {
    if (error.code == Code::unauthorized) {
        return {
            Cause::infrastructure,
            "the registry " + registry + " refused: " + error.message +
                " (check registry username and password, and the right to push)",
            0};
    }
    if (error.code == Code::unavailable) {
        return {
            Cause::infrastructure,
            "the registry " + registry + " cannot be reached: " + error.message,
            0};
    }
    if (error.code == Code::conflict) return {Cause::invalid, error.message, 0};
    return {cause_of(error.code), error.message, 0};
}

}  // namespace triphammer::runner
