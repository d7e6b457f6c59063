#include "workflow/schema/json_schema.hpp"

#include "workflow/schema/shape.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::workflow {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* kWholeExpression = R"(^\s*\$\{\{[\s\S]*\}\}\s*$)";
constexpr const char* kIdentifier = "^[A-Za-z_][A-Za-z0-9_-]*$";
constexpr const char* kDuration = "^[0-9]{1,9}(ms|s|m|h)$";

/// Walks the tables once; shapes with a name of their own become definitions.
class Writer {
  public:
    json write() {
        json schema = {
            {"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", "Triphammer workflow"},
            {"description",
             "GitHub's workflow syntax and Triphammer's own keys; made from the tables that "
             "`triphammer lint` uses"},
        };
        schema.update(shape_json(kWorkflowShape));
        schema["definitions"] = definitions_;
        return schema;
    }

  private:
    json reference_or_shape(const Shape& shape) {
        if (shape.name.empty()) return shape_json(shape);
        const std::string name{shape.name};
        if (!definitions_.contains(name)) {
            definitions_[name] = json::object();  // taken, should the shape hold itself
            definitions_[name] = shape_json(shape);
        }
        return {{"$ref", "#/definitions/" + name}};
    }

    json shape_json(const Shape& shape) {
        if ((shape.accepts & kAnything) != 0) return json::object();
        json forms = json::array();
        add_scalars(shape, forms);
        if ((shape.accepts & kList) != 0) forms.push_back(list_json(shape));
        if ((shape.accepts & kMap) != 0) forms.push_back(map_json(shape));
        if (forms.size() == 1) return forms[0];
        return {{"anyOf", forms}};
    }

    void add_scalars(const Shape& shape, json& forms) {
        if ((shape.accepts & kText) != 0) {
            add_texts(shape, forms);
        } else {
            if ((shape.accepts & kBoolean) != 0) forms.push_back({{"type", "boolean"}});
            if ((shape.accepts & kNumber) != 0) forms.push_back({{"type", "number"}});
            if (shape.place != nullptr) forms.push_back(expression_json());
        }
        if ((shape.accepts & kEmpty) != 0) forms.push_back({{"type", "null"}});
    }

    /// GitHub takes numbers and booleans for text.
    void add_texts(const Shape& shape, json& forms) {
        if (!shape.words.empty()) {
            forms.push_back({{"enum", json(shape.words)}});
        } else if (shape.text == TextKind::identifier) {
            forms.push_back({{"type", "string"}, {"pattern", kIdentifier}});
        } else if (shape.text == TextKind::duration) {
            forms.push_back({{"type", "string"}, {"pattern", kDuration}});
            if (shape.place != nullptr) forms.push_back(expression_json());
        } else {
            json text = {{"type", {"string", "number", "boolean"}}};
            if (!shape.may_be_blank) text["minLength"] = 1;
            forms.push_back(std::move(text));
        }
    }

    json expression_json() { return {{"type", "string"}, {"pattern", kWholeExpression}}; }

    json list_json(const Shape& shape) {
        json out = {{"type", "array"}};
        if (shape.item != nullptr) out["items"] = reference_or_shape(*shape.item);
        return out;
    }

    json map_json(const Shape& shape) {
        json out = {{"type", "object"}};
        json required = json::array();
        for (const auto& key : shape.keys) {
            out["properties"][std::string{key.name}] = key_json(key);
            if (key.required) required.push_back(key.name);
        }
        if (!required.empty()) out["required"] = required;
        if (shape.value == nullptr) {
            out["additionalProperties"] = false;
            return out;
        }
        out["additionalProperties"] = reference_or_shape(*shape.value);
        if (shape.key == TextKind::identifier) out["propertyNames"] = {{"pattern", kIdentifier}};
        return out;
    }

    json key_json(const Key& key) {
        auto value = reference_or_shape(*key.shape);
        if (key.about.empty()) return value;
        // Draft 7 reads nothing beside a $ref.
        if (value.contains("$ref")) value = json{{"allOf", json::array({value})}};
        value["description"] = key.about;
        return value;
    }

    json definitions_ = json::object();
};

}  // namespace

std::string json_schema_text() {
    return Writer{}.write().dump(2) + "\n";
}

}  // namespace triphammer::workflow
