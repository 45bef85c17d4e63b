#include "base/clock.hpp"

#include <fmt/format.h>

namespace rapport {
namespace {

/// Takes pieces of known form off the front of a text; after the first that is missing everything is wrong.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : rest_(text) {}

  bool is_next(std::string_view any_of) const {
    return !rest_.empty() && any_of.find(rest_.front()) != std::string_view::npos;
  }
  char take(std::string_view any_of) {
    right_ = right_ && is_next(any_of);
    if (!right_) return '\0';
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }
  int number(int digits, int most) {
    int value = 0;
    for (int i = 0; i < digits; ++i) value = 10 * value + (take("0123456789") - '0');
    right_ = right_ && value <= most;
    return right_ ? value : 0;
  }
  std::chrono::microseconds fraction() {
    std::int64_t micros = 0;
    std::int64_t unit = 1'000'000;
    do {
      unit /= 10;
      micros += unit * (take("0123456789") - '0');
    } while (right_ && is_next("0123456789"));
    return std::chrono::microseconds(micros);
  }
  bool is_whole() const { return right_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool right_ = true;
};

void add_digits(std::string& text, std::size_t count, std::int64_t number) {
  text.append(count, '0');
  for (auto digit = text.rbegin(); number > 0; ++digit, number /= 10) *digit = static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<Time> from_rfc3339(std::string_view text) {
  Pieces pieces(text);
  const std::chrono::year year(pieces.number(4, 9999));
  pieces.take("-");
  const std::chrono::month month(static_cast<unsigned>(pieces.number(2, 12)));
  pieces.take("-");
  const std::chrono::day day(static_cast<unsigned>(pieces.number(2, 31)));
  pieces.take("Tt ");
  const std::chrono::hours hours(pieces.number(2, 23));
  pieces.take(":");
  const std::chrono::minutes minutes(pieces.number(2, 59));
  pieces.take(":");
  const std::chrono::seconds seconds(pieces.number(2, 60));
  std::chrono::microseconds fraction{0};
  if (pieces.is_next(".")) {
    pieces.take(".");
    fraction = pieces.fraction();
  }
  std::chrono::minutes offset{0};
  const char zone = pieces.take("Zz+-");
  if (zone == '+' || zone == '-') {
    offset = std::chrono::hours(pieces.number(2, 23));
    pieces.take(":");
    offset += std::chrono::minutes(pieces.number(2, 59));
  }
  const std::chrono::year_month_day date(year, month, day);
  if (!pieces.is_whole() || !date.ok()) return std::nullopt;
  const Time local = std::chrono::sys_days(date) + hours + minutes + seconds + fraction;
  return zone == '-' ? local + offset : local - offset;
}

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - day).count();
  // By hand: large lists are full of times, and a general format costs several times as much.
  std::string text = fmt::format_int(static_cast<int>(date.year())).str();
  if (text.size() < 4) text.insert(0, 4 - text.size(), '0');
  text += '-';
  add_digits(text, 2, static_cast<unsigned>(date.month()));
  text += '-';
  add_digits(text, 2, static_cast<unsigned>(date.day()));
  text += 'T';
  add_digits(text, 2, millis / 3'600'000);
  text += ':';
  add_digits(text, 2, millis / 60'000 % 60);
  text += ':';
  add_digits(text, 2, millis / 1'000 % 60);
  text += '.';
  add_digits(text, 3, millis % 1'000);
  text += 'Z';
  return text;
}

}  // namespace rapport
