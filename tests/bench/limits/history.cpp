// usage: history DIR ROWS   latency of the history queries on a build table: first page of 50, a
// deep keyset page, deep OFFSET page, per-state counts
#include <sqlite3.h>

#include <unistd.h>

#include "common.h"

int main(int c, char** v) {
    if (c < 3) return 2;
    std::string f = std::string(v[1]) + "/probe_hist.db";
    for (auto s : {"", "-wal", "-shm"}) unlink((f + s).c_str());
    long n = atol(v[2]);
    sqlite3* d;
    sqlite3_open(f.c_str(), &d);
    auto ex = [&](const char* s) {
        char* e = nullptr;
        if (sqlite3_exec(d, s, nullptr, nullptr, &e)) {
            fprintf(stderr, "%s\n", e);
            _exit(1);
        }
    };
    ex("PRAGMA journal_mode=WAL");
    ex("PRAGMA synchronous=NORMAL");
    ex("CREATE TABLE build(id INTEGER PRIMARY KEY, repo INT, num INT, ref TEXT, sha TEXT, msg "
       "TEXT, author TEXT, state INT, q INT, s INT, f INT)");
    ex("CREATE UNIQUE INDEX b1 ON build(repo,num)");
    ex("CREATE INDEX b2 ON build(state,id)");
    ex("BEGIN");
    sqlite3_stmt* i;
    sqlite3_prepare_v2(
        d,
        "INSERT INTO build(repo,num,ref,sha,msg,author,state,q,s,f) "
        "VALUES(?,?,'refs/heads/main','0123456789abcdef0123456789abcdef01234567','Fix the thing "
        "that broke when we changed the other thing','octo',?,1,2,3)",
        -1,
        &i,
        nullptr
    );
    for (long k = 0; k < n; k++) {
        sqlite3_bind_int64(i, 1, k % 10);
        sqlite3_bind_int64(i, 2, k / 10);
        sqlite3_bind_int64(i, 3, k % 5);
        sqlite3_step(i);
        sqlite3_reset(i);
    }
    sqlite3_finalize(i);
    ex("COMMIT");
    ex("ANALYZE");
    auto q = [&](const char* name, std::string s) {
        sqlite3_stmt* t;
        if (sqlite3_prepare_v2(d, s.c_str(), -1, &t, nullptr)) {
            fprintf(stderr, "%s\n", sqlite3_errmsg(d));
            _exit(1);
        }
        std::vector<double> r;
        int rows = 0;
        for (int k = 0; k < 51; k++) {
            double a = now();
            rows = 0;
            while (sqlite3_step(t) == SQLITE_ROW) {
                rows++;
                for (int z = 0; z < sqlite3_column_count(t); z++) (void)sqlite3_column_text(t, z);
            }
            sqlite3_reset(t);
            r.push_back((now() - a) * 1e6);
        }
        sqlite3_finalize(t);
        printf("rows=%ld %-24s %8.1f us (%d rows)\n", n, name, pct(r, .5), rows);
    };
    q("newest 50", "SELECT * FROM build ORDER BY id DESC LIMIT 50");
    q("newest 50 of a repo", "SELECT * FROM build WHERE repo=3 ORDER BY num DESC LIMIT 50");
    q("keyset page, middle",
      "SELECT * FROM build WHERE id<" + std::to_string(n / 2) + " ORDER BY id DESC LIMIT 50");
    q("OFFSET page, middle",
      "SELECT * FROM build ORDER BY id DESC LIMIT 50 OFFSET " + std::to_string(n / 2));
    q("counts by state (scan)", "SELECT state,count(*) FROM build GROUP BY state");
    sqlite3_close(d);
    for (auto s : {"", "-wal", "-shm"}) unlink((f + s).c_str());
}
