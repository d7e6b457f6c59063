#include "history/json.hpp"

#include "base/text.hpp"
#include "store/repository_store.hpp"
#include "store/runs/run_store.hpp"

namespace triphammer::history {

json or_null(std::string_view text) {
    return text.empty() ? json(nullptr) : json(text);
}

json parse_column(const std::string& text) {
    auto tree = json::parse(text, nullptr, false);
    return tree.is_discarded() ? json(nullptr) : tree;
}

json brief_of(const store::RunRow& run) {
    return {
        {"id", to_text(run.id)},
        {"number", run.number},
        {"workflow", run.workflow},
        {"workflow_path", run.workflow_path},
        {"event", run.event},
        {"ref", run.ref},
        {"title", run.title},
        {"actor", run.actor},
        {"state", name_of(run.state)},
    };
}

std::string page_of(store::Connection& db, model::RepositoryId id, const std::string& github_url) {
    const auto repository = store::find_repository(db, id);
    const bool is_there = repository && repository->clone_url.starts_with(github_url + "/");
    return is_there ? github_url + "/" + repository->full_name : std::string{};
}

Result<store::ListPage> read_page(const Page& page) {
    store::ListPage read;
    read.limit = page.limit;
    if (page.limit < 1 || page.limit > kMaxPage) {
        return invalid("limit must be between 1 and " + std::to_string(kMaxPage));
    }
    if (page.cursor.empty()) return read;
    const auto before = parse_integer(page.cursor);
    if (!before || *before < 1) return invalid("this cursor is not from an answer of this list");
    read.before = *before;
    return read;
}

json next_cursor(std::int64_t next) {
    return next > 0 ? json(std::to_string(next)) : json(nullptr);
}

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace triphammer::history
