#pragma once
// The ready-made workflows of pipelines/, embedded: what the editor offers to begin with.

#include <span>
#include <string_view>

namespace triphammer::api {

struct TemplateEntry {
    std::string_view name;
    std::string_view description;  // the file's first comment
    std::string_view text;
};

std::span<const TemplateEntry> templates();

}  // namespace triphammer::api
