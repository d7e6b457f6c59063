#include "app/process_metrics.hpp"

#include "api/server/metrics_text.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace triphammer::app {

namespace {

double resident_bytes() {
    const auto text = read_file("/proc/self/statm", 4096);
    if (!text) return 0;
    const auto fields = split(*text, ' ');
    if (fields.size() < 2) return 0;
    return static_cast<double>(parse_integer(fields[1]).value_or(0) * ::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
    auto* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return 0;
    int count = -3;  // ".", ".." and the folder's own
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
}

double most_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void append_process_metrics(api::MetricsText& out) {
    out.gauge({"process_resident_memory_bytes", "Memory in use."}, resident_bytes());
    out.gauge({"process_open_fds", "Open file descriptors."}, open_descriptors());
    out.gauge({"process_max_fds", "File descriptors it may open."}, most_descriptors());
    out.counter({"process_cpu_seconds_total", "Processor time used."}, processor_seconds());
}

void append_disk_metrics(
    api::MetricsText& out, const DiskGuard& disk, const std::string& pause_reason
) {
    const auto now = disk.measure();
    out.gauges(
        {"triphammer_disk_free_bytes", "Free bytes of a folder's file system."},
        "folder",
        {{"data", static_cast<double>(now.free_in_data)},
         {"run", static_cast<double>(now.free_in_run)}}
    );
    out.gauge(
        {"triphammer_disk_low_water_bytes", "With less in data no job starts."},
        static_cast<double>(now.mark)
    );
    out.gauge(
        {"triphammer_disk_reserve_bytes", "Kept for deliveries; 0: used up."},
        static_cast<double>(now.reserve)
    );
    out.gauge(
        {"triphammer_dispatch_paused", "1: no job starts, for want of disk or launcher."},
        pause_reason.empty() ? 0 : 1
    );
}

}  // namespace triphammer::app
