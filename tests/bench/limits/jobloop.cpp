// usage: jobloop DIR JOBS WORKERS SHELL(0|1)   the least a durable no-op job can cost: queue JOBS
// rows (one commit), then each worker: UPDATE running (commit, FULL) -> posix_spawn (/bin/sh -c
// 'echo hi' or /bin/echo hi) -> pipe to EOF -> log file -> UPDATE done. One SQLite writer thread,
// group commit; jobs/s and trigger->first byte for a lone job.
#include <sqlite3.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "common.h"
extern char** environ;

struct Db {
    sqlite3* d;
    std::mutex m;
    std::condition_variable cv;
    std::vector<std::pair<std::string, std::promise<void>>> q;
    bool stop = false;
    std::thread th;
    long commits = 0;

    void ex(const char* s) {
        char* e = nullptr;
        if (sqlite3_exec(d, s, nullptr, nullptr, &e)) {
            fprintf(stderr, "%s: %s\n", s, e);
            _exit(1);
        }
    }

    explicit Db(const std::string& f) {
        for (auto s : {"", "-wal", "-shm"}) unlink((f + s).c_str());
        sqlite3_open(f.c_str(), &d);
        ex("PRAGMA journal_mode=WAL");
        ex("PRAGMA synchronous=FULL");
        ex("CREATE TABLE job(id INTEGER PRIMARY KEY, name TEXT, state TEXT, q INT, s INT, f INT, "
           "code INT)");
        ex("CREATE INDEX js ON job(state,id)");
        th = std::thread([this] { loop(); });
    }

    void loop() {
        decltype(q) w;
        for (;;) {
            {
                std::unique_lock l(m);
                cv.wait(l, [&] { return stop || !q.empty(); });
                if (q.empty()) return;
                w.swap(q);
            }
            ex("BEGIN IMMEDIATE");
            for (auto& x : w) ex(x.first.c_str());
            ex("COMMIT");
            commits++;
            for (auto& x : w) x.second.set_value();
            w.clear();
        }
    }

    std::future<void> go(std::string s) {
        std::promise<void> p;
        auto f = p.get_future();
        {
            std::lock_guard l(m);
            q.emplace_back(std::move(s), std::move(p));
        }
        cv.notify_one();
        return f;
    }

    ~Db() {
        {
            std::lock_guard l(m);
            stop = true;
        }
        cv.notify_one();
        th.join();
        sqlite3_close(d);
    }
};

int main(int c, char** v) {
    if (c < 5) return 2;
    std::string dir = std::string(v[1]) + "/jl";
    mkdir(dir.c_str(), 0700);
    int n = atoi(v[2]), nw = atoi(v[3]);
    bool sh = atoi(v[4]);
    {
        Db db(dir + "/j.db");
        auto job = [&](int id, double* first) {
            db.go("UPDATE job SET state='running',s=1 WHERE id=" + std::to_string(id)).get();
            int p[2];
            if (pipe2(p, O_CLOEXEC)) _exit(1);
            posix_spawn_file_actions_t fa;
            posix_spawn_file_actions_init(&fa);
            posix_spawn_file_actions_adddup2(&fa, p[1], 1);
            posix_spawn_file_actions_adddup2(&fa, p[1], 2);
            char* a1[] = {(char*)"/bin/sh", (char*)"-c", (char*)"echo hi", nullptr};
            char* a2[] = {(char*)"/bin/echo", (char*)"hi", nullptr};
            char** a = sh ? a1 : a2;
            pid_t pid;
            if (posix_spawn(&pid, a[0], &fa, nullptr, a, environ)) _exit(1);
            posix_spawn_file_actions_destroy(&fa);
            close(p[1]);
            std::string log = dir + "/" + std::to_string(id) + ".log";
            int fd = open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
            char b[65536];
            ssize_t k;
            bool f1 = true;
            while ((k = read(p[0], b, sizeof b)) > 0) {
                if (f1 && first) {
                    *first = now();
                    f1 = false;
                }
                if (write(fd, b, k) != k) _exit(1);
            }
            close(p[0]);
            close(fd);
            int st;
            waitpid(pid, &st, 0);
            db.go("UPDATE job SET state='done',f=1,code=0 WHERE id=" + std::to_string(id)).get();
            unlink(log.c_str());
        };
        std::vector<double> rate, lat, wall;
        int base = 0;
        for (int r = 0; r < 5; r++) {
            double t = now();
            std::vector<std::future<void>> fs;
            for (int i = 0; i < n; i++)
                fs.push_back(db.go(
                    "INSERT INTO job(id,name,state,q) VALUES(" + std::to_string(base + i) +
                    ",'noop','queued',1)"
                ));
            for (auto& f : fs) f.get();
            std::atomic<int> next{0};
            std::vector<std::thread> th;
            for (int w = 0; w < nw; w++)
                th.emplace_back([&] {
                    for (int i; (i = next++) < n;) job(base + i, nullptr);
                });
            for (auto& x : th) x.join();
            rate.push_back(n / (now() - t));
            base += n;
        }
        for (int i = 0; i < 50; i++) {
            double t = now(), f = 0;
            db.go("INSERT INTO job(id,name,state,q) VALUES(" + std::to_string(base) +
                  ",'noop','queued',1)")
                .get();
            job(base++, &f);
            lat.push_back((f - t) * 1e3);
            wall.push_back((now() - t) * 1e3);
        }
        printf(
            "workers=%d %s jobs/s=%.0f trigger->first byte p50=%.2f ms p99=%.2f, wall p50=%.2f ms, "
            "commits=%ld\n",
            nw,
            sh ? "sh -c" : "echo",
            pct(rate, .5),
            pct(lat, .5),
            pct(lat, .99),
            pct(wall, .5),
            db.commits
        );
    }
    for (auto s : {"", "-wal", "-shm"}) unlink((dir + "/j.db" + s).c_str());
    rmdir(dir.c_str());
}
