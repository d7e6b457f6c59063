#include "simulation/sim_launcher.hpp"

namespace triphammer::simulation {

namespace {

launcher::Reply reply_of(const char* kind, std::int64_t fence) {
    launcher::Reply reply;
    reply.kind = kind;
    reply.fence = fence;
    return reply;
}

}  // namespace

std::shared_ptr<LauncherLink> Launcher::accept() {
    if (link_) link_->is_open = false;
    link_ = std::make_shared<LauncherLink>();
    return link_;
}

void Launcher::serve(bool dies_in_middle) {
    const auto request = std::move(link_->requests.front());
    link_->requests.pop_front();
    launcher::Reply reply;
    switch (request.action) {
        case launcher::Action::start:
            reply = start(request, dies_in_middle);
            break;
        case launcher::Action::list:
            reply = list();
            break;
        case launcher::Action::stop:
            if (is_running(request.fence)) dying_.insert(request.fence);
            reply = reply_of("stopped", request.fence);
            break;
        case launcher::Action::sweep:
            reply = sweep(request.fence);
            break;
    }
    if (dies_in_middle) return crash();
    link_->replies.push_back(std::move(reply));
}

launcher::Reply Launcher::start(const launcher::Request& request, bool dies_in_middle) {
    const auto fence = request.fence;
    if (!folders_.insert(fence).second) return reply_of("exists", fence);
    // Between the folder and the process.
    if (dies_in_middle && context_.dice.once_in(2)) return {};
    context_.note("launcher starts " + std::to_string(fence));
    context_.disk.spools[fence].clear();
    runners_[fence] = std::make_unique<Runner>(context_, fence, request.token);
    children_.insert(fence);
    return reply_of("started", fence);
}

launcher::Reply Launcher::list() const {
    auto reply = reply_of("list", 0);
    for (const auto fence : folders_) {
        launcher::AttemptInfo info;
        info.fence = fence;
        info.alive = is_running(fence);
        if (info.alive && context_.plant == Plant::silence_is_death) {
            info.alive = runners_.at(fence)->wire() != nullptr;
        }
        reply.attempts.push_back(info);
    }
    return reply;
}

launcher::Reply Launcher::sweep(std::int64_t fence) {
    if (is_running(fence)) {
        dying_.insert(fence);
        return reply_of("refused", fence);
    }
    folders_.erase(fence);
    context_.outside.objects.erase(fence);
    context_.disk.spools.erase(fence);
    return reply_of("swept", fence);
}

bool Launcher::is_running(std::int64_t fence) const {
    const auto found = runners_.find(fence);
    return found != runners_.end() && found->second->is_alive();
}

void Launcher::crash() {
    context_.note("launcher dies");
    ++context_.tally["launcher died"];
    is_alive_ = false;
    children_.clear();
    if (link_) link_->is_open = false;
    link_.reset();
}

void Launcher::on_runner_gone(std::int64_t fence) {
    dying_.erase(fence);
    if (children_.erase(fence) == 0 || !link_ || context_.dice.once_in(4)) return;
    auto hint = reply_of("ended", fence);
    hint.is_event = true;
    link_->replies.push_back(std::move(hint));
}

}  // namespace triphammer::simulation
