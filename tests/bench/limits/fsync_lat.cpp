// usage: fsync_lat DIR BYTES SECONDS [prealloc]   append BYTES then fdatasync; prealloc: overwrite
// in place
#include <fcntl.h>
#include <unistd.h>

#include "common.h"

int main(int c, char** v) {
    if (c < 4) return 2;
    std::string f = std::string(v[1]) + "/probe_fs.dat";
    size_t n = atol(v[2]);
    double secs = atof(v[3]);
    bool pre = c > 4;
    int fd = open(f.c_str(), O_CREAT | O_TRUNC | O_RDWR, 0600);
    std::string buf(n, 'x');
    size_t cap = 256u << 20;
    if (pre) {
        std::string z(1 << 20, 0);
        for (size_t i = 0; i < cap; i += z.size())
            if (write(fd, z.data(), z.size()) < 0) return 1;
        fsync(fd);
    }
    off_t o = 0;
    std::vector<double> lat;
    double t0 = now(), t1 = t0;
    while (t1 - t0 < secs) {
        double s = now();
        if (pre && o + n > cap) o = 0;
        if (pwrite(fd, buf.data(), n, o) != (ssize_t)n || fdatasync(fd)) return 1;
        o += n;
        t1 = now();
        lat.push_back((t1 - s) * 1e6);
    }
    double mx = *std::max_element(lat.begin(), lat.end()), k = lat.size();
    printf(
        "%s bytes=%zu syncs/s=%.0f p50us=%.0f p99us=%.0f maxus=%.0f MB/s=%.1f\n",
        pre ? "overwrite" : "append",
        n,
        k / (t1 - t0),
        pct(lat, .5),
        pct(lat, .99),
        mx,
        k * n / 1e6 / (t1 - t0)
    );
    unlink(f.c_str());
}
