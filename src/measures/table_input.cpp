#include "measures/table_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/ascii.hpp"

namespace rapport::measures {
namespace {

namespace json = boost::json;

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = read_number<unsigned>(text.substr(0, 4));
  const auto month = read_number<unsigned>(text.substr(5, 2));
  const auto day = read_number<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                     std::chrono::day(*day))
      .ok();
}

/// A quoted field may go over several lines.
bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
}

}  // namespace

json::object to_json(const InputProblem& problem) {
  return {{"file", problem.file},
          {"line", problem.line ? json::value(*problem.line) : json::value(nullptr)},
          {"column", problem.column ? json::value(*problem.column) : json::value(nullptr)},
          {"message", problem.message}};
}

json::object results_json(json::array results, const std::vector<InputProblem>& problems) {
  json::array errors;
  for (const auto& problem : problems) errors.push_back(to_json(problem));
  return {{"results", std::move(results)}, {"errors", std::move(errors)}};
}

json::value number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

json::value or_null(const std::optional<double>& number) {
  return number ? number_json(*number) : json::value(nullptr);
}

json::value or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

void InputProblems::add(std::optional<std::size_t> line, std::optional<std::size_t> column, std::string message) {
  found_.push_back({file_, line, column, std::move(message)});
}

bool is_small_enough(std::string_view csv, InputProblems& problems) {
  if (csv.size() <= kMaxCsvBytes) return true;
  problems.add({}, {}, fmt::format("The file is larger than {} bytes.", kMaxCsvBytes));
  return false;
}

std::optional<TableHeader> TableHeader::read(const std::optional<CsvRecord>& record, Names names,
                                             std::string_view expected, InputProblems& problems) {
  if (!record) {
    problems.add(1, {}, fmt::format("The file is empty; its first line must name the columns {}", expected));
    return std::nullopt;
  }
  if (record->problem) {
    problems.add(record->problem->line, record->problem->column, record->problem->message);
    return std::nullopt;
  }
  TableHeader header;
  header.count_ = record->fields.size();
  header.line_ = record->line;
  header.has_semicolons_ = header.count_ == 1 && record->fields[0].text.find(';') != std::string::npos;
  for (const auto& field : record->fields) {
    std::string name(trimmed(field.text));
    if (names == Names::folded) name = lower_case(name);
    if (name.empty() || header.places_.emplace(name, field.column - 1).second) continue;
    problems.add(field, fmt::format("The column \"{}\" is there twice.", name));
    return std::nullopt;
  }
  return header;
}

std::optional<std::size_t> TableHeader::find(std::string_view name) const {
  const auto found = places_.find(std::string(name));
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> TableHeader::require(std::string_view name, InputProblems& problems) const {
  const auto place = find(name);
  if (!place) {
    problems.add(line_, {},
                 fmt::format("The column \"{}\" is missing.{}", name,
                             has_semicolons_ ? " Columns must be separated by commas, not by semicolons." : ""));
  }
  return place;
}

bool TableHeader::fits(const CsvRecord& record, InputProblems& problems) const {
  if (record.problem) {
    problems.add(record.problem->line, record.problem->column, record.problem->message);
    return false;
  }
  if (record.fields.size() == count_) return true;
  problems.add(record.line, {},
               fmt::format("This row has {} fields, the header has {}.", record.fields.size(), count_));
  return false;
}

std::optional<std::size_t> item_number(std::string_view name) {
  if (!name.starts_with("item") || name.starts_with("item0")) return std::nullopt;
  return read_number<std::size_t>(name.substr(4));
}

std::optional<double> read_plain_number(std::string_view text) {
  if (text.find_first_not_of("-.0123456789") != std::string_view::npos) return std::nullopt;
  return read_number<double>(text);
}

std::string read_client(const CsvField& field, InputProblems& problems) {
  if (trimmed(field.text).empty()) problems.add(field, "The client is missing.");
  if (has_control_character(field.text)) problems.add(field, "The client contains control characters.");
  return std::string(trimmed(field.text));
}

int read_session(const CsvField& field, InputProblems& problems) {
  const auto number = read_number<int>(trimmed(field.text));
  if (number && *number >= 1 && *number <= kMaxSession) return *number;
  problems.add(field,
               fmt::format("The session must be a whole number from 1 to {}, not \"{}\".", kMaxSession, field.text));
  return 0;
}

std::optional<std::string> read_date(const CsvField& field, InputProblems& problems) {
  const auto day = trimmed(field.text);
  if (day.empty()) return std::nullopt;
  if (is_date(day)) return std::string(day);
  problems.add(field, fmt::format("\"{}\" is no date; it must be like 2026-11-24.", field.text));
  return std::nullopt;
}

}  // namespace rapport::measures
