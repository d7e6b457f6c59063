#pragma once

#include <string>
#include <string_view>

namespace triphammer {

/// Text that must not reach a log, a row or an answer: there is no operator<<, no implicit
/// conversion, and the memory is wiped at the end.
class Secret {
  public:
    Secret() = default;

    explicit Secret(std::string value) : value_{std::move(value)} {}

    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    /// The one way in; the name is meant to be seen in a review.
    const std::string& reveal() const { return value_; }

    bool empty() const { return value_.empty(); }

    /// Constant time in the content.
    friend bool operator==(const Secret& a, const Secret& b);

  private:
    std::string value_;
};

/// Overwrites the bytes in a way that the compiler may not remove.
void wipe(std::string& text);

}  // namespace triphammer
