#pragma once
// Prometheus' text format 0.0.4: every metric with its HELP and TYPE before its samples.
// https://prometheus.io/docs/instrumenting/exposition_formats/

#include "base/histogram.hpp"

#include <map>
#include <string>
#include <string_view>

namespace triphammer::api {

/// What a metric is called and what it says. Names end in their unit, those of counters in _total.
struct MetricName {
    std::string_view name;
    std::string_view help;  // one line
};

class MetricsText {
  public:
    void gauge(const MetricName& metric, double value);
    void counter(const MetricName& metric, double value);
    /// One sample for each entry, told apart by `label`.
    void gauges(
        const MetricName& metric,
        std::string_view label,
        const std::map<std::string, double>& values
    );
    void histogram(const MetricName& metric, const Histogram& histogram);

    const std::string& text() const { return text_; }

  private:
    void begin(const MetricName& metric, std::string_view type);
    void sample(std::string_view name, std::string_view labels, double value);

    std::string text_;
};

}  // namespace triphammer::api
