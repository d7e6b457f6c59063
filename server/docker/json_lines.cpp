#include "docker/json_lines.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::docker {

using nlohmann::json;

std::optional<std::string> LineSplitter::next() {
    for (;;) {
        const auto end = rest_.find('\n', place_);
        if (end == std::string::npos && !ended_) {
            rest_.erase(0, std::exchange(place_, 0));
            return {};
        }
        if (end == std::string::npos && place_ >= rest_.size()) return {};
        const auto stop = std::min(end, rest_.size());
        const auto line = trim(std::string_view{rest_}.substr(place_, stop - place_));
        place_ = stop == rest_.size() ? stop : stop + 1;
        if (!line.empty()) return std::string{line};
    }
}

namespace {

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const json& part_of(const json& object, const char* key) {
    static const json kNothing = json::object();
    const auto found = object.find(key);
    return found != object.end() && found->is_object() ? *found : kNothing;
}

void take_error(const json& message, Progress& out) {
    const auto& detail = part_of(message, "errorDetail");
    out.error = text_of(detail, "message");
    if (out.error.empty()) out.error = text_of(message, "error");
    const auto code = detail.find("code");
    if (code != detail.end() && code->is_number_integer()) out.error_code = code->get<int>();
}

/// Builders: {"ID": "sha256:…"}; push: {"Tag", "Digest", "Size"}; BuildKit's progress: text.
void take_aux(const json& message, Progress& out) {
    const auto& aux = part_of(message, "aux");
    out.image_id = text_of(aux, "ID");
    out.digest = text_of(aux, "Digest");
    if (text_of(message, "id") != "moby.buildkit.trace") return;
    out.trace = from_base64(text_of(message, "aux")).value_or("");
}

void take_status(const json& message, Progress& out) {
    const auto status = text_of(message, "status");
    if (status.empty()) return;
    const auto id = text_of(message, "id");
    out.transient = !part_of(message, "progressDetail").empty();
    out.text = (id.empty() ? status : id + ": " + status) + "\n";
}

}  // namespace

Result<Progress> parse_progress(std::string_view line) {
    const auto message = json::parse(line, nullptr, false);
    if (!message.is_object()) {
        return Error{Code::protocol, "the engine sent a line that is not a JSON object"};
    }
    Progress out;
    take_error(message, out);
    take_aux(message, out);
    out.text = text_of(message, "stream");
    if (out.text.empty()) take_status(message, out);
    return out;
}

}  // namespace triphammer::docker
