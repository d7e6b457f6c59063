#include "api/server/metrics_text.hpp"

#include <cstdio>

namespace triphammer::api {

namespace {

/// As short as it can be read back; whole numbers without an exponent.
std::string number_text(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.15g", value);
    return text;
}

/// Values of labels are names of ours: nothing in them needs an escape.
std::string label_text(std::string_view label, std::string_view value) {
    return "{" + std::string{label} + "=\"" + std::string{value} + "\"}";
}

}  // namespace

void MetricsText::gauge(const MetricName& metric, double value) {
    begin(metric, "gauge");
    sample(metric.name, "", value);
}

void MetricsText::counter(const MetricName& metric, double value) {
    begin(metric, "counter");
    sample(metric.name, "", value);
}

void MetricsText::gauges(
    const MetricName& metric, std::string_view label, const std::map<std::string, double>& values
) {
    begin(metric, "gauge");
    for (const auto& [name, value] : values) sample(metric.name, label_text(label, name), value);
}

void MetricsText::histogram(const MetricName& metric, const Histogram& histogram) {
    begin(metric, "histogram");
    const auto bucket = std::string{metric.name} + "_bucket";
    double seen = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        const bool is_last = i == histogram.bounds().size();
        const auto bound = is_last ? "+Inf" : number_text(histogram.bounds()[i]);
        seen += static_cast<double>(histogram.counts()[i]);
        sample(bucket, label_text("le", bound), seen);
    }
    sample(std::string{metric.name} + "_sum", "", histogram.sum());
    sample(std::string{metric.name} + "_count", "", seen);
}

void MetricsText::begin(const MetricName& metric, std::string_view type) {
    const std::string name{metric.name};
    text_ += "# HELP " + name + " " + std::string{metric.help} + "\n";
    text_ += "# TYPE " + name + " " + std::string{type} + "\n";
}

void MetricsText::sample(std::string_view name, std::string_view labels, double value) {
    text_ += std::string{name} + std::string{labels} + " " + number_text(value) + "\n";
}

}  // namespace triphammer::api
