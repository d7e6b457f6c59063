#pragma once
// JSON for structs from one list of their fields, written and read alike. A field with the value
// that a new object has is left out.

#include <nlohmann/json.hpp>

#include <concepts>
#include <optional>
#include <type_traits>

namespace triphammer::model::fields {

/// Either of the two forms in which a list of fields takes its struct.
template <class S, class T>
concept Form = std::same_as<std::remove_const_t<S>, T>;

struct Put {
    nlohmann::json& out;

    template <class T>
    void operator()(const char* key, const T& value) const {
        if (!(value == T{})) out[key] = value;
    }

    template <class T>
    void operator()(const char* key, const std::optional<T>& value) const {
        if (value) out[key] = *value;
    }
};

struct Take {
    const nlohmann::json& in;

    template <class T>
    void operator()(const char* key, T& value) const {
        const auto found = in.find(key);
        value = found == in.end() ? T{} : found->template get<T>();
    }

    template <class T>
    void operator()(const char* key, std::optional<T>& value) const {
        const auto found = in.find(key);
        value.reset();
        if (found != in.end()) value = found->template get<T>();
    }
};

/// A struct with a list of its fields: `each_field(object, field)` beside it.
template <class T>
concept Listed = requires(const T& value, Put put) {
    each_field(value, put);
};

}  // namespace triphammer::model::fields

namespace triphammer::model {

template <fields::Listed T>
void to_json(nlohmann::json& out, const T& value) {
    out = nlohmann::json::object();
    each_field(value, fields::Put{out});
}

template <fields::Listed T>
void from_json(const nlohmann::json& in, T& value) {
    each_field(value, fields::Take{in});
}

}  // namespace triphammer::model
