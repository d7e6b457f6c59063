// JSON ↔ values. The reader is nlohmann's, driven by events: its tree would sort the members.
#include "workflow/expression/value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace triphammer::workflow::expression {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxDepth = 100;

/// Builds values from parse events. An open array or object waits in `open_`.
class Builder : public nlohmann::json_sax<json> {
  public:
    bool null() override { return put({}); }

    bool boolean(bool value) override { return put(Value::boolean(value)); }

    bool number_integer(number_integer_t value) override {
        return put(Value::number(static_cast<double>(value)));
    }

    bool number_unsigned(number_unsigned_t value) override {
        return put(Value::number(static_cast<double>(value)));
    }

    bool number_float(number_float_t value, const string_t&) override {
        return put(Value::number(value));
    }

    bool string(string_t& value) override { return put(Value::string(std::move(value))); }

    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return open(true); }

    bool key(string_t& name) override {
        open_.back().key = std::move(name);
        return true;
    }

    bool end_object() override {
        auto members = std::move(open_.back().members);
        open_.pop_back();
        return put(Value::object(std::move(members)));
    }

    bool start_array(std::size_t) override { return open(false); }

    bool end_array() override {
        auto items = std::move(open_.back().items);
        open_.pop_back();
        return put(Value::array(std::move(items)));
    }

    bool parse_error(std::size_t at, const std::string&, const json::exception&) override {
        problem = "not valid JSON at byte " + std::to_string(at);
        return false;
    }

    Value root;
    std::string problem;

  private:
    struct Open {
        bool is_object = false;
        Array items;
        Object members;
        std::string key;
    };

    bool open(bool is_object) {
        if (open_.size() >= kMaxDepth) {
            problem = "JSON nested deeper than " + std::to_string(kMaxDepth) + " levels";
            return false;
        }
        open_.emplace_back().is_object = is_object;
        return true;
    }

    bool put(Value value) {
        if (open_.empty()) {
            root = std::move(value);
        } else if (open_.back().is_object) {
            open_.back().members.set(open_.back().key, std::move(value));
        } else {
            open_.back().items.push_back(std::move(value));
        }
        return true;
    }

    std::vector<Open> open_;
};

bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/// With its quotes; what is not UTF-8 becomes U+FFFD. Most text needs no escaping.
std::string quote(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), is_plain)) return '"' + std::string{text} + '"';
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

class Writer {
  public:
    explicit Writer(bool pretty) : pretty_(pretty) {}

    std::string take() && { return std::move(out_); }

    void write(const Value& value, int depth) {
        switch (value.kind()) {
            case Kind::null:
                out_ += "null";
                return;
            case Kind::string:
                out_ += quote(value.as_string());
                return;
            case Kind::number:
                write_number(value.as_number());
                return;
            case Kind::boolean:
                out_ += value.to_text();
                return;
            case Kind::array:
                return write_array(value.as_array(), depth);
            case Kind::object:
                return write_object(value.as_object(), depth);
        }
    }

  private:
    /// toJSON shows what the language shows; between programs no digit may get lost.
    void write_number(double value) {
        if (pretty_) {
            out_ += number_text(value);
        } else if (std::isfinite(value)) {
            std::array<char, 40> buffer{};
            const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
            out_.append(buffer.data(), end);
        } else {
            out_ += '"' + number_text(value) + '"';
        }
    }

    void write_array(const Array& items, int depth) {
        out_ += '[';
        bool first = true;
        for (const auto& item : items) {
            next(first, depth);
            write(item, depth + 1);
        }
        close(']', items.empty(), depth);
    }

    void write_object(const Object& members, int depth) {
        out_ += '{';
        bool first = true;
        for (const auto& [name, value] : members) {
            next(first, depth);
            out_ += quote(name);
            out_ += pretty_ ? ": " : ":";
            write(value, depth + 1);
        }
        close('}', members.empty(), depth);
    }

    void next(bool& first, int depth) {
        if (!first) out_ += ',';
        first = false;
        line(depth + 1);
    }

    void close(char bracket, bool empty, int depth) {
        if (!empty) line(depth);
        out_ += bracket;
    }

    void line(int depth) {
        if (!pretty_) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    }

    bool pretty_;
    std::string out_;
};

}  // namespace

Result<Value> parse_json(std::string_view text) {
    Builder builder;
    if (!json::sax_parse(text, &builder)) return invalid(builder.problem);
    return std::move(builder.root);
}

std::string to_json_text(const Value& value) {
    Writer writer{true};
    writer.write(value, 0);
    return std::move(writer).take();
}

std::string to_compact_json(const Value& value) {
    Writer writer{false};
    writer.write(value, 0);
    return std::move(writer).take();
}

Value from_json(const json& in) {
    if (in.is_boolean()) return Value::boolean(in.get<bool>());
    if (in.is_number()) return Value::number(in.get<double>());
    if (in.is_string()) return Value::string(in.get<std::string>());
    if (in.is_array()) {
        Array items;
        for (const auto& item : in) items.push_back(from_json(item));
        return Value::array(std::move(items));
    }
    if (!in.is_object()) return {};
    Object members;
    for (const auto& [name, value] : in.items()) members.set(name, from_json(value));
    return Value::object(std::move(members));
}

json to_json(const Value& value) {
    return json::parse(to_compact_json(value), nullptr, false);
}

}  // namespace triphammer::workflow::expression
