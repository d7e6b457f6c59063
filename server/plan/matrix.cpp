#include "plan/matrix.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Array;
using expression::Kind;
using expression::Object;
using expression::Value;

/// Excludes may leave few of many; the search for those has an end too.
constexpr std::size_t kMaxProduct = 100'000;
constexpr std::size_t kMaxSuffix = 100;

struct Axis {
    std::string name;
    const Array* values = nullptr;  // of the matrix itself
};

/// What an entry asks for is there: maps and lists may hold more than it names. Plain values are
/// compared as text, so that 12 and "12" are the same version.
bool holds(const Value& value, const Value& wanted) {
    if (wanted.kind() == Kind::object) {
        if (value.kind() != Kind::object) return false;
        const auto& members = wanted.as_object();
        return std::all_of(members.begin(), members.end(), [&](const auto& member) {
            const auto* found = value.as_object().find(member.first);
            return found != nullptr && holds(*found, member.second);
        });
    }
    if (wanted.kind() == Kind::array) {
        if (value.kind() != Kind::array) return false;
        const auto& items = wanted.as_array();
        const auto& there = value.as_array();
        return items.size() <= there.size() &&
               std::equal(items.begin(), items.end(), there.begin(), [](auto& want, auto& has) {
                   return holds(has, want);
               });
    }
    return !value.is_collection() && value.to_text() == wanted.to_text();
}

Result<std::vector<Object>> read_entries(const Value& matrix, const std::string& name) {
    std::vector<Object> entries;
    const auto list = matrix.member(name);
    if (list.is_null()) return entries;
    if (list.kind() != Kind::array) return invalid("'" + name + "' is no list");
    for (const auto& entry : list.as_array()) {
        if (entry.kind() != Kind::object) return invalid("an entry of '" + name + "' is no map");
        entries.push_back(entry.as_object());
    }
    return entries;
}

Result<std::vector<Axis>> read_axes(const Value& matrix) {
    std::vector<Axis> axes;
    for (const auto& [name, values] : matrix.as_object()) {
        if (name == "include" || name == "exclude") continue;
        if (values.kind() != Kind::array) return invalid("'" + name + "' is no list of values");
        if (values.as_array().empty()) return invalid("'" + name + "' has no value");
        axes.push_back({name, &values.as_array()});
    }
    return axes;
}

class Expansion {
  public:
    Expansion(std::vector<Axis> axes, std::vector<Object> excludes)
        : axes_(std::move(axes)), excludes_(std::move(excludes)) {}

    Result<> multiply() {
        if (axes_.empty()) return {};
        std::size_t product = 1;
        for (const auto& axis : axes_) {
            product *= axis.values->size();
            if (product > kMaxProduct) return too_many();
        }
        for (std::size_t number = 0; number < product; ++number) {
            auto combination = pick(number, product);
            if (is_excluded(combination)) continue;
            if (combinations_.size() == kMaxCombinations) return too_many();
            combinations_.push_back(std::move(combination));
        }
        originals_ = combinations_.size();
        return {};
    }

    Result<> include(const Object& entry) {
        bool fits_one = false;
        for (std::size_t i = 0; i < originals_; ++i) {
            if (!fits(combinations_[i], entry)) continue;
            fits_one = true;
            for (const auto& [name, value] : entry) {
                if (!is_axis(name)) combinations_[i].set(name, value);
            }
        }
        if (fits_one) return {};
        if (combinations_.size() == kMaxCombinations) return too_many();
        combinations_.push_back(entry);
        return {};
    }

    std::vector<Object> take() && { return std::move(combinations_); }

  private:
    /// The digits of `number`, with the first axis as the highest.
    Object pick(std::size_t number, std::size_t product) const {
        Object out;
        for (const auto& axis : axes_) {
            product /= axis.values->size();
            out.set(axis.name, (*axis.values)[number / product]);
            number %= product;
        }
        return out;
    }

    bool is_excluded(const Object& combination) const {
        const auto value = Value::object(combination);
        return std::any_of(excludes_.begin(), excludes_.end(), [&](const Object& entry) {
            return holds(value, Value::object(entry));
        });
    }

    /// No value of an axis would be overwritten.
    bool fits(const Object& combination, const Object& entry) const {
        return std::all_of(entry.begin(), entry.end(), [&](const auto& member) {
            if (!is_axis(member.first)) return true;
            const auto& own = *combination.find(member.first);
            return holds(own, member.second) && holds(member.second, own);
        });
    }

    bool is_axis(std::string_view name) const {
        return std::any_of(axes_.begin(), axes_.end(), [name](const Axis& axis) {
            return equal_ignoring_case(axis.name, name);
        });
    }

    static Error too_many() {
        return invalid("more than " + std::to_string(kMaxCombinations) + " combinations");
    }

    std::vector<Axis> axes_;
    std::vector<Object> excludes_;
    std::vector<Object> combinations_;
    std::size_t originals_ = 0;
};

void add_texts(const Value& value, std::vector<std::string>& out) {
    if (value.kind() == Kind::array) {
        for (const auto& item : value.as_array()) add_texts(item, out);
    } else if (value.kind() == Kind::object) {
        for (const auto& [name, member] : value.as_object()) add_texts(member, out);
    } else {
        out.push_back(value.to_text());
    }
}

}  // namespace

Result<Value> evaluate_data(const model::Data& data, const expression::Contexts& contexts) {
    using enum model::Data::Kind;
    if (data.kind == text) return expression::evaluate_template(data.text, contexts);
    if (data.kind == number) return Value::number(expression::parse_number(data.text));
    if (data.kind == boolean) return Value::boolean(data.text == "true");
    if (data.kind == null) return Value{};
    if (data.kind == list) {
        Array items;
        for (const auto& one : data.items) {
            auto value = evaluate_data(one, contexts);
            if (!value) return value.error();
            items.push_back(std::move(*value));
        }
        return Value::array(std::move(items));
    }
    Object members;
    for (const auto& [name, one] : data.entries) {
        auto value = evaluate_data(one, contexts);
        if (!value) return with_context(name, value.error());
        members.set(name, std::move(*value));
    }
    return Value::object(std::move(members));
}

Result<std::vector<Object>> expand_matrix(const Value& matrix) {
    if (matrix.kind() != Kind::object) return invalid("the matrix is no map of lists");
    auto axes = read_axes(matrix);
    if (!axes) return axes.error();
    auto excludes = read_entries(matrix, "exclude");
    if (!excludes) return excludes.error();
    const auto includes = read_entries(matrix, "include");
    if (!includes) return includes.error();
    Expansion expansion{std::move(*axes), std::move(*excludes)};
    if (auto done = expansion.multiply(); !done) return done.error();
    for (const auto& entry : *includes) {
        if (auto done = expansion.include(entry); !done) return done.error();
    }
    auto combinations = std::move(expansion).take();
    if (combinations.empty()) return invalid("the matrix has no combination");
    return combinations;
}

std::string to_suffix(const Object& combination) {
    std::vector<std::string> texts;
    add_texts(Value::object(combination), texts);
    const auto text = join(texts, ", ");
    if (text.size() <= kMaxSuffix) return "(" + text + ")";
    return "(" + std::string{cut_utf8(text, kMaxSuffix - 3)} + "...)";
}

}  // namespace triphammer::plan
