#pragma once
// What messages tell of a run: facts, gathered when a message is sent, so that they are true then.

#include "store/forge/told_store.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/run_store.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::report {

struct Notice {
    struct Line {
        std::string name = {};
        std::string what = {};
        std::string url = {};
    };

    std::string event = {};  // of channel_events()
    std::string repository = {};
    std::string workflow = {};
    std::int64_t number = 0;
    std::int64_t attempt = 1;
    std::string run = {};  // its id
    std::string url = {};
    std::string leads_to = {};  // where the title leads: the run, or the approval it is about
    std::string branch = {};    // or tag, or "pull request 7"
    std::string sha = {};
    std::string title = {};
    std::string actor = {};
    std::string trigger = {};   // name of the event that started it
    std::string duration = {};  // empty: it has not ended
    TimePoint at = {};          // of what the message is about
    std::vector<Line> failed_jobs = {};
    std::vector<Line> deployments = {};
    std::vector<Line> approvals = {};  // that wait, and the one that the message is about
    std::string delivery = {};         // names this message; the same when it is sent again
};

/// Code::invalid for a message of another form, Code::not_found.
Result<Notice> load_notice(
    store::Connection& db, const store::MessageRow& message, const std::string& public_url
);

/// What a test sends.
Notice sample_notice(const std::string& public_url, TimePoint now);

/// What may stand in braces in a template, and its value: "workflow", "CI".
using Words = std::vector<std::pair<std::string, std::string>>;

/// Of one line each: workflow, number, event, repository, branch, title, actor, commit, trigger,
/// duration, url.
Words words_of(const Notice& notice);

/// `text` with each {word} replaced by its value; what stands between them is passed on through
/// `between`.
std::string fill_words(
    std::string_view text,
    const Words& words,
    const std::function<std::string(const std::string&)>& between
);

/// `template_text` with the notice's words for {workflow}, {number}, {event}, {repository},
/// {branch}, {title}, {actor}; one line.
std::string fill_title(const std::string& template_text, const Notice& notice);

/// "failed", "rolled back", "needs an approval".
std::string word_of(const std::string& event);

}  // namespace triphammer::report
