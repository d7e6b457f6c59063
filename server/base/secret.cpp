#include "base/secret.hpp"

#include "base/text.hpp"

#include <openssl/crypto.h>

namespace triphammer {

void wipe(std::string& text) {
    text.resize(text.capacity());  // short strings and grown ones alike: the whole buffer
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

// A move would leave a short string's bytes where they were: copy, then wipe.
// NOLINTNEXTLINE(performance-move-constructor-init)
Secret::Secret(Secret&& other) noexcept : value_{other.value_} {
    wipe(other.value_);
}

Secret& Secret::operator=(Secret other) noexcept {
    value_.swap(other.value_);
    return *this;
}

Secret::~Secret() {
    wipe(value_);
}

bool operator==(const Secret& a, const Secret& b) {
    return equal_constant_time(a.value_, b.value_);
}

}  // namespace triphammer
