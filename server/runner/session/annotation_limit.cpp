#include "runner/session/annotation_limit.hpp"

#include <map>
#include <string>

namespace triphammer::runner {

namespace {

constexpr int kMostOfALevel = 10;

}  // namespace

std::size_t AnnotationLimit::apply(std::vector<protocol::Annotation>& of_step) {
    std::map<std::string, int> of_level;
    return std::erase_if(of_step, [&](const protocol::Annotation& one) {
        auto& count = of_level[one.level];
        if (left_ == 0 || count == kMostOfALevel) return true;
        ++count;
        --left_;
        return false;
    });
}

}  // namespace triphammer::runner
