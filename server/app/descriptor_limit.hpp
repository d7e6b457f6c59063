#pragma once

namespace triphammer::app {

/// As many open files as the system lets this process have: connections, logs, statements' files.
/// Says how many that is.
void raise_descriptor_limit();

}  // namespace triphammer::app
