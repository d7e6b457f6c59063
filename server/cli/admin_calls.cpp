#include "cli/admin_calls.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <iostream>
#include <iterator>

namespace triphammer::cli {

using nlohmann::json;

std::optional<json> call(const Invocation& invocation, const AdminCall& request, int& status) {
    const auto config = load_config(invocation);
    if (!config) {
        status = complain(config.error(), kUsage);
        return {};
    }
    const auto answer = send(*config, request);
    if (!answer) {
        status = complain(answer.error(), kFailed);
        return {};
    }
    if (!answer->ok()) {
        status = complain(message_of(*answer), kFailed);
        return {};
    }
    status = kDone;
    auto body = json::parse(answer->body, nullptr, false);
    return body.is_discarded() ? json::object() : std::move(body);
}

int call_quietly(const Invocation& invocation, const AdminCall& request) {
    int status = kDone;
    (void)call(invocation, request, status);
    return status;
}

std::optional<std::string> word(const Invocation& invocation, std::size_t index) {
    const auto& words = invocation.arguments.words();
    if (index >= words.size()) return {};
    return words[index];
}

int need(std::string_view what) {
    return complain("missing: " + std::string{what} + " (see --help)", kUsage);
}

Result<std::string> read_value(const Invocation& invocation, std::string_view option) {
    if (const auto file = invocation.arguments.value(option)) {
        auto text = read_file(*file, 64 * 1024);
        if (!text) return text.error();
        return *text;
    }
    return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
}

std::string without_newline(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

void add_option(json& body, const Invocation& invocation, const char* field, const char* option) {
    if (const auto value = invocation.arguments.value(option)) body[field] = *value;
}

std::string field_text(const json& item, const char* field) {
    const auto found = item.find(field);
    if (found == item.end() || found->is_null()) return "-";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

int show_list(
    const Invocation& invocation, const std::string& target, const std::vector<const char*>& fields
) {
    int status = kDone;
    const auto body = call(invocation, {"GET", target, ""}, status);
    if (!body) return status;
    if (invocation.arguments.has("json")) {
        print(body->dump(2) + "\n");
        return kDone;
    }
    for (const auto& item : body->value("items", json::array())) {
        std::vector<std::string> columns;
        columns.reserve(fields.size());
        for (const auto* field : fields) columns.push_back(field_text(item, field));
        print(join(columns, "\t") + "\n");
    }
    return kDone;
}

std::string query_of(const Invocation& invocation) {
    std::vector<std::string> parts;
    for (const auto* option : {"repository", "environment"}) {
        if (const auto value = invocation.arguments.value(option)) {
            parts.push_back(std::string{option} + "=" + percent_encode(*value));
        }
    }
    return parts.empty() ? "" : "?" + join(parts, "&");
}

}  // namespace triphammer::cli
