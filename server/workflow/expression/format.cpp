#include "workflow/expression/format.hpp"

#include "base/text.hpp"

namespace triphammer::workflow::expression {

namespace {

class Formatter {
  public:
    Formatter(const std::vector<Value>& arguments, Budget& budget)
        : arguments_(arguments), budget_(budget), pattern_(arguments[0].to_text()) {}

    Result<std::string> run() {
        while (at_ < pattern_.size() && !failure_) {
            const char c = pattern_[at_];
            if ((c == '{' || c == '}') && at_ + 1 < pattern_.size() && pattern_[at_ + 1] == c) {
                put(std::string_view{&c, 1}, 2);
            } else if (c == '{') {
                replace();
            } else if (c == '}') {
                fail("'}' alone (a brace is written '}}')");
            } else {
                put(std::string_view{&c, 1}, 1);
            }
        }
        if (failure_) return *failure_;
        return std::move(out_);
    }

  private:
    void replace() {
        const auto end = pattern_.find('}', at_);
        if (end == std::string::npos) return fail("'{' without '}' (a brace is written '{{')");
        const auto inside = std::string_view{pattern_}.substr(at_ + 1, end - at_ - 1);
        const auto number = parse_integer(inside);
        if (!number) return fail("'{" + std::string{inside} + "}' is not {N}");
        const auto index = static_cast<std::size_t>(*number);
        if (index >= arguments_.size() - 1) {
            return fail("{" + std::string{inside} + "} has no value: " + given_text());
        }
        put(arguments_[index + 1].to_text(), end + 1 - at_);
    }

    std::string given_text() const {
        const auto count = arguments_.size() - 1;
        return std::to_string(count) + (count == 1 ? " was given" : " were given");
    }

    void put(std::string_view text, std::size_t consumed) {
        if (!budget_.spend(text.size())) {
            failure_ = invalid("the expression works on too much text (limit 32 MB)");
        }
        out_ += text;
        at_ += consumed;
    }

    void fail(const std::string& what) {
        failure_ = invalid("format: " + what + ", at character " + std::to_string(at_ + 1));
    }

    const std::vector<Value>& arguments_;
    Budget& budget_;
    std::string pattern_;
    std::size_t at_ = 0;
    std::string out_;
    std::optional<Error> failure_;
};

}  // namespace

Result<std::string> format_text(const std::vector<Value>& arguments, Budget& budget) {
    Formatter formatter{arguments, budget};
    return formatter.run();
}

}  // namespace triphammer::workflow::expression
