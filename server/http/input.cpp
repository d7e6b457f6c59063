#include "http/input.hpp"

#include <algorithm>
#include <cstring>

namespace triphammer::http {

Input::Input(Stream& stream, std::size_t capacity)
    : stream_{stream},
      capacity_{capacity},
      storage_{std::make_unique_for_overwrite<char[]>(capacity)} {}

void Input::consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
}

std::string Input::take_all() {
    std::string all{bytes()};
    begin_ = end_ = 0;
    return all;
}

Task<Result<std::size_t>> Input::fill() {
    if (begin_ > 0) {
        std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const std::span<char> space{storage_.get() + end_, capacity_ - end_};
    auto count = co_await stream_.read_some(space);
    if (count) end_ += *count;
    co_return count;
}

BodyInput::BodyInput(Input& input, BodyEnd end, std::uint64_t length, std::uint64_t limit)
    : input_{input}, end_{end}, left_{length}, limit_{limit} {
    done_ = end == BodyEnd::none || (end == BodyEnd::length && length == 0);
}

Task<Result<std::string>> BodyInput::read() {
    while (!done_) {
        auto ready = co_await wait_for_bytes();
        if (!ready) co_return ready.error();
        if (done_) break;
        auto piece = take();
        if (!piece || !piece->empty()) co_return piece;
    }
    co_return std::string{};
}

Task<Result<>> BodyInput::wait_for_bytes() {
    if (!input_.bytes().empty()) co_return Result<>{};
    auto count = co_await input_.fill();
    if (!count) co_return count.error();
    if (on_bytes_) on_bytes_(*count);
    if (*count > 0) co_return Result<>{};
    if (end_ != BodyEnd::close) co_return Error{Code::io, "the body ended too early"};
    done_ = true;
    co_return Result<>{};
}

Result<std::string> BodyInput::take() {
    if (end_ == BodyEnd::length && left_ > limit_) return Error{Code::too_large, "body too large"};
    auto piece = end_ == BodyEnd::chunked  ? take_chunked()
                 : end_ == BodyEnd::length ? Result<std::string>{take_plain(left_)}
                                           : Result<std::string>{take_plain(UINT64_MAX)};
    if (!piece) return piece;
    if (piece->size() > limit_) return Error{Code::too_large, "body too large"};
    limit_ -= piece->size();
    if (end_ == BodyEnd::length) {
        left_ -= piece->size();
        done_ = left_ == 0;
    }
    return piece;
}

Result<std::string> BodyInput::take_chunked() {
    std::string piece;
    auto used = chunks_.feed(input_.bytes(), piece);
    if (!used) return Error{Code::protocol, used.error().message};
    input_.consume(*used);
    done_ = chunks_.is_done();
    return piece;
}

std::string BodyInput::take_plain(std::uint64_t most) {
    const auto bytes = input_.bytes();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes.size()));
    std::string piece{bytes.substr(0, count)};
    input_.consume(count);
    return piece;
}

Task<Result<std::string>> read_all(BodyInput& body) {
    std::string all;
    while (!body.is_done()) {
        auto piece = co_await body.read();
        if (!piece) co_return piece.error();
        if (all.empty()) {
            all = std::move(*piece);
        } else {
            all += *piece;
        }
    }
    co_return all;
}

}  // namespace triphammer::http
