#include "app/audit_keeper.hpp"

#include "access/audit_head.hpp"
#include "base/log.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::app {

namespace {

constexpr int kRowsAtOnce = 500;

using Rows = std::vector<store::AuditRow>;

Task<Result<>> write_head(Core& core, std::filesystem::path data, store::AuditHead head) {
    auto write = [&] { return access::write_audit_head(data, head); };
    auto writing = offload(core.log_thread, write);
    co_return co_await std::move(writing);
}

/// Why rows are missing behind what was told; empty: none is.
Task<Result<std::string>> find_loss(Core& core, const std::optional<store::AuditHead>& kept) {
    auto check = [&](store::Connection& db) -> Result<std::string> {
        const auto broken = store::check_audit_end(db, store::audit_head(db), kept);
        return broken ? "row " + std::to_string(broken->seq) + ": " + broken->why : std::string{};
    };
    auto checking = core.database->read(check);
    co_return co_await std::move(checking);
}

void log_row(const store::AuditRow& row) {
    log::info(
        "audit",
        {{"seq", row.seq},
         {"action", row.action},
         {"actor", row.actor.name},
         {"outcome", row.outcome},
         {"hash", row.hash}}
    );
}

}  // namespace

AuditKeeper::AuditKeeper(Executor executor, Core& core, std::filesystem::path data)
    : core_{core}, data_{std::move(data)}, rounds_{std::move(executor), {}} {}

void AuditKeeper::wake() {
    again_ = true;
    if (is_busy_) return;
    is_busy_ = rounds_.spawn("audit", catch_up());
}

Task<> AuditKeeper::stop() {
    auto joining = rounds_.join();
    co_await std::move(joining);
    auto ending = rounds_.stop();  // nothing is begun any more
    co_await std::move(ending);
}

Task<> AuditKeeper::catch_up() {
    while (std::exchange(again_, false)) {
        auto telling = tell_some();
        const auto told = co_await std::move(telling);
        if (!told) log::error("the audit's head is not kept", {{"error", told.error().message}});
        if (told && *told) again_ = true;
    }
    is_busy_ = false;
}

/// From where the last daemon ended.
Task<Result<>> AuditKeeper::begin() {
    const auto kept = access::read_audit_head(data_);
    if (!kept) co_return kept.error();
    auto finding = find_loss(core_, *kept);
    const auto loss = co_await std::move(finding);
    if (!loss) co_return loss.error();
    is_broken_ = !loss->empty();
    if (is_broken_) log::error("the audit is not whole: triphammer audit verify", {{"why", *loss}});
    told_ = kept->value_or(store::AuditHead{});
    co_return Result<>{};
}

/// Whether there may be more.
Task<Result<bool>> AuditKeeper::tell_some() {
    if (!told_) {
        auto beginning = begin();
        if (const auto begun = co_await std::move(beginning); !begun) co_return begun.error();
    }
    auto read = [this](store::Connection& db) -> Result<Rows> {
        return store::read_audit(db, told_->seq, kRowsAtOnce);
    };
    auto reading = core_.database->read(read);
    const auto rows = co_await std::move(reading);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return false;
    for (const auto& row : *rows) log_row(row);
    told_ = {rows->back().seq, rows->back().hash};
    if (is_broken_) co_return true;
    auto writing = write_head(core_, data_, *told_);
    if (const auto written = co_await std::move(writing); !written) co_return written.error();
    co_return true;
}

Task<> keep_audit_head(Core& core, std::filesystem::path data) {
    const auto kept = access::read_audit_head(data);
    if (!kept) co_return;
    auto finding = find_loss(core, *kept);
    const auto loss = co_await std::move(finding);
    if (!loss || !loss->empty()) co_return;
    auto read = [](store::Connection& db) -> Result<store::AuditHead> {
        return store::audit_head(db);
    };
    auto reading = core.database->read(read);
    const auto head = co_await std::move(reading);
    if (!head || head->seq == 0 || (*kept && **kept == *head)) co_return;
    auto writing = write_head(core, std::move(data), *head);
    (void)co_await std::move(writing);
}

}  // namespace triphammer::app
