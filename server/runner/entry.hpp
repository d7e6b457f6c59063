#pragma once

namespace triphammer::runner {

/// Takes over what the launcher handed down (descriptors 3 and 4), joins the attempt's cgroup and
/// runs it. The program's exit status.
int enter();

}  // namespace triphammer::runner
