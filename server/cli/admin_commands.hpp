#pragma once
// Commands that administrate: each is one call of the API and a few lines for people.

#include "cli/command.hpp"

namespace triphammer::cli {

int repo_add(const Invocation& invocation);
int repo_ping(const Invocation& invocation);
int repo_hook(const Invocation& invocation);
int repo_rotate_secret(const Invocation& invocation);
int repo_list(const Invocation& invocation);
int repo_files(const Invocation& invocation);
int repo_access(const Invocation& invocation);
int repo_forks(const Invocation& invocation);
int repo_remove(const Invocation& invocation);
int secret_set(const Invocation& invocation);
int secret_list(const Invocation& invocation);
int secret_remove(const Invocation& invocation);
int variable_set(const Invocation& invocation);
int variable_list(const Invocation& invocation);
int variable_remove(const Invocation& invocation);
int user_add(const Invocation& invocation);
int user_list(const Invocation& invocation);
int user_change(const Invocation& invocation);
int user_grant(const Invocation& invocation);
int user_revoke(const Invocation& invocation);
int user_disable(const Invocation& invocation);
int user_enable(const Invocation& invocation);
int user_unlink(const Invocation& invocation);
int user_reset(const Invocation& invocation);
int token_create(const Invocation& invocation);
int token_list(const Invocation& invocation);
int token_revoke(const Invocation& invocation);
int notify_list(const Invocation& invocation);
int notify_test(const Invocation& invocation);
int notify_messages(const Invocation& invocation);
int notify_redeliver(const Invocation& invocation);
int audit_verify(const Invocation& invocation);
int audit_export(const Invocation& invocation);
int key_rotate(const Invocation& invocation);
int setup_link(const Invocation& invocation);
int pipeline_put(const Invocation& invocation);
int pipeline_get(const Invocation& invocation);
int pipeline_list(const Invocation& invocation);
int pipeline_history(const Invocation& invocation);
int approval_list(const Invocation& invocation);
int approval_approve(const Invocation& invocation);
int approval_reject(const Invocation& invocation);
int environment_list(const Invocation& invocation);
int environment_set(const Invocation& invocation);
int retention(const Invocation& invocation);
int queue_drain(const Invocation& invocation);
int queue_resume(const Invocation& invocation);
int repo_retention(const Invocation& invocation);
int deployment_list(const Invocation& invocation);
int deployment_rollback(const Invocation& invocation);
int deployment_promote(const Invocation& invocation);
int deployment_settle(const Invocation& invocation);
int replay(const Invocation& invocation);
int backup(const Invocation& invocation);
int export_all(const Invocation& invocation);

}  // namespace triphammer::cli
