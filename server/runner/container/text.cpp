#include "runner/container/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace triphammer::runner {

using nlohmann::ordered_json;

namespace {

/// Text, number or boolean as GitHub makes text of it.
Result<std::string> scalar(const ordered_json& value, const std::string& key) {
    if (value.is_null()) return std::string{};
    if (value.is_string()) return value.get<std::string>();
    if (value.is_primitive()) return value.dump();
    return invalid(key + ": the expression gives a list or an object where text is wanted");
}

Result<> read_text(const ordered_json& value, const std::string& key, std::string& out) {
    auto text = scalar(value, key);
    if (!text) return text.error();
    out = std::move(*text);
    return {};
}

Result<> read_list(
    const ordered_json& value, const std::string& key, std::vector<std::string>& out
) {
    if (!value.is_array()) {
        std::string one;
        auto read = read_text(value, key, one);
        if (read && !one.empty()) out.push_back(std::move(one));
        return read;
    }
    for (const auto& entry : value) {
        if (auto read = read_text(entry, key, out.emplace_back()); !read) return read;
    }
    return {};
}

Result<> read_pairs(
    const ordered_json& value,
    const std::string& key,
    std::vector<std::pair<std::string, std::string>>& out
) {
    if (value.is_null()) return {};
    if (!value.is_object()) return invalid(key + ": the expression gives no object there");
    for (const auto& [name, entry] : value.items()) {
        auto& pair = out.emplace_back(name, "");
        if (auto read = read_text(entry, key + "." + name, pair.second); !read) return read;
    }
    return {};
}

Result<> read_credentials(const ordered_json& value, ContainerText& out) {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (auto read = read_pairs(value, "credentials", pairs); !read) return read;
    for (auto& [name, text] : pairs) {
        if (name != "username" && name != "password") {
            return invalid("credentials: '" + name + "' is neither username nor password");
        }
        (name == "username" ? out.username : out.password) = std::move(text);
    }
    return {};
}

Result<> read_key(const std::string& key, const ordered_json& value, ContainerText& out) {
    if (key == "image") return read_text(value, key, out.image);
    if (key == "credentials") return read_credentials(value, out);
    if (key == "env") return read_pairs(value, key, out.env);
    if (key == "ports") return read_list(value, key, out.ports);
    if (key == "volumes") return read_list(value, key, out.volumes);
    if (key == "options") return read_text(value, key, out.options);
    if (key == "entrypoint") return read_text(value, key, out.entrypoint);
    if (key == "command") return read_text(value, key, out.command);
    if (key == "ready") return read_pairs(value, key, out.ready);
    return invalid("the expression gives an object with the unknown key '" + key + "'");
}

/// An image, or an object with the keys of `container`.
Result<ContainerText> read_container(const ordered_json& value) {
    ContainerText out;
    if (!value.is_object()) {
        auto read = read_text(value, "image", out.image);
        if (!read) return read.error();
        return out;
    }
    for (const auto& [key, entry] : value.items()) {
        if (auto read = read_key(key, entry, out); !read) return read.error();
    }
    return out;
}

/// Not a bare json in a Result: json converts from and to everything.
struct Whole {
    ordered_json value;
};

Result<Whole> evaluate_whole(const JobSession& session, const model::Template& value) {
    auto text = session.evaluate_json(value);
    if (!text) return text.error();
    auto parsed = ordered_json::parse(*text, nullptr, false);
    if (parsed.is_discarded()) return invalid("the expression gives no value");
    return Whole{std::move(parsed)};
}

/// One expression alone may give the list.
Result<> read_values(
    const JobSession& session,
    const model::Template& value,
    const std::string& key,
    std::vector<std::string>& out
) {
    const auto whole = evaluate_whole(session, value);
    return whole ? read_list(whole->value, key, out) : Result<>{with_context(key, whole.error())};
}

/// Keeps the first error; the name of what it was about stands before it.
class Evaluator {
  public:
    explicit Evaluator(const JobSession& session) : session_{session} {}

    std::string text(const model::Template& value, const char* key) {
        if (value.empty() || error_) return {};
        auto found = session_.evaluate(value);
        if (found) return std::move(*found);
        error_ = with_context(key, found.error());
        return {};
    }

    std::vector<std::string> texts(const std::vector<model::Template>& values, const char* key) {
        std::vector<std::string> out;
        for (const auto& value : values) {
            if (error_) break;
            if (auto read = read_values(session_, value, key, out); !read) error_ = read.error();
        }
        std::erase(out, "");
        return out;
    }

    std::optional<Error> error() const { return error_; }

  private:
    const JobSession& session_;
    std::optional<Error> error_;
};

bool is_expression_alone(const model::Container& one) {
    return one.image.text.starts_with("${{") && one.env.empty() && one.username.empty() &&
           one.ports.empty() && one.volumes.empty() && one.options.empty();
}

void evaluate_ready(Evaluator& evaluator, const model::HealthSpec& spec, ContainerText& out) {
    const std::array parts{
        std::pair{"http", &spec.http},
        std::pair{"tcp", &spec.tcp},
        std::pair{"command", &spec.command},
        std::pair{"port", &spec.port},
        std::pair{"interval", &spec.interval},
        std::pair{"timeout", &spec.timeout},
        std::pair{"for", &spec.hold}};
    for (const auto& [key, value] : parts) {
        auto text = evaluator.text(*value, key);
        if (!text.empty()) out.ready.emplace_back(key, std::move(text));
    }
}

Result<> evaluate_env(const JobSession& session, const model::Template& value, ContainerText& out) {
    auto whole = evaluate_whole(session, value);
    if (!whole) return with_context("env", whole.error());
    return read_pairs(whole->value, "env", out.env);
}

Result<ContainerText> evaluate_keys(const JobSession& session, const model::Container& one) {
    Evaluator evaluator{session};
    ContainerText out;
    out.image = evaluator.text(one.image, "image");
    out.username = evaluator.text(one.username, "credentials");
    out.password = evaluator.text(one.password, "credentials");
    for (const auto& [name, value] : one.env) {
        if (name.empty()) {  // all of them by one expression
            if (auto read = evaluate_env(session, value, out); !read) return read.error();
            continue;
        }
        out.env.emplace_back(name, evaluator.text(value, "env"));
    }
    out.ports = evaluator.texts(one.ports, "ports");
    out.volumes = evaluator.texts(one.volumes, "volumes");
    out.options = evaluator.text(one.options, "options");
    out.entrypoint = evaluator.text(one.entrypoint, "entrypoint");
    out.command = evaluator.text(one.command, "command");
    evaluate_ready(evaluator, one.ready, out);
    if (evaluator.error()) return *evaluator.error();
    return out;
}

Result<std::vector<ContainerText>> evaluate_all(
    const JobSession& session, const model::Template& value
) {
    auto whole = evaluate_whole(session, value);
    if (!whole) return whole.error();
    std::vector<ContainerText> out;
    if (whole->value.is_null()) return out;
    if (!whole->value.is_object()) return invalid("services: the expression gives no object");
    for (const auto& [name, entry] : whole->value.items()) {
        auto one = read_container(entry);
        if (!one) return with_context("services." + name, one.error());
        one->name = name;
        out.push_back(std::move(*one));
    }
    return out;
}

}  // namespace

Result<ContainerText> evaluate_container(
    const JobSession& session, const model::Container& container
) {
    if (!is_expression_alone(container)) return evaluate_keys(session, container);
    auto whole = evaluate_whole(session, container.image);
    if (!whole) return whole.error();
    return read_container(whole->value);
}

Result<std::vector<ContainerText>> evaluate_services(
    const JobSession& session, const model::Services& services
) {
    std::vector<ContainerText> out;
    for (const auto& [name, service] : services) {
        if (name.empty()) return evaluate_all(session, service.image);
        auto one = evaluate_container(session, service);
        if (!one) return with_context("services." + name, one.error());
        one->name = name;
        out.push_back(std::move(*one));
    }
    return out;
}

}  // namespace triphammer::runner
