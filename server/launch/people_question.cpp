#include "launch/people_question.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "launch/contexts.hpp"
#include "model/workflow.hpp"
#include "store/people/user_store.hpp"
#include "store/runs/run_store.hpp"
#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

constexpr std::int64_t kMostPeople = 20;
constexpr auto kLongest = std::chrono::hours{24 * 30};

/// One `approve:`, with what its expressions may ask for.
class Reading {
  public:
    Reading(store::Connection& db, const model::ApproveSpec& spec) : db_{db}, spec_{spec} {}

    Result<> know(const std::string& contexts_json) { return contexts_.add_json(contexts_json); }

    Result<model::ApproveQuestion> read() {
        model::ApproveQuestion out;
        for (const auto step :
             {&Reading::read_subject,
              &Reading::read_people,
              &Reading::read_not,
              &Reading::read_min,
              &Reading::read_timeout}) {
            if (auto done = (this->*step)(out); !done) return done.error();
        }
        return out;
    }

  private:
    Result<std::string> text_of(const char* key, const model::Template& given) const {
        auto text = workflow::expression::interpolate(given.text, contexts_);
        if (!text) return with_context(std::string{"approve."} + key, text.error());
        return std::string{trim(*text)};
    }

    Result<> read_subject(model::ApproveQuestion& out) {
        auto subject = text_of("subject", spec_.subject);
        if (!subject) return subject.error();
        out.subject = std::move(*subject);
        return {};
    }

    Result<> read_people(model::ApproveQuestion& out) {
        for (const auto& one : spec_.by) {
            const auto name = text_of("by", one);
            if (!name) return name.error();
            const bool is_role = *name == "approver" || *name == "admin";
            if (!is_role && !store::find_user_by_name(db_, *name)) {
                return invalid(
                    "approve.by: this server has no account '" + *name +
                    "'; name accounts, 'approver' or 'admin'"
                );
            }
            out.reviewers.push_back(*name);
        }
        return {};
    }

    Result<> read_not(model::ApproveQuestion& out) {
        for (const auto& one : spec_.not_by) {
            const auto who = text_of("not", one);
            if (!who) return who.error();
            if (*who != "author")
                return invalid("approve.not: only 'author' is known, not '" + *who + "'");
            out.allows_author = false;
        }
        return {};
    }

    Result<> read_min(model::ApproveQuestion& out) {
        const auto text = text_of("min", spec_.min);
        if (!text) return text.error();
        if (text->empty()) return {};
        const auto number = parse_integer(*text);
        if (!number || *number < 1 || *number > kMostPeople) {
            return invalid("approve.min: a number from 1 to 20, not '" + *text + "'");
        }
        out.approvals = *number;
        return {};
    }

    Result<> read_timeout(model::ApproveQuestion& out) {
        const auto text = text_of("timeout", spec_.timeout);
        if (!text) return text.error();
        if (text->empty()) return {};
        const auto span = parse_duration(*text);
        if (!span || span->count() <= 0 || *span > kLongest) {
            return invalid("approve.timeout: a time up to 720h, '24h' say, not '" + *text + "'");
        }
        out.expires = *span;
        return {};
    }

    store::Connection& db_;
    const model::ApproveSpec& spec_;
    workflow::expression::Contexts contexts_;
};

}  // namespace

Result<model::ApproveQuestion> make_question(store::Transaction& tx, const store::JobRow& job) {
    const auto run = store::find_run(tx, job.run);
    const auto tree = nlohmann::json::parse(job.definition_json, nullptr, false);
    if (!run || tree.is_discarded()) return not_found("the run or the definition of this job");
    const auto definition = tree.get<model::JobDefinition>();
    if (!definition.approve) return invalid("the job has no 'approve'");
    PlannedContexts planned;
    const auto known = make_contexts(tx, *run, job, planned);
    if (!known) return known.error();
    Reading reading{tx, *definition.approve};
    if (auto read = reading.know(*known); !read) return read.error();
    return reading.read();
}

}  // namespace triphammer::launch
