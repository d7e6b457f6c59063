#include "xml/reader.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using xml::Attributes;

namespace {

struct Written : xml::Handler {
    void on_begin(std::string_view name, const Attributes& attributes) override {
        text += "<" + std::string{name} + " " + std::string{attributes.get("a")} + ">";
    }

    void on_end(std::string_view name) override { text += "</" + std::string{name} + ">"; }

    void on_text(std::string_view bytes) override { text += bytes; }

    std::string text;
};

Result<> read(std::string_view xml, Written& into, std::size_t piece = 1000) {
    xml::Reader reader{into};
    for (; xml.size() > piece; xml.remove_prefix(piece)) {
        if (auto fed = reader.feed(xml.substr(0, piece), false); !fed) return fed;
    }
    return reader.feed(xml, true);
}

std::string problem_of(std::string_view xml) {
    Written into;
    const auto done = read(xml, into);
    return done ? "" : done.error().message;
}

}  // namespace

TEST(Xml, GivesElementsInOrderInPiecesOfAnySize) {
    constexpr std::string_view kXml = "<?xml version='1.0'?><x a='1&amp;2'>t<y/>u</x>";
    for (const std::size_t piece : {1, 3, 1000}) {
        Written into;
        ASSERT_TRUE(read(kXml, into, piece));
        EXPECT_EQ(into.text, "<x 1&2>t<y ></y>u</x>");
    }
}

TEST(Xml, RefusesEntitiesOfItsOwn) {
    EXPECT_EQ(
        problem_of("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<x>&b;</x>"),
        "line 1: it declares entities"
    );
    EXPECT_EQ(
        problem_of("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>\n<x>&f;</x>"),
        "line 1: it declares entities"
    );
    EXPECT_EQ(
        problem_of("<!DOCTYPE x [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>\n<x/>"),
        "line 1: it declares entities"
    );
}

TEST(Xml, ReadsNothingThatADocumentTypeNames) {
    Written into;
    ASSERT_TRUE(
        read("<!DOCTYPE coverage SYSTEM 'file:///etc/passwd'><coverage>&unknown;</coverage>", into)
    );
    EXPECT_EQ(into.text, "<coverage ></coverage>");
}

TEST(Xml, RefusesDepthWithoutEnd) {
    std::string deep;
    for (int i = 0; i < xml::Reader::kMostDepth; ++i) deep += "<d>";
    EXPECT_EQ(problem_of(deep + "<d>"), "line 1: its elements are nested too deeply");
    EXPECT_EQ(problem_of(deep), "line 1: no element found");
}

TEST(Xml, NamesTheLineOfWhatIsBroken) {
    EXPECT_EQ(problem_of("<x>\n<y></x>"), "line 2: mismatched tag");
    EXPECT_EQ(problem_of("not xml"), "line 1: syntax error");
    EXPECT_NE(problem_of(""), "");
}
