#pragma once
// The texts of an XML answer (the query protocol's), by the path of their elements. Pure.

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::aws {

class Texts {
  public:
    /// The first text whose path ends with `path`, "Credentials/AccessKeyId" say; empty where there
    /// is none.
    std::string find(std::string_view path) const;

    /// All of them, in no order that matters.
    std::vector<std::string> list(std::string_view path) const;

    void add(std::string path, std::string text);

  private:
    std::multimap<std::string, std::string> texts_;
};

/// Code::invalid for what is no XML.
Result<Texts> read_texts(std::string_view xml);

}  // namespace triphammer::aws
