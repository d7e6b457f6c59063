#include "aws/query_value.hpp"

#include "aws/value.hpp"
#include "base/text.hpp"
#include "xml/reader.hpp"

#include <vector>

namespace triphammer::aws {

using nlohmann::json;

namespace {

constexpr std::string_view kMember = "member";

class Builder final : public xml::Handler {
  public:
    void on_begin(std::string_view name, const xml::Attributes&) override {
        open_.push_back({std::string{name}, nullptr, {}});
    }

    void on_end(std::string_view) override {
        auto element = std::move(open_.back());
        open_.pop_back();
        json value = element.inside.is_null() ? json(std::string{trim(element.text)})
                                              : std::move(element.inside);
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        auto& inside = open_.back().inside;
        if (element.name == kMember) {
            if (!inside.is_array()) inside = json::array();
            inside.push_back(std::move(value));
        } else {
            if (!inside.is_object()) inside = json::object();
            inside[element.name] = std::move(value);
        }
    }

    void on_text(std::string_view text) override {
        if (!open_.empty()) open_.back().text += text;
    }

    json take() { return std::move(root_); }

  private:
    struct Element {
        std::string name;
        json inside;  // null: it holds no elements
        std::string text;
    };

    std::vector<Element> open_;
    json root_;
};

}  // namespace

Result<json> read_query_answer(std::string_view xml) {
    Builder builder;
    xml::Reader reader{builder};
    if (auto fed = reader.feed(xml, true); !fed) return fed.error();
    return value_of(builder.take());
}

void add_to_form(Client::Form& form, const std::string& name, const json& value) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) add_to_form(form, name + "." + key, inner);
    } else if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i)
            add_to_form(form, name + ".member." + std::to_string(i + 1), value[i]);
    } else if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
        form.emplace_back(name, value.get<std::string>());
    }
}

}  // namespace triphammer::aws
