#include "api/server/metrics_text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::api;

TEST(MetricsText, SaysWhatAMetricIsBeforeItsValue) {
    MetricsText text;

    text.gauge({"files", "Open files."}, 12);
    text.counter({"requests_total", "Requests."}, 12'345'678'901.0);

    EXPECT_EQ(
        text.text(),
        "# HELP files Open files.\n# TYPE files gauge\nfiles 12\n"
        "# HELP requests_total Requests.\n# TYPE requests_total counter\n"
        "requests_total 12345678901\n"
    );
}

TEST(MetricsText, TellsSamplesOfOneMetricApartByALabel) {
    MetricsText text;

    text.gauges({"jobs", "Jobs."}, "state", {{"queued", 3}, {"running", 0}});

    EXPECT_EQ(
        text.text(),
        "# HELP jobs Jobs.\n# TYPE jobs gauge\n"
        "jobs{state=\"queued\"} 3\njobs{state=\"running\"} 0\n"
    );
}

TEST(MetricsText, AddsTheBucketsOfAHistogramUp) {
    Histogram histogram{{0.005, 1}};
    histogram.add(0.001, 2, 0.002);
    histogram.add(0.5, 1, 0.5);
    histogram.add(9, 1, 9);
    MetricsText text;

    text.histogram({"wait_seconds", "Waits."}, histogram);

    EXPECT_EQ(
        text.text(),
        "# HELP wait_seconds Waits.\n# TYPE wait_seconds histogram\n"
        "wait_seconds_bucket{le=\"0.005\"} 2\nwait_seconds_bucket{le=\"1\"} 3\n"
        "wait_seconds_bucket{le=\"+Inf\"} 4\nwait_seconds_sum 9.502\nwait_seconds_count 4\n"
    );
}
