#include "aws/texts.hpp"

#include "base/text.hpp"
#include "xml/reader.hpp"

#include <vector>

namespace triphammer::aws {

namespace {

class Collector final : public xml::Handler {
  public:
    explicit Collector(Texts& texts) : texts_{texts} {}

    void on_begin(std::string_view name, const xml::Attributes&) override {
        path_.emplace_back(name);
        text_.clear();
    }

    /// An element that holds others has blanks for a text.
    void on_end(std::string_view) override {
        if (!trim(text_).empty()) texts_.add("/" + join(path_, "/"), std::string{trim(text_)});
        text_.clear();
        path_.pop_back();
    }

    void on_text(std::string_view text) override { text_ += text; }

  private:
    Texts& texts_;
    std::vector<std::string> path_;
    std::string text_;
};

}  // namespace

std::string Texts::find(std::string_view path) const {
    for (const auto& [known, text] : texts_) {
        if (known.ends_with("/" + std::string{path})) return text;
    }
    return {};
}

std::vector<std::string> Texts::list(std::string_view path) const {
    std::vector<std::string> out;
    for (const auto& [known, text] : texts_) {
        if (known.ends_with("/" + std::string{path})) out.push_back(text);
    }
    return out;
}

void Texts::add(std::string path, std::string text) {
    texts_.emplace(std::move(path), std::move(text));
}

Result<Texts> read_texts(std::string_view xml) {
    Texts out;
    Collector collector{out};
    xml::Reader reader{collector};
    if (auto fed = reader.feed(xml, true); !fed) return fed.error();
    return out;
}

}  // namespace triphammer::aws
