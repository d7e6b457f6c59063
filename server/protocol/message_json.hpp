#pragma once
// The JSON payload of each message; instantiated for every struct of messages.hpp.

#include "protocol/messages.hpp"

namespace triphammer::protocol {

template <class Message>
std::string to_payload(const Message& message);

/// Code::protocol unless `payload` is exactly what to_payload writes for some message.
template <class Message>
Result<Message> parse_payload(std::string_view payload);

}  // namespace triphammer::protocol
