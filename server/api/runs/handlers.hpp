#pragma once
// Handlers of runs and what they leave: logs, reports, exports.

#include "api/call/call.hpp"

namespace triphammer::api {

// run_handlers.cpp
Answer list_runs(Services& services, Call call);
Answer show_run(Services& services, Call call);
Answer cancel_run(Services& services, Call call);
Answer rerun_run(Services& services, Call call);
Answer show_summaries(Services& services, Call call);
Answer show_past(Services& services, Call call);
Answer show_workflow(Services& services, Call call);
Answer show_changes(Services& services, Call call);
Answer show_job(Services& services, Call call);

// test_handlers.cpp: what reports came to
Answer show_tests(Services& services, Call call);

// export_handlers.cpp
Answer export_run(Services& services, Call call);

// log_handlers.cpp
Answer show_log(Services& services, Call call);
Answer show_step(Services& services, Call call);
Answer show_log_groups(Services& services, Call call);
Answer show_log_times(Services& services, Call call);
Answer show_raw_log(Services& services, Call call);

// whole_log.cpp
Answer show_whole_log(Services& services, Call call);

}  // namespace triphammer::api
