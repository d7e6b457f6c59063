#pragma once

#include <map>
#include <string>

namespace triphammer::app {

/// Of this process, from /proc: resident bytes, open descriptors, seconds of processor time.
std::map<std::string, double> process_gauges();

}  // namespace triphammer::app
