#pragma once

#include "base/file.hpp"
#include "base/secret.hpp"
#include "base/thread.hpp"
#include "github/signature.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::intake {

/// A large body whose signature is checked while it arrives: it lies in an unnamed file and not in
/// memory until it has proved to be signed. Hashing and writing happen on `hashing`.
class BodySpool {
  public:
    BodySpool(
        NamedThread& hashing, std::filesystem::path folder, const std::vector<Secret>& secrets
    );

    /// To the body's end. Errors of the reader, and of the disk.
    Task<Result<>> take(http::BodyReader& reader);

    bool matches(std::string_view signature) const;

    std::uint64_t size() const { return size_; }

    /// The body, in memory.
    Task<Result<std::string>> load();

  private:
    Task<Result<>> flush();
    Result<> hash_and_write();
    Result<std::string> read_back();

    NamedThread& hashing_;
    std::filesystem::path folder_;
    std::vector<github::SignatureStream> signatures_;
    FileDescriptor file_;  // not open while everything fits into one block
    std::string block_;
    std::uint64_t size_ = 0;
};

}  // namespace triphammer::intake
