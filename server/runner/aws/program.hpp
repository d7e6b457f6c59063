#pragma once

// The actions of AWS as programs: the runner's own file, started once more where the job's steps
// run, with their rights and their network (docs/adr/0014), so an address that a workflow names
// leads no further than the workflow's own steps come. Spoken to as GitHub speaks to the programs
// of actions: INPUT_… and the step's variables in, workflow commands and GITHUB_OUTPUT & co. out.
//
//   triphammer-runner action configure-credentials | ecr-login | render-task-definition |
//                            deploy-task-definition

namespace triphammer::runner {

/// main() of the program: `arguments` behind "action". 0, or 1 after an ::error::.
int run_aws_action(int count, const char* const* arguments);

}  // namespace triphammer::runner
