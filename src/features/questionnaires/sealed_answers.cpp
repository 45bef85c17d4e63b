#include "features/questionnaires/sealed_answers.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace rapport::questionnaires {
namespace {

/// Takes pieces off the front of a text; after the first that is missing everything is wrong.
class Front {
 public:
  explicit Front(std::string_view text) : rest_(text) {}

  bool is_next(std::string_view piece) const { return right_ && rest_.starts_with(piece); }
  void take(std::string_view piece) {
    right_ = is_next(piece);
    if (right_) rest_.remove_prefix(piece.size());
  }
  /// With its quotation marks.
  std::string text() {
    take("\"");
    const auto end = right_ ? rest_.find_first_of("\"\\") : std::string_view::npos;
    right_ = end != std::string_view::npos && rest_[end] == '"';
    if (!right_) return {};
    std::string taken(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return taken;
  }
  double number() {
    double value = 0;
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    right_ = right_ && problem == std::errc() && std::isfinite(value);
    if (right_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  bool is_whole() const { return right_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool right_ = true;
};

ItemAnswer take_answer(Front& front) {
  ItemAnswer answer;
  front.take("{\"item\":");
  answer.item = front.text();
  front.take(",\"value\":");
  answer.value = front.number();
  front.take("}");
  return answer;
}

}  // namespace

std::optional<Answers> read_as_written(std::string_view text) {
  Front front(text);
  Answers read;
  front.take("{\"language\":");
  read.language = front.text();
  front.take(",\"answers\":[");
  if (!front.is_next("]")) read.answers.push_back(take_answer(front));
  while (front.is_next(",")) {
    front.take(",");
    read.answers.push_back(take_answer(front));
  }
  front.take("]}");
  if (!front.is_whole()) return std::nullopt;
  return read;
}

}  // namespace rapport::questionnaires
