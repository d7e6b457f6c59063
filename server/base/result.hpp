#pragma once
// Expected failures are values: every function that may fail in normal operation returns Result<T>.
// Exceptions are for broken invariants and cancellation only (docs/adr/0003).

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace triphammer {

/// What kind of failure it is; decides HTTP status and exit status at the edges.
enum class Code {
    invalid,       // the caller's input is wrong
    not_found,     // there is no such thing
    conflict,      // the state of the thing forbids it (lost lease, stale version)
    refused,       // allowed to nobody, or not to this caller
    unauthorized,  // no or wrong credentials
    too_large,     // over a limit that the message names
    timed_out,     // a deadline passed
    cancelled,     // somebody asked to stop
    unavailable,   // try again later: the other side is away
    disk_full,     // ENOSPC, EDQUOT
    io,            // the system refused; the message holds the errno text
    protocol,      // the other side broke the agreed form
    internal,      // a bug of ours
};

/// The text of a code as it appears in JSON answers and logs.
const char* name_of(Code code);

/// A failure with a sentence for a person: what went wrong and, where known, what to do.
struct Error {
    Code code = Code::internal;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

/// Found by ADL when `.value()` is called on an error: a broken promise of the caller.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& at);

template <class T = void>
using Result = boost::system::result<T, Error>;

inline Error invalid(std::string message) {
    return {Code::invalid, std::move(message)};
}

inline Error not_found(std::string message) {
    return {Code::not_found, std::move(message)};
}

inline Error conflict(std::string message) {
    return {Code::conflict, std::move(message)};
}

inline Error refused(std::string message) {
    return {Code::refused, std::move(message)};
}

/// An Error from errno: `what` is the attempt ("open /data/x"), the system's text is added.
/// ENOSPC and EDQUOT become disk_full, ENOENT not_found, EAGAIN/ETIMEDOUT stay io.
Error from_errno(const std::string& what, int error_number);
Error from_errno(const std::string& what);

/// The same error with one more fact in front: "what: message".
Error with_context(const std::string& what, Error error);

}  // namespace triphammer
