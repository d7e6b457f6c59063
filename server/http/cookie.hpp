#pragma once

#include "base/text.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace triphammer::http {

/// The first value of that name in the first `Cookie` field (RFC 6265, 4.2.1), as it stands there;
/// empty: there is none.
inline std::string find_cookie(const Headers& headers, std::string_view name) {
    const auto field = headers.find("Cookie");
    if (!field) return {};
    for (const auto part : split(*field, ';')) {
        const auto pair = trim(part);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
            return std::string{pair.substr(equals + 1)};
        }
    }
    return {};
}

}  // namespace triphammer::http
