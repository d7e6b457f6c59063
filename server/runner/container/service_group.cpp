#include "runner/container/service_group.hpp"

#include "base/deadline.hpp"

#include <set>

namespace triphammer::runner {

namespace {

/// A removed container's stream ends at once.
constexpr std::chrono::seconds kLastOutput{5};
/// Where the engine's own choice begins as well.
constexpr std::uint16_t kFirstChosenPort = 32768;

/// For ports that the file leaves open: the container's own number, while nobody else has it.
void choose_ports(std::vector<ContainerPlan>& plans) {
    std::set<std::uint16_t> taken;
    for (const auto& plan : plans) {
        for (const auto& port : plan.spec.ports) taken.insert(port.host_port);
    }
    for (auto& plan : plans) {
        for (auto& port : plan.spec.ports) {
            if (port.host_port != 0) continue;
            port.host_port = port.container_port;
            auto next = kFirstChosenPort;
            while (!taken.insert(port.host_port).second) port.host_port = next++;
        }
    }
}

}  // namespace

Result<> ServiceGroup::plan(Reach reach) {
    auto plans = make_service_plans(session_);
    if (!plans) return plans.error();
    if (reach == Reach::localhost || reach == Reach::own) choose_ports(*plans);
    int step = kFirstServiceStep;
    for (auto& plan : *plans) {
        services_.push_back(
            std::make_unique<Service>(session_, place_, std::move(plan), step++, reach)
        );
    }
    return {};
}

std::vector<std::uint16_t> ServiceGroup::fixed_ports() const {
    std::vector<std::uint16_t> out;
    for (const auto& service : services_) {
        for (const auto& port : service->ports()) {
            if (port.host_port != 0) out.push_back(port.host_port);
        }
    }
    return out;
}

std::vector<Task<Result<>>> ServiceGroup::makes() {
    std::vector<Task<Result<>>> out;
    for (auto& service : services_) out.push_back(service->make());
    return out;
}

std::vector<Task<Result<>>> ServiceGroup::starts(const Executor& executor) {
    logs_.emplace(executor, nullptr);
    std::vector<Task<Result<>>> out;
    for (auto& service : services_) out.push_back(service->start(*logs_));
    return out;
}

Task<> ServiceGroup::look_back() {
    for (auto& service : services_) {
        auto looking = service->look_back();
        co_await std::move(looking);
    }
}

Task<> ServiceGroup::finish() {
    if (logs_) {
        auto joining = finish_within(logs_->join(), kLastOutput);
        co_await std::move(joining);
        auto stopping = logs_->stop();
        co_await std::move(stopping);
    }
    for (auto& service : services_) {
        auto finishing = service->finish();
        co_await std::move(finishing);
    }
}

std::vector<JobPlace::Service> ServiceGroup::facts() const {
    std::vector<JobPlace::Service> out;
    for (const auto& service : services_) out.push_back(service->facts());
    return out;
}

std::vector<PortWay> ServiceGroup::ways() const {
    std::vector<PortWay> out;
    for (const auto& service : services_) {
        for (const auto& way : service->ways()) out.push_back(way);
    }
    return out;
}

std::vector<std::string> ServiceGroup::leads() const {
    std::vector<std::string> out;
    for (const auto& service : services_) {
        for (auto& lead : service->leads()) out.push_back(std::move(lead));
    }
    return out;
}

}  // namespace triphammer::runner
