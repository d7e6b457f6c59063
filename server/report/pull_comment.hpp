#pragma once
// Which runs the one comment on a pull request is about, and what it says of them now.

#include "store/forge/told_store.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/run_store.hpp"

#include <string>

namespace triphammer::report {

inline constexpr const char* kCommentChannel = "github-comment";

/// The outbox's row for the comment that this run belongs to; nothing where it has no pull request.
void note_pull_run(store::Transaction& tx, const store::RunRow& run);

struct CommentDraft {
    std::string text;          // empty: there is nothing to say
    std::string marker;        // in `text`
    store::ToldObject object;  // the comment that is there
};

struct CommentSettings {
    std::string server_id;   // of the data directory: makes markers nobody else knows beforehand
    std::string public_url;  // without a slash at its end
};

/// As everything is now. Code::invalid for a message of another form.
Result<CommentDraft> draft_comment(
    store::Connection& db, const store::MessageRow& message, const CommentSettings& settings
);

}  // namespace triphammer::report
