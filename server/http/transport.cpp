#include "http/transport.hpp"

#include <algorithm>

namespace triphammer::http {

namespace {

class PrefixedStream final : public Stream {
  public:
    PrefixedStream(std::string prefix, std::unique_ptr<Stream> rest)
        : prefix_{std::move(prefix)}, rest_{std::move(rest)} {}

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        if (taken_ == prefix_.size()) co_return co_await rest_->read_some(into);
        const auto count = std::min(into.size(), prefix_.size() - taken_);
        std::copy_n(prefix_.data() + taken_, count, into.data());
        taken_ += count;
        co_return count;
    }

    Task<Result<>> write(std::string_view bytes) override { return rest_->write(bytes); }

    Task<Result<>> send_file(int file, std::uint64_t offset, std::uint64_t length) override {
        return rest_->send_file(file, offset, length);
    }

    Task<Result<>> shutdown() override { return rest_->shutdown(); }

    void close() override { rest_->close(); }

  private:
    std::string prefix_;
    std::size_t taken_ = 0;
    std::unique_ptr<Stream> rest_;
};

}  // namespace

std::unique_ptr<Stream> put_back(std::string bytes, std::unique_ptr<Stream> stream) {
    if (bytes.empty()) return stream;
    return std::make_unique<PrefixedStream>(std::move(bytes), std::move(stream));
}

}  // namespace triphammer::http
