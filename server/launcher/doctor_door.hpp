#pragma once
// run/doctor.sock: whoever may connect gets a process of its own there, with the connection as
// input and output (doctor/survey.hpp). Apart from launcher.sock, where a slow engine would keep
// the start of a job waiting.

#include "base/task.hpp"
#include "launcher/launcher.hpp"

#include <boost/asio/local/stream_protocol.hpp>

namespace triphammer::launcher {

/// One after the other, until cancelled. Both outlive it.
Task<> answer_at_door(
    boost::asio::local::stream_protocol::acceptor& door, const Settings& settings
);

}  // namespace triphammer::launcher
