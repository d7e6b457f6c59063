#include "base/result.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace triphammer {

const char* name_of(Code code) {
    switch (code) {
        case Code::invalid:
            return "invalid";
        case Code::not_found:
            return "not_found";
        case Code::conflict:
            return "conflict";
        case Code::refused:
            return "refused";
        case Code::unauthorized:
            return "unauthorized";
        case Code::too_large:
            return "too_large";
        case Code::timed_out:
            return "timed_out";
        case Code::cancelled:
            return "cancelled";
        case Code::unavailable:
            return "unavailable";
        case Code::disk_full:
            return "disk_full";
        case Code::io:
            return "io";
        case Code::protocol:
            return "protocol";
        case Code::internal:
            return "internal";
    }
    return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("value() on an error: " + error.message);
}

Error from_errno(const std::string& what, int error_number) {
    auto code = Code::io;
    if (error_number == ENOSPC || error_number == EDQUOT) code = Code::disk_full;
    if (error_number == ENOENT) code = Code::not_found;
    return {code, what + ": " + std::strerror(error_number)};
}

Error from_errno(const std::string& what) {
    return from_errno(what, errno);
}

Error with_context(const std::string& what, Error error) {
    error.message = what + ": " + error.message;
    return error;
}

}  // namespace triphammer
