#include "intake/branch_watch.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "github/hooks.hpp"
#include "intake/found_push.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::intake {

using namespace std::chrono_literals;
using nlohmann::json;
using store::RepositoryRow;

namespace {

constexpr std::size_t kBranchesPage = 100;
constexpr int kMostBranchPages = 50;
constexpr std::size_t kMostFound = 50;  // of a repository in a pass
constexpr auto kLongestWatchPause = Milliseconds{1h};

void tell_watch_failure(const std::string& name, const std::string& what) {
    log::error("comparing branches failed", {{"task", name}, {"error", what}});
}

std::string text_at(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : std::string{};
}

Result<json> read_answer(
    const Result<github::ApiAnswer>& answer, const std::string& what, std::string_view right
) {
    if (!answer) return with_context(what, answer.error());
    if (answer->status != 200) return github::explain_refusal(*answer, what, right);
    auto body = json::parse(answer->body, nullptr, false);
    if (body.is_discarded()) return Error{Code::protocol, what + ": the answer is no JSON"};
    return Result<json>{boost::system::in_place_value, std::move(body)};
}

}  // namespace

BranchWatch::BranchWatch(Parts parts, Milliseconds pause, Milliseconds grace)
    : parts_{parts},
      pause_{pause},
      grace_{std::min(grace, pause)},
      alarm_{parts_.executor},
      tasks_{parts_.executor, tell_watch_failure} {}

BranchWatch::~BranchWatch() = default;

void BranchWatch::start() {
    tasks_.spawn("branches", run());
}

Task<> BranchWatch::stop() {
    return tasks_.stop();
}

Task<> BranchWatch::run() {
    for (;;) {
        auto passing = pass();
        const auto passed = co_await std::move(passing);
        if (!passed) tell_watch_failure("branches", passed.error().message);
        auto waiting = alarm_.sleep(has_suspects_ ? grace_ : pause_);
        co_await std::move(waiting);
    }
}

Task<Result<>> BranchWatch::pass() {
    using Rows = std::vector<RepositoryRow>;
    auto work = [](store::Connection& db) { return Result<Rows>{store::list_repositories(db)}; };
    auto reading = parts_.database.read(work);
    auto rows = co_await std::move(reading);
    if (!rows) co_return rows.error();
    std::erase_if(memories_, [&](const auto& entry) {
        return std::none_of(rows->begin(), rows->end(), [&](const RepositoryRow& row) {
            return row.id == entry.first;
        });
    });
    for (auto& row : *rows) {
        auto passing = pass_over(std::move(row));
        co_await std::move(passing);
    }
    has_suspects_ = std::any_of(memories_.begin(), memories_.end(), [](const auto& entry) {
        return !entry.second.suspects.empty();
    });
    co_return Result<>{};
}

Task<> BranchWatch::pass_over(RepositoryRow row) {
    auto& memory = memories_[row.id];
    if (memory.not_before && parts_.clock.now() < *memory.not_before) co_return;
    memory.not_before.reset();
    auto looking = look_at(row, memory);
    const auto done = co_await std::move(looking);
    note(row, memory, done);
}

/// One in trouble is asked less and less often; each trouble is told once.
void BranchWatch::note(const RepositoryRow& row, Memory& memory, const Result<>& done) {
    if (done) {
        memory.problem.clear();
        memory.failures = 0;
        return;
    }
    memory.suspects.clear();
    const auto& what = done.error().message;
    if (what != memory.problem) {
        log::warning(
            "branches cannot be compared", {{"repository", row.full_name}, {"error", what}}
        );
    }
    memory.problem = what;
    memory.failures = std::min(memory.failures + 1, 16);
    if (memory.not_before) return;  // the forge named a time
    const auto pause =
        std::min<Milliseconds>(pause_ * (1 << (memory.failures - 1)), kLongestWatchPause);
    memory.not_before = parts_.clock.now() + pause - pause_ / 2;
}

Task<Result<>> BranchWatch::look_at(const RepositoryRow& row, Memory& memory) {
    auto choosing = parts_.source.client_for(row);
    const auto client = co_await std::move(choosing);
    if (!client && client.error().code == Code::not_found) co_return Result<>{};
    if (!client) co_return client.error();
    auto reading = read_heads(*client, row, memory);
    const auto has_news = co_await std::move(reading);
    if (!has_news) co_return has_news.error();
    if (!*has_news && memory.suspects.empty()) co_return Result<>{};
    Heads heads;
    for (const auto& page : memory.pages) heads.insert(page.heads.begin(), page.heads.end());
    auto comparing = compare(row, heads);
    auto comparison = co_await std::move(comparing);
    if (!comparison) co_return comparison.error();
    std::map<std::string, TimePoint> suspects;
    suspects.swap(memory.suspects);
    std::size_t count = 0;
    for (auto& missing : comparison->missing) {
        const auto key = missing.ref + ' ' + missing.sha;
        if (const auto known = suspects.find(key); known != suspects.end()) {
            memory.suspects.insert(*known);
        }
        if (!is_due(memory, missing) || ++count > kMostFound) continue;
        auto delivering = deliver(*client, row, missing);
        const auto delivered = co_await std::move(delivering);
        if (!delivered) co_return delivered;
        memory.suspects.erase(key);
        comparison->settled[missing.ref] = missing.sha;
    }
    auto settling = settle(row, *comparison);
    co_return co_await std::move(settling);
}

/// Whether it was missed for long enough.
bool BranchWatch::is_due(Memory& memory, const Missing& missing) {
    const auto now = parts_.clock.now();
    const auto [seen, is_new] = memory.suspects.try_emplace(missing.ref + ' ' + missing.sha, now);
    return !is_new && now - seen->second >= grace_;
}

/// False: everything is as it was.
Task<Result<bool>> BranchWatch::read_heads(
    const github::Client& client, const RepositoryRow& row, Memory& memory
) {
    const auto list = github::repository_path(row.full_name) +
                      "/branches?per_page=" + std::to_string(kBranchesPage) + "&page=";
    bool has_news = false;
    for (std::size_t page = 0; page < kMostBranchPages; ++page) {
        if (memory.pages.size() == page) memory.pages.emplace_back();
        auto& known = memory.pages[page];
        auto asking = client.get(list + std::to_string(page + 1), known.etag);
        const auto answer = co_await std::move(asking);
        if (answer && answer->wait_until) memory.not_before = answer->wait_until;
        if (!answer || answer->status != 304) {
            auto body = read_answer(answer, "the branches of " + row.full_name, "Contents: read");
            if (!body) memory.pages.clear();
            if (!body) co_return body.error();
            has_news = true;
            known.etag = answer->headers.find("ETag").value_or("");
            known.heads.clear();
            for (const auto& branch : *body) {
                const auto commit = branch.is_object() ? branch.value("commit", json{}) : json{};
                const auto name = text_at(branch, "name");
                const auto sha = text_at(commit, "sha");
                if (name.empty() || sha.empty()) continue;
                known.heads.emplace_back("refs/heads/" + name, sha);
            }
        }
        if (known.heads.size() >= kBranchesPage) continue;
        memory.pages.resize(page + 1);
        break;
    }
    co_return has_news;
}

Task<Result<BranchWatch::Comparison>> BranchWatch::compare(
    const RepositoryRow& row, const Heads& heads
) {
    auto work = [&](store::Connection& db) -> Result<Comparison> {
        Comparison out;
        const auto before = store::find_branch_heads(db, row.id);
        out.is_first = !before;
        if (!before) out.settled = heads;
        if (!before) return out;
        for (const auto& [ref, head] : *before) {
            if (heads.count(ref) == 0) out.settled[ref] = "";
        }
        for (const auto& [ref, sha] : heads) {
            const auto known = before->find(ref);
            if (known != before->end() && known->second.sha == sha) continue;
            if (store::is_push_known(db, row.id, ref, sha)) {
                out.settled[ref] = sha;
            } else {
                out.missing.push_back(
                    {ref, sha, known == before->end() ? store::BranchHead{} : known->second}
                );
            }
        }
        return out;
    };
    auto reading = parts_.database.read(work);
    co_return co_await std::move(reading);
}

Task<Result<>> BranchWatch::deliver(
    const github::Client& client, const RepositoryRow& row, Missing missing
) {
    const auto path = github::repository_path(row.full_name);
    auto asking = client.get(path);
    const auto about = co_await std::move(asking);
    const auto repository = read_answer(about, "the repository " + row.full_name, "Metadata: read");
    if (!repository) co_return repository.error();
    auto asking_commit = client.get(path + "/commits/" + percent_encode(missing.sha));
    const auto shown = co_await std::move(asking_commit);
    const auto commit = read_answer(shown, "the commit " + missing.sha, "Contents: read");
    if (!commit) co_return commit.error();
    const FoundPush push{missing.ref, missing.sha, missing.before.sha, missing.before.seen_at};
    auto taking = parts_.taker.take(row.hook, make_delivery(push, *repository, *commit));
    const auto status = co_await std::move(taking);
    if (status >= 500) co_return Error{Code::unavailable, "a found push could not be kept"};
    if (status == 202) {
        ++found_;
        log::info(
            "a push that no delivery told of was found",
            {{"repository", row.full_name}, {"ref", missing.ref}, {"sha", missing.sha}}
        );
    }
    co_return Result<>{};
}

Task<Result<>> BranchWatch::settle(const RepositoryRow& row, const Comparison& comparison) {
    if (!comparison.is_first && comparison.settled.empty()) co_return Result<>{};
    auto work = [&](store::Transaction& tx) -> Result<> {
        if (comparison.is_first) store::begin_branch_heads(tx, row.id);
        for (const auto& [ref, sha] : comparison.settled) {
            store::keep_branch_head(tx, row.id, ref, sha);
        }
        return {};
    };
    auto writing = parts_.database.write(work);
    co_return co_await std::move(writing);
}

}  // namespace triphammer::intake
