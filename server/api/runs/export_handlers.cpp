// A run as one archive, sent while it is made.
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/runs/handlers.hpp"
#include "api/runs/shown_log.hpp"
#include "archive/zip_writer.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "history/export.hpp"
#include "logs/log_store.hpp"
#include "store/sqlite/database.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

namespace triphammer::api {

namespace {

constexpr int kLevel = 6;

class Exporter {
  public:
    Exporter(Services& services, const history::Export& from, http::BodyWriter& writer)
        : services_{services},
          from_{from},
          writer_{writer},
          zip_{
              [this](std::string_view bytes) -> Result<> {
                  pending_ += bytes;
                  return {};
              },
              archive::Method::deflate,
              kLevel} {}

    Task<Result<>> run() {
        for (const auto& one : from_.texts) {
            auto adding = add(one.name, one.text);
            if (auto added = co_await std::move(adding); !added) co_return added;
        }
        for (const auto& one : from_.logs) {
            auto adding = add_log(one);
            if (auto added = co_await std::move(adding); !added) co_return added;
        }
        auto digests = add("digests.json", nlohmann::json(digests_).dump(2) + "\n");
        if (auto added = co_await std::move(digests); !added) co_return added;
        if (auto ended = zip_.finish(); !ended) co_return ended;
        auto last = flush();
        co_return co_await std::move(last);
    }

  private:
    Task<Result<>> add(std::string name, std::string text) {
        if (auto begun = begin(name); !begun) co_return begun;
        if (auto written = zip_.write(text); !written) co_return written;
        if (auto ended = zip_.end(); !ended) co_return ended;
        digests_[name] = sha256_hex(text);
        auto flushing = flush();
        co_return co_await std::move(flushing);
    }

    Task<Result<>> add_log(history::ExportedLog log) {
        auto open = [&] { return services_.logs.open_raw(log.id); };
        auto opening = offload(services_.log_thread, open);
        const auto file = co_await std::move(opening);
        if (!file) co_return Result<>{};  // a step without output
        if (auto begun = begin(log.name); !begun) co_return begun;
        Sha256Stream sum;
        for (std::uint64_t offset = 0;;) {
            const auto piece = read_piece(file->get(), offset);
            if (!piece) co_return piece.error();
            if (piece->empty()) break;
            offset += piece->size();
            sum.update(*piece);
            if (auto written = zip_.write(*piece); !written) co_return written;
            auto flushing = flush();
            if (auto flushed = co_await std::move(flushing); !flushed) co_return flushed;
        }
        digests_[log.name] = sum.hex();
        co_return zip_.end();
    }

    Result<> begin(const std::string& name) { return zip_.begin(name, S_IFREG | 0644U, from_.at); }

    Task<Result<>> flush() {
        if (pending_.empty()) co_return Result<>{};
        auto writing = writer_.write(std::exchange(pending_, {}));
        co_return co_await std::move(writing);
    }

    Services& services_;
    const history::Export& from_;
    http::BodyWriter& writer_;
    std::string pending_;
    archive::ZipWriter zip_;
    std::map<std::string, std::string> digests_;
};

/// Without its end the archive cannot be read: whoever gets half of one notices.
Task<> send_export(Services& services, history::Export from, http::BodyWriter& writer) {
    Exporter exporter{services, from, writer};
    auto running = exporter.run();
    (void)co_await std::move(running);
}

}  // namespace

Answer export_run(Services& services, Call call) {
    auto find = [&](store::Connection& db) -> Result<history::Export> {
        const auto run = find_visible_run(db, call);
        if (!run) return run.error();
        return history::make_export(db, *run);
    };
    auto finding = services.database.read(find);
    auto found = co_await std::move(finding);
    if (!found) co_return http::make_error(found.error());
    http::Response response{200};
    response.headers.set("Content-Type", "application/zip");
    response.headers.set("Content-Disposition", "attachment; filename=\"" + found->name + ".zip\"");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = http::StreamBody{[&services, from = std::move(*found)](http::BodyWriter& writer
                                     ) { return send_export(services, from, writer); }};
    co_return response;
}

}  // namespace triphammer::api
