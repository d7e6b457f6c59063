#include "api/openapi.hpp"

#include "api/call/services.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::embedded {

const char* openapi_operations_begin();
const char* openapi_operations_end();
const char* openapi_schemas_begin();
const char* openapi_schemas_end();

}  // namespace triphammer::embedded

namespace triphammer::api {

using nlohmann::json;

namespace {

json table_of(const char* begin, const char* end) {
    auto table = json::parse(begin, end, nullptr, false);
    return table.is_discarded() ? json::object() : table;
}

json schema_of(const json& name) {
    return {{"$ref", "#/components/schemas/" + name.get<std::string>()}};
}

/// "text/plain" is a body of that type, "Run" JSON in the shape of that schema.
void add_content(json& content, const json& name) {
    const auto& text = name.get_ref<const std::string&>();
    if (text.find('/') != std::string::npos) {
        content[text] = {{"schema", {{"type", "string"}}}};
    } else {
        content["application/json"] = {{"schema", schema_of(name)}};
    }
}

json answer_of(const json& names) {
    json out{{"description", "Done"}};
    if (names.is_null()) return out;
    auto& content = out["content"] = json::object();
    if (!names.is_array()) {
        add_content(content, names);
    } else {
        for (const auto& name : names) add_content(content, name);
    }
    return out;
}

json error_answer() {
    json content;
    add_content(content, "Error");
    return {{"description", "What is wrong, and what to do"}, {"content", content}};
}

bool is_known(Access access) {
    return access != Access::open && access != Access::hook;
}

/// What the router answers for every operation of this kind, and what this one adds.
json errors_of(const Route& route, const json& operation) {
    json out = operation.value("errors", json::array());
    out.push_back(400);
    if (is_known(route.access)) out.insert(out.end(), {401, 403, 429});
    const bool mutates = route.method != http::Method::get;
    if (mutates) out.insert(out.end(), {403, 413, 429});
    if (route.access == Access::hook) out.insert(out.end(), {401, 404});
    if (route.pattern.find('{') != std::string_view::npos) out.push_back(404);
    return out;
}

json answers_of(const Route& route, const json& operation) {
    auto out = json::object();
    const auto answers = operation.value("answers", json::object());
    for (const auto& [status, names] : answers.items()) out[status] = answer_of(names);
    for (const auto& status : errors_of(route, operation)) {
        out[std::to_string(status.get<int>())] = error_answer();
    }
    out["5XX"] = error_answer();
    return out;
}

json parameters_of(const Route& route, const json& operation) {
    auto out = json::array();
    for (const auto part : split(route.pattern, '/')) {
        if (!part.starts_with('{')) continue;
        const json text{{"type", "string"}, {"minLength", 1}};
        const auto name = part.substr(1, part.size() - 2);
        out.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", text}});
    }
    const auto query = operation.value("query", json::object());
    for (const auto& [name, schema] : query.items()) {
        out.push_back({{"name", name}, {"in", "query"}, {"schema", schema_of(schema)}});
    }
    return out;
}

json operation_of(const Route& route, const json& operation) {
    json out{
        {"summary", operation.value("summary", "")},
        {"x-role", name_of(route.access)},
        {"x-scope", name_of(route.scope)},
        {"responses", answers_of(route, operation)},
    };
    auto parameters = parameters_of(route, operation);
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    if (const auto body = operation.find("body"); body != operation.end()) {
        json content;
        add_content(content, *body);
        out["requestBody"] = {{"required", true}, {"content", content}};
    }
    if (!is_known(route.access)) out["security"] = json::array();
    return out;
}

json paths() {
    const auto operations =
        table_of(embedded::openapi_operations_begin(), embedded::openapi_operations_end());
    auto out = json::object();
    for (const auto& route : routes()) {
        if (route.access == Access::runner) continue;  // the runner protocol is no API
        const std::string pattern{route.pattern};
        const auto method = http::name_of(route.method);
        const auto operation =
            operations.value(std::string{method} + " " + pattern, json::object());
        out[pattern][to_lower(method)] = operation_of(route, operation);
    }
    return out;
}

json components() {
    const json token{{"type", "http"}, {"scheme", "bearer"}};
    const json cookie{{"type", "apiKey"}, {"in", "cookie"}, {"name", "triphammer_session"}};
    return {
        {"securitySchemes", {{"token", token}, {"session", cookie}}},
        {"schemas", table_of(embedded::openapi_schemas_begin(), embedded::openapi_schemas_end())},
    };
}

}  // namespace

std::string openapi_text(const std::string& version) {
    const json document{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Triphammer"}, {"version", version}}},
        {"security", json::array({{{"token", json::array()}}, {{"session", json::array()}}})},
        {"components", components()},
        {"paths", paths()},
    };
    return document.dump();
}

Answer openapi(Services& services, Call) {
    co_return http::make_json(200, openapi_text(services.version));
}

}  // namespace triphammer::api
