#include "features/closing_account/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "measures/json_fields.hpp"
#include "retention_files.hpp"

namespace rapport::closing_account {
namespace {

using measures::Fields;
using std::chrono::sys_days;

constexpr std::size_t kMostCountries = 300;
constexpr double kMostYears = 100;

std::optional<sys_days> day_of(std::string_view text) {
  const auto time = text.size() == 10 ? from_rfc3339(fmt::format("{}T00:00:00Z", text)) : std::nullopt;
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

/// So many years later; what has no such day, 29 February, is the day after.
sys_days years_after(sys_days day, int years) {
  const auto later = std::chrono::year_month_day(day) + std::chrono::years(years);
  return later.ok() ? sys_days(later) : sys_days(later.year() / std::chrono::March / 1);
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Period read_period(Fields& fields, sys_days today) {
  fields.refuse_all_but({"country", "years", "law", "binds", "binds_de", "source", "seen", "review_by"});
  Period made;
  made.country = fields.text("country");
  const auto wrong = [&](std::string_view key, std::string_view what) {
    fields.wrong(key, fmt::format("{}: {}.", made.country, what));
  };
  if (!is_country(made.country)) wrong("country", "give two capital letters (ISO 3166)");
  const auto years = fields.number("years");
  if (!(years >= 1 && years <= kMostYears) || years != static_cast<int>(years)) {
    wrong("years", "give a whole number from 1 to 100");
  } else {
    made.years = static_cast<int>(years);
  }
  made.law = fields.text("law");
  made.binds = fields.text("binds");
  made.binds_de = fields.text("binds_de");
  made.source = fields.text("source");
  if (!made.source.starts_with("https://")) wrong("source", "give the address of the page on which it was seen");
  made.seen = fields.text("seen");
  made.review_by = fields.text("review_by");
  const auto seen = day_of(made.seen);
  const auto review = day_of(made.review_by);
  if (!seen || *seen > today) wrong("seen", "give the day on which it was seen, YYYY-MM-DD");
  if (!review) wrong("review_by", "give the day by which it is to be seen again, YYYY-MM-DD");
  if (seen && review && (*review <= *seen || *review > years_after(*seen, 1)))
    wrong("review_by", "this must be after it was seen, by at most twelve months");
  return made;
}

}  // namespace

Result<std::vector<Period>> read_periods(std::string_view text, sys_days today) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  Fields file(document, "", mistakes);
  file.refuse_all_but({"about", "countries"});
  std::vector<Period> found;
  for (auto& fields : file.objects("countries", kMostCountries)) {
    auto period = read_period(fields, today);
    const auto is_it = [&](const Period& one) { return one.country == period.country; };
    if (std::any_of(found.begin(), found.end(), is_it)) fields.wrong("country", "This country is in the file twice.");
    found.push_back(std::move(period));
  }
  if (!mistakes.none()) return fail(mistakes.error("retention.file", text));
  return found;
}

std::string_view shipped_periods_text() {
  return retention_files().front().content;
}

std::optional<Period> period_of(std::string_view country) {
  // A computer whose clock is wrong must keep records all the same: whether a day is to come is asked by the tests.
  const auto shipped = read_periods(shipped_periods_text(), sys_days::max());
  if (!shipped) throw std::logic_error("retention: " + shipped.error().detail);
  const auto found =
      std::find_if(shipped->begin(), shipped->end(), [&](const Period& one) { return one.country == country; });
  return found == shipped->end() ? std::nullopt : std::optional(*found);
}

Time end_of(const Period& period, Time ended) {
  return years_after(std::chrono::floor<std::chrono::days>(ended), period.years) + std::chrono::days(1);
}

std::optional<std::string> overdue(const Period& period, Time now) {
  if (*day_of(period.review_by) >= std::chrono::floor<std::chrono::days>(now)) return std::nullopt;
  return fmt::format(
      "How long records are kept in {} was to be looked up again by {}. Until then it stays {} years; see "
      "docs/how-to/close-an-account.md.",
      period.country, period.review_by, period.years);
}

}  // namespace rapport::closing_account
