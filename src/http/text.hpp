#pragma once
/// @file Text<Min, Max>: a string that came from outside and is known to be fit for storing and showing:
/// well-formed UTF-8, Min to Max code points, no control characters but newline, tab and carriage return; unless it may
/// be empty, not of blanks and invisible characters alone.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace rapport::http {

/// What is wrong with the text, as a sentence; nothing if it is right. Lengths are code points.
std::optional<std::string> text_mistake(std::string_view text, std::size_t min, std::size_t max);

template <std::size_t Min, std::size_t Max>
class Text {
 public:
  static_assert(Min <= Max);
  static constexpr std::size_t min_length = Min;
  static constexpr std::size_t max_length = Max;

  Text() = default;
  /// What fits into narrower bounds fits into these.
  template <std::size_t OtherMin, std::size_t OtherMax>
    requires(OtherMin >= Min && OtherMax <= Max && (OtherMin != Min || OtherMax != Max))
  Text(const Text<OtherMin, OtherMax>& narrower) : text_(narrower.str()) {}
  /// The error is `invalid` with the code "text.invalid".
  static Result<Text> from(std::string text) {
    if (auto mistake = text_mistake(text, Min, Max)) return fail(invalid("text.invalid", std::move(*mistake)));
    Text made;
    made.text_ = std::move(text);
    return made;
  }
  const std::string& str() const { return text_; }
  std::string take() && { return std::move(text_); }
  bool operator==(const Text&) const = default;

 private:
  std::string text_;
};

}  // namespace rapport::http
