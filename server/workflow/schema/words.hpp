#pragma once
// Shapes that many tables use.

#include "workflow/schema/shape.hpp"

namespace triphammer::workflow {

/// A letter or _, then letters, digits, - and _; less than 100 characters.
bool is_identifier(std::string_view text);
/// 10s, 500ms, 2m, 1h
bool is_duration(std::string_view text);

/// A rule for maps that GitHub wants filled: a warning where the key stands alone.
void warn_when_empty(const Node& node, Report& report);

constexpr Shape text_shape(const Place* place = nullptr) {
    Shape shape;
    shape.expected = "text";
    shape.place = place;
    return shape;
}

/// Text that may be empty: values of env, with, outputs, …
constexpr Shape value_shape(const Place* place) {
    Shape shape;
    shape.accepts = kText | kEmpty;
    shape.expected = "text";
    shape.place = place;
    shape.may_be_blank = true;
    return shape;
}

constexpr Shape script_shape(const Place* place) {
    Shape shape = text_shape(place);
    shape.text = TextKind::script;
    return shape;
}

/// An empty one is as none: success().
constexpr Shape condition_shape(const Place* place) {
    Shape shape = value_shape(place);
    shape.text = TextKind::condition;
    shape.expected = "a condition";
    return shape;
}

constexpr Shape identifier_shape() {
    Shape shape = text_shape();
    shape.text = TextKind::identifier;
    return shape;
}

constexpr Shape boolean_shape(const Place* place = nullptr) {
    Shape shape;
    shape.accepts = kBoolean;
    shape.expected = "true or false";
    shape.place = place;
    return shape;
}

constexpr Shape number_shape(const Place* place = nullptr) {
    Shape shape;
    shape.accepts = kNumber;
    shape.expected = "a number";
    shape.place = place;
    return shape;
}

constexpr Shape duration_shape(const Place* place) {
    Shape shape = text_shape(place);
    shape.expected = "a duration such as 10s, 500ms, 2m or 1h";
    shape.text = TextKind::duration;
    return shape;
}

constexpr Shape words_shape(std::span<const std::string_view> words) {
    Shape shape;
    shape.expected = "a word";
    shape.words = words;
    return shape;
}

constexpr Shape list_shape(const Shape* item) {
    Shape shape;
    shape.accepts = kList;
    shape.expected = "a list";
    shape.item = item;
    return shape;
}

/// One text, or a list of such.
constexpr Shape one_or_many_shape(const Shape* item) {
    Shape shape = *item;
    shape.accepts = kText | kList;
    shape.expected = "text or a list of text";
    shape.item = item;
    return shape;
}

constexpr Shape map_shape(std::span<const Key> keys) {
    Shape shape;
    shape.accepts = kMap;
    shape.expected = "keys with values";
    shape.keys = keys;
    return shape;
}

/// Free keys, all with values of one shape.
constexpr Shape free_map_shape(const Shape* value) {
    Shape shape;
    shape.accepts = kMap;
    shape.expected = "names with values";
    shape.value = value;
    return shape;
}

/// `env` everywhere and a step's `with`; each may be one expression that gives the map.
constexpr Shape env_shape(const Shape* value, const Place* place) {
    Shape shape = free_map_shape(value);
    shape.place = place;
    shape.accepts = kMap | kEmpty;
    shape.extra = warn_when_empty;
    return shape;
}

constexpr Shape anything_shape(const Place* place = nullptr) {
    Shape shape;
    shape.accepts = kAnything;
    shape.expected = "a value";
    shape.place = place;
    return shape;
}

inline constexpr Shape kAnythingShape = anything_shape();

}  // namespace triphammer::workflow
