#pragma once
// XML as a stream of elements, from files that somebody hostile may have written: no document type
// brings entities along (XML 1.0, 4.2), nothing outside is read, and depth is limited. Expat.

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace triphammer::xml {

/// Of one element, for the call that hands it over.
class Attributes {
  public:
    explicit Attributes(const char* const* pairs) : pairs_{pairs} {}

    /// Empty where it is not given.
    std::string_view get(std::string_view name) const;

  private:
    const char* const* pairs_;
};

/// Names are as they are written, without regard to namespaces.
class Handler {
  public:
    virtual ~Handler() = default;
    virtual void on_begin(std::string_view name, const Attributes& attributes) = 0;
    virtual void on_end(std::string_view name) = 0;
    virtual void on_text(std::string_view text) = 0;
};

class Reader {
  public:
    static constexpr int kMostDepth = 64;

    /// `handler` outlives it.
    explicit Reader(Handler& handler);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// In pieces of any size; the last one ends the document. Code::invalid, with the line.
    Result<> feed(std::string_view bytes, bool is_last);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace triphammer::xml
