#pragma once
// Commands that administrate: each is one call of the API and a few lines for people.

#include "cli/command.hpp"

namespace triphammer::cli {

int repo_add(const Invocation& invocation);
int repo_ping(const Invocation& invocation);
int repo_rotate_secret(const Invocation& invocation);
int repo_list(const Invocation& invocation);
int repo_files(const Invocation& invocation);
int repo_access(const Invocation& invocation);
int repo_remove(const Invocation& invocation);
int secret_set(const Invocation& invocation);
int secret_list(const Invocation& invocation);
int secret_remove(const Invocation& invocation);
int variable_set(const Invocation& invocation);
int variable_list(const Invocation& invocation);
int variable_remove(const Invocation& invocation);
int token_create(const Invocation& invocation);
int token_list(const Invocation& invocation);
int token_revoke(const Invocation& invocation);
int setup_link(const Invocation& invocation);
int pipeline_put(const Invocation& invocation);
int pipeline_get(const Invocation& invocation);
int pipeline_list(const Invocation& invocation);
int pipeline_history(const Invocation& invocation);
int deployment_list(const Invocation& invocation);
int deployment_settle(const Invocation& invocation);
int replay(const Invocation& invocation);
int backup(const Invocation& invocation);
int export_all(const Invocation& invocation);

}  // namespace triphammer::cli
