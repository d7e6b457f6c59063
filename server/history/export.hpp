#pragma once
// A run as one archive: what it was made from, what came of it, and what it said. Without secrets:
// none is in the tables that it is read from, and logs were masked before they were written.
//
//   run.json          the run with jobs, attempts and steps, as the API shows it, and `export`: 1
//   definition.yml    the workflow's text
//   event.json        the payload of the event
//   environment.json  vars, inputs, and of each job where it ran, what its definition says and
//   knows logs/…            of each job's newest attempt, a file a step digests.json      the
//   SHA-256 of every file above

#include "history/history.hpp"
#include "logs/log_store.hpp"

#include <string>
#include <vector>

namespace triphammer::history {

struct ExportedText {
    std::string name;
    std::string text;
};

struct ExportedLog {
    std::string name;
    logs::LogId id;
};

struct Export {
    std::string name;     // of the archive, without ending
    std::int64_t at = 0;  // seconds since 1970: when the run was created
    std::vector<ExportedText> texts;
    std::vector<ExportedLog> logs;
};

/// Code::not_found.
Result<Export> make_export(store::Connection& db, model::RunId run);

}  // namespace triphammer::history
