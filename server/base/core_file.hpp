#pragma once

// Processes that hold secrets leave none of their memory behind.

namespace triphammer {

/// From here on neither this process nor what it starts leaves a core file, and no limit can be
/// raised again. Any thread.
void leave_no_core_file();

}  // namespace triphammer
