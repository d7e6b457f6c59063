#include "xml/reader.hpp"

#include <expat.h>

#include <new>

namespace triphammer::xml {

struct Reader::State {
    Handler* handler = nullptr;
    XML_Parser parser = nullptr;
    int depth = 0;
    const char* refused = nullptr;

    void refuse(const char* why) {
        refused = why;
        XML_StopParser(parser, XML_FALSE);
    }
};

namespace {

// Called through C: nothing may be thrown. Memory that runs out ends the program, beside the steps.

template <class State>
void XMLCALL begin(void* data, const XML_Char* name, const XML_Char** attributes) noexcept {
    auto& state = *static_cast<State*>(data);
    if (state.refused != nullptr) return;
    if (++state.depth > Reader::kMostDepth) {
        state.refuse("its elements are nested too deeply");
        return;
    }
    state.handler->on_begin(name, Attributes{attributes});
}

template <class State>
void XMLCALL end(void* data, const XML_Char* name) noexcept {
    auto& state = *static_cast<State*>(data);
    if (state.refused != nullptr) return;
    --state.depth;
    state.handler->on_end(name);
}

template <class State>
void XMLCALL text(void* data, const XML_Char* bytes, int count) noexcept {
    auto& state = *static_cast<State*>(data);
    if (state.refused == nullptr) {
        state.handler->on_text({bytes, static_cast<std::size_t>(count)});
    }
}

template <class State>
void XMLCALL
// NOLINTNEXTLINE(readability-function-size): Expat's own list
declare_entity(void* data, const XML_Char*, int, const XML_Char*, int, const XML_Char*, const XML_Char*, const XML_Char*, const XML_Char*) noexcept {
    static_cast<State*>(data)->refuse("it declares entities");
}

}  // namespace

std::string_view Attributes::get(std::string_view name) const {
    for (const auto* pair = pairs_; *pair != nullptr; pair += 2) {
        if (name == *pair) return pair[1];
    }
    return {};
}

Reader::Reader(Handler& handler) : state_{std::make_unique<State>()} {
    state_->handler = &handler;
    state_->parser = XML_ParserCreate(nullptr);
    if (state_->parser == nullptr) throw std::bad_alloc{};
    XML_SetUserData(state_->parser, state_.get());
    XML_SetElementHandler(state_->parser, begin<State>, end<State>);
    XML_SetCharacterDataHandler(state_->parser, text<State>);
    XML_SetEntityDeclHandler(state_->parser, declare_entity<State>);
}

Reader::~Reader() {
    XML_ParserFree(state_->parser);
}

Result<> Reader::feed(std::string_view bytes, bool is_last) {
    const auto count = static_cast<int>(bytes.size());
    if (XML_Parse(state_->parser, bytes.data(), count, is_last ? 1 : 0) == XML_STATUS_OK) return {};
    const auto line = std::to_string(XML_GetCurrentLineNumber(state_->parser));
    const auto* why = state_->refused;
    if (why == nullptr) why = XML_ErrorString(XML_GetErrorCode(state_->parser));
    return invalid("line " + line + ": " + why);
}

}  // namespace triphammer::xml
