#include "docker/engine_facts.hpp"

#include "docker/engine_address.hpp"
#include "docker/engine_connection.hpp"
#include "http/networks.hpp"

#include <utility>

namespace triphammer::docker {

using nlohmann::json;

namespace {

constexpr std::chrono::minutes kFactLimit{2};  // for a registry's answer to the engine

std::string fact_in(const std::string& answer, const char* pointer) {
    const auto parsed = json::parse(answer, nullptr, false);
    const json::json_pointer place{pointer};
    if (!parsed.is_object() || !parsed.contains(place) || !parsed[place].is_string()) return {};
    return parsed[place].get<std::string>();
}

Error is_no_fact(const char* what) {
    return {Code::protocol, std::string{what} + ": the engine's answer is not as its API says"};
}

/// "localhost:5000" → "127.0.0.1", "[::1]:5000" → "::1"
std::string registry_address(const std::string& registry) {
    auto host = registry;
    if (host.starts_with('[')) {
        host = host.substr(1, host.find(']') - 1);
    } else {
        host = host.substr(0, host.find(':'));
    }
    return host == "localhost" ? "127.0.0.1" : host;
}

}  // namespace

bool is_insecure_registry(const json& info, const std::string& registry) {
    const auto config = info.is_object() ? info.value("RegistryConfig", json::object()) : json{};
    if (!config.is_object()) return false;
    const auto indexes = config.find("IndexConfigs");
    if (indexes != config.end() && indexes->is_object() && indexes->contains(registry)) {
        const auto& index = (*indexes)[registry];
        const auto secure = index.is_object() ? index.find("Secure") : index.end();
        return secure != index.end() && secure->is_boolean() && !secure->get<bool>();
    }
    std::vector<std::string> ranges{"127.0.0.0/8"};
    const auto networks = config.find("InsecureRegistryCIDRs");
    if (networks != config.end() && networks->is_array()) {
        for (const auto& one : *networks) {
            if (one.is_string()) ranges.push_back(one.get<std::string>());
        }
    }
    const auto insecure = http::Networks::parse(ranges);
    return insecure && insecure->contain(registry_address(registry));
}

Result<EngineFacts> EngineFacts::at(const std::string& address, const std::string& api) {
    auto endpoint = engine_endpoint(address);
    if (!endpoint) return endpoint.error();
    return EngineFacts{std::move(*endpoint), "/v" + api};
}

Task<Result<std::string>> EngineFacts::get(
    std::string path, std::string authorization, const char* what
) const {
    http::Call call{http::Method::get, prefix_ + path};
    call.body_limit = kListLimit;
    call.deadline = kFactLimit;
    call.idle_deadline = kFactLimit;
    if (!authorization.empty()) call.headers.set("X-Registry-Auth", std::move(authorization));
    auto sending = client_.send(std::move(call));
    auto answer = co_await std::move(sending);
    if (!answer) co_return with_context(what, answer.error());
    if (answer->status >= 400) co_return engine_error(what, answer->status, answer->body);
    co_return std::move(answer->body);
}

Task<Result<std::string>> EngineFacts::platform() {
    constexpr const char* kWhat = "ask the engine what it is";
    auto getting = get("/version", {}, kWhat);
    const auto text = co_await std::move(getting);
    if (!text) co_return text.error();
    const auto os = fact_in(*text, "/Os");
    const auto architecture = fact_in(*text, "/Arch");
    if (os.empty() || architecture.empty()) co_return is_no_fact(kWhat);
    co_return os + "/" + architecture;
}

Task<Result<bool>> EngineFacts::is_insecure(std::string registry) {
    auto getting = get("/info", {}, "ask the engine for its registries");
    const auto text = co_await std::move(getting);
    if (!text) co_return text.error();
    co_return is_insecure_registry(json::parse(*text, nullptr, false), registry);
}

Task<Result<ManifestFacts>> EngineFacts::describe(ImageReference image, Credentials credentials) {
    auto getting =
        get("/distribution/" + encode_path(image.text()) + "/json",
            registry_auth(credentials),
            "ask the registry");
    const auto text = co_await std::move(getting);
    if (!text) co_return with_context(image.text(), text.error());
    ManifestFacts out;
    out.digest = fact_in(*text, "/Descriptor/digest");
    out.media_type = fact_in(*text, "/Descriptor/mediaType");
    const auto parsed = json::parse(*text, nullptr, false);
    const json::json_pointer size{"/Descriptor/size"};
    const bool has_size =
        parsed.is_object() && parsed.contains(size) && parsed[size].is_number_unsigned();
    if (!is_digest(out.digest) || out.media_type.empty() || !has_size) {
        co_return with_context(image.text(), is_no_fact("ask the registry"));
    }
    out.bytes = parsed[size].get<std::uint64_t>();
    co_return out;
}

}  // namespace triphammer::docker
