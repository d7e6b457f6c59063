// usage: beast_srv PORT THREADS [DBDIR]
//   GET  /tiny      "ok"
//   POST /hmac      verify X-Hub-Signature-256 (secret "s3cret"), 202
//   POST /parse     hmac + nlohmann parse, 202
//   POST /commit    hmac + parse + SQLite insert (one writer thread, group commit, WAL
//   synchronous=FULL), 202 after the commit POST /raw       hmac + the same group commit without a
//   parse POST /commit1   the same, one transaction per request GET  /stat      commits and rows so
//   far (mean batch)
// One io_context per thread, SO_REUSEPORT, keep-alive, beast::tcp_stream with a 30 s timer when env
// TIMER=1.
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sqlite3.h>

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common.h"
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
static const std::string secret = "s3cret";
static bool use_timer = false;

struct Item {
    std::string payload;
    std::string sha;
    std::function<void()> done;
};

struct Writer {
    std::mutex m;
    std::condition_variable cv;
    std::vector<Item> q;
    sqlite3* d = nullptr;
    sqlite3_stmt *a, *b;
    std::atomic<long> commits{0}, rows{0};
    bool single = false;
    std::thread th;
    uint64_t seed;

    void ex(const char* s) {
        char* e = nullptr;
        if (sqlite3_exec(d, s, nullptr, nullptr, &e) != SQLITE_OK) {
            fprintf(stderr, "%s: %s\n", s, e);
            _exit(1);
        }
    }

    void open(std::string f, bool one) {
        single = one;
        for (auto s : {"", "-wal", "-shm"}) unlink((f + s).c_str());
        sqlite3_open(f.c_str(), &d);
        ex("PRAGMA journal_mode=WAL");
        ex("PRAGMA synchronous=FULL");
        ex("CREATE TABLE delivery(id INTEGER PRIMARY KEY, guid TEXT UNIQUE, event TEXT, at "
           "INTEGER, payload BLOB)");
        ex("CREATE TABLE job(id INTEGER PRIMARY KEY, delivery INTEGER, repo TEXT, ref TEXT, sha "
           "TEXT, state TEXT, created INTEGER)");
        ex("CREATE INDEX job_state ON job(state,id)");
        sqlite3_prepare_v2(
            d, "INSERT INTO delivery(guid,event,at,payload) VALUES(?,'push',?,?)", -1, &a, nullptr
        );
        sqlite3_prepare_v2(
            d,
            "INSERT INTO job(delivery,repo,ref,sha,state,created) "
            "VALUES(?,'owner/repo','refs/heads/main',?,'queued',1)",
            -1,
            &b,
            nullptr
        );
        th = std::thread([this] { loop(); });
        th.detach();
    }

    void loop() {
        Rng r;
        std::vector<Item> w;
        for (;;) {
            {
                std::unique_lock l(m);
                cv.wait(l, [&] { return !q.empty(); });
                w.swap(q);
            }
            bool open = false;
            for (auto& it : w) {
                if (!open) {
                    ex("BEGIN IMMEDIATE");
                    open = true;
                }
                char g[48];
                snprintf(g, sizeof g, "%016llx-%08lx", (unsigned long long)r(), rows.load());
                sqlite3_bind_text(a, 1, g, -1, SQLITE_TRANSIENT);
                sqlite3_bind_int64(a, 2, 1);
                sqlite3_bind_blob(a, 3, it.payload.data(), it.payload.size(), SQLITE_STATIC);
                sqlite3_step(a);
                sqlite3_reset(a);
                sqlite3_bind_int64(b, 1, sqlite3_last_insert_rowid(d));
                sqlite3_bind_text(b, 2, it.sha.data(), it.sha.size(), SQLITE_STATIC);
                sqlite3_step(b);
                sqlite3_reset(b);
                rows++;
                if (single) {
                    ex("COMMIT");
                    commits++;
                    open = false;
                    it.done();
                }
            }
            if (open) {
                ex("COMMIT");
                commits++;
                for (auto& it : w) it.done();
            }
            w.clear();
        }
    }

    void push(Item i) {
        {
            std::lock_guard l(m);
            q.push_back(std::move(i));
        }
        cv.notify_one();
    }
};

static Writer group, one;

static bool verify(const std::string& body, beast::string_view sig) {
    if (sig.size() != 71 || sig.substr(0, 7) != "sha256=") return false;
    unsigned char m[32];
    unsigned l;
    HMAC(
        EVP_sha256(),
        secret.data(),
        secret.size(),
        (const unsigned char*)body.data(),
        body.size(),
        m,
        &l
    );
    char hex[65];
    static const char* H = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = H[m[i] >> 4];
        hex[2 * i + 1] = H[m[i] & 15];
    }
    return CRYPTO_memcmp(hex, sig.data() + 7, 64) == 0;
}

struct Session : std::enable_shared_from_this<Session> {
    beast::tcp_stream s;
    beast::flat_buffer buf{1 << 17};
    std::optional<http::request_parser<http::string_body>> p;
    http::response<http::string_body> res;

    explicit Session(tcp::socket k) : s(std::move(k)) { buf.reserve(16384); }

    void read() {
        p.emplace();
        p->body_limit(1 << 20);
        if (use_timer) s.expires_after(std::chrono::seconds(30));
        http::async_read(s, buf, *p, [self = shared_from_this()](beast::error_code e, size_t) {
            if (!e) self->handle();
        });
    }

    void reply(int code, std::string body) {
        res = {};
        res.version(11);
        res.result(code);
        res.set(http::field::server, "probe");
        res.set(http::field::content_type, "application/json");
        res.keep_alive(p->get().keep_alive());
        res.body() = std::move(body);
        res.prepare_payload();
        if (use_timer) s.expires_after(std::chrono::seconds(30));
        http::async_write(s, res, [self = shared_from_this()](beast::error_code e, size_t) {
            if (!e && self->res.keep_alive()) self->read();
        });
    }

    void handle() {
        auto& q = p->get();
        auto t = q.target();
        if (q.method() == http::verb::get) {
            if (t == "/stat") {
                nlohmann::json j{
                    {"group_commits", group.commits.load()},
                    {"group_rows", group.rows.load()},
                    {"one_commits", one.commits.load()}};
                return reply(200, j.dump());
            }
            return reply(200, "ok");
        }
        if (!verify(q.body(), q["X-Hub-Signature-256"])) return reply(401, "{}");
        if (t == "/hmac") return reply(202, "{\"queued\":1}");
        if (t == "/raw") {
            auto self = shared_from_this();
            auto ex = s.get_executor();
            return group.push({std::move(q.body()), "", [self, ex] {
                                   asio::post(ex, [self] { self->reply(202, "{\"queued\":1}"); });
                               }});
        }
        auto j = nlohmann::json::parse(q.body(), nullptr, false);
        if (j.is_discarded()) return reply(400, "{}");
        std::string sha = j.value("after", "");
        if (t == "/parse") return reply(202, "{\"queued\":1}");
        auto self = shared_from_this();
        auto ex = s.get_executor();
        (t == "/commit1" ? one : group).push({std::move(q.body()), std::move(sha), [self, ex] {
                                                  asio::post(ex, [self] {
                                                      self->reply(202, "{\"queued\":1}");
                                                  });
                                              }});
    }
};

static void accept_loop(tcp::acceptor& a) {
    a.async_accept([&a](beast::error_code e, tcp::socket k) {
        if (!e) {
            k.set_option(tcp::no_delay(true));
            std::make_shared<Session>(std::move(k))->read();
        }
        accept_loop(a);
    });
}

int main(int c, char** v) {
    if (c < 3) return 2;
    use_timer = getenv("TIMER") != nullptr;
    int n = atoi(v[2]);
    if (c > 3) {
        group.open(std::string(v[3]) + "/g.db", false);
        one.open(std::string(v[3]) + "/o.db", true);
    }
    std::vector<std::thread> th;
    for (int i = 0; i < n; i++)
        th.emplace_back([&] {
            asio::io_context io(1);
            tcp::acceptor a(io);
            tcp::endpoint ep(asio::ip::make_address("127.0.0.1"), atoi(v[1]));
            a.open(ep.protocol());
            int o = 1;
            setsockopt(a.native_handle(), SOL_SOCKET, SO_REUSEADDR, &o, 4);
            setsockopt(a.native_handle(), SOL_SOCKET, SO_REUSEPORT, &o, 4);
            a.bind(ep);
            a.listen(1024);
            accept_loop(a);
            io.run();
        });
    for (auto& t : th) t.join();
}
