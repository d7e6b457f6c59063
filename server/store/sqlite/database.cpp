#include "store/sqlite/database.hpp"

#include "base/file.hpp"
#include "base/thread.hpp"
#include "store/sqlite/migrator.hpp"
#include "store/sqlite/writer.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <stdexcept>

namespace triphammer::store {

namespace asio = boost::asio;

namespace {

/// A read connection on a thread of its own.
struct Reader {
    explicit Reader(std::unique_ptr<Connection> opened) : connection{std::move(opened)} {}

    std::unique_ptr<Connection> connection;
    NamedThread thread{"store-reader"};
};

/// Several queries of one piece see the same state.
Database::Failure read_in_snapshot(Connection& db, const Database::ReadWork& work) {
    return attempt([&]() -> Database::Failure {
        // Where the end of the read before failed, its snapshot is still there.
        if (db.in_transaction()) db.prepare("ROLLBACK").run();
        db.prepare("BEGIN").run();
        auto failure = attempt([&] { return work(db); });
        db.prepare("COMMIT").run();
        return failure;
    });
}

/// The awaiting coroutine and the executor that it comes back to, which must not run dry meanwhile.
template <class Handler>
struct Waiting {
    explicit Waiting(Handler waiting)
        : handler{std::move(waiting)},
          executor{asio::prefer(
              asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked
          )} {}

    Handler handler;
    Executor executor;
};

template <class Handler>
std::function<void(Database::Failure)> resume_later(Handler handler) {
    auto waiting = std::make_shared<Waiting<Handler>>(std::move(handler));
    return [waiting](Database::Failure failure) {
        asio::post(waiting->executor, [waiting, failure = std::move(failure)]() mutable {
            std::move(waiting->handler)(std::move(failure));
        });
    };
}

Task<Database::Failure> await_commit(WriterThread& writer, const Database::WriteWork& work) {
    auto start = [](auto handler, WriterThread* to, const Database::WriteWork* piece) {
        to->put(Piece{piece, resume_later(std::move(handler)), {}});
    };
    auto done = asio::async_initiate<const asio::use_awaitable_t<>&, void(Database::Failure)>(
        start, asio::use_awaitable, &writer, &work
    );
    co_return co_await std::move(done);
}

/// 0600 from its first moment on: SQLite gives log and index the same mode.
Result<> create_if_missing(const std::filesystem::path& path) {
    auto file = open_file(path, O_RDWR | O_CREAT, 0600);
    if (!file) return with_context("the database", file.error());
    return {};
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

/// SQLite itself notices a short file only when it needs the missing page. The head's page count
/// (bytes 28..31, https://www.sqlite.org/fileformat.html 1.3) holds when no log is beside the file.
Result<> check_length(const std::filesystem::path& path) {
    std::error_code none;
    const auto log_bytes = std::filesystem::file_size(path.string() + "-wal", none);
    if (!none && log_bytes > 0) return {};
    auto file = open_file(path, O_RDONLY);
    if (!file) return file.error();
    char head[100];

    struct ::stat facts {};

    if (::fstat(file->get(), &facts) != 0) return from_errno("stat " + path.string());
    if (facts.st_size == 0) return {};
    const std::string_view bytes{head, sizeof head};
    const bool is_whole = ::pread(file->get(), head, sizeof head, 0) == ssize_t{sizeof head};
    if (is_whole && bytes.substr(24, 4) != bytes.substr(92, 4)) return {};
    const auto stored = is_whole ? big_endian(bytes.substr(16, 2)) : 0U;
    const std::uint64_t page_bytes = stored == 1 ? 65536 : stored;
    const auto wanted = is_whole ? page_bytes * big_endian(bytes.substr(28, 4)) : sizeof head;
    if (static_cast<std::uint64_t>(facts.st_size) >= wanted) return {};
    return Error{
        kDamaged,
        path.string() +
            " is shorter than its head says; restore it from a backup (triphammer "
            "restore)"};
}

}  // namespace

struct Database::Parts {
    Parts(std::unique_ptr<Connection> connection, const Clock& clock, Options options)
        : writer{std::move(connection), clock, options.wal_limit_bytes} {}

    Writer writer;
    std::vector<std::unique_ptr<Reader>> readers;
    std::size_t next_reader = 0;
    std::unique_ptr<WriterThread> thread;  // none: inline mode
};

Result<std::unique_ptr<Database>> Database::open(
    const std::filesystem::path& path, const Clock& clock, Options options
) {
    if (auto created = create_if_missing(path); !created) return created.error();
    if (auto whole = check_length(path); !whole) return whole.error();
    auto connection = Connection::open(path, Connection::Mode::write);
    if (!connection) return connection.error();
    auto failure = attempt([&]() -> Failure {
        auto migrated = migrate(**connection, embedded_migrations(), clock.now());
        return migrated ? Failure{} : Failure{migrated.error()};
    });
    if (failure) return with_context(path.string(), std::move(*failure));
    auto parts = std::make_unique<Parts>(std::move(*connection), clock, options);
    for (int i = 0; options.threads && i < options.readers; ++i) {
        auto reading = Connection::open(path, Connection::Mode::read);
        if (!reading) return reading.error();
        parts->readers.push_back(std::make_unique<Reader>(std::move(*reading)));
    }
    if (options.threads) parts->thread = std::make_unique<WriterThread>(parts->writer);
    return std::unique_ptr<Database>{new Database{std::move(parts)}};
}

Database::Database(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}

Database::~Database() {
    parts_->thread.reset();
    parts_->readers.clear();
    parts_->writer.checkpoint_at_end();
}

Task<Database::Failure> Database::run_write(const WriteWork& work) {
    if (!parts_->thread) co_return write_inline(work);
    auto done = await_commit(*parts_->thread, work);
    co_return co_await std::move(done);
}

Task<Database::Failure> Database::run_read(const ReadWork& work) {
    if (!parts_->thread) co_return read_inline(work);
    auto& reader = *parts_->readers[parts_->next_reader++ % parts_->readers.size()];
    Failure failure;
    std::function<void()> call = [&] { failure = read_in_snapshot(*reader.connection, work); };
    co_await reader.thread.run(std::move(call));
    co_return failure;
}

Database::Failure Database::write_inline(const WriteWork& work) {
    if (parts_->thread) throw std::logic_error("write_now beside a writer thread");
    std::vector<Piece> batch(1);
    batch[0].work = &work;
    parts_->writer.commit(batch);
    parts_->writer.tell_changes();
    parts_->writer.checkpoint_if_long();
    return std::move(batch[0].failure);
}

Database::Failure Database::read_inline(const ReadWork& work) {
    if (parts_->thread) throw std::logic_error("read_now beside a writer thread");
    return read_in_snapshot(parts_->writer.connection(), work);
}

void Database::on_changes(std::function<void(const ChangeNews&)> callback) {
    parts_->writer.on_changes = std::move(callback);
}

std::uint64_t Database::wal_bytes() const {
    return parts_->writer.wal_bytes();
}

}  // namespace triphammer::store
