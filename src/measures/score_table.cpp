#include "measures/score_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include "base/ascii.hpp"
#include "measures/csv.hpp"

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

/// 7 for "item7".
std::optional<std::size_t> item_number(std::string_view name) {
  if (!name.starts_with("item") || name.starts_with("item0")) return std::nullopt;
  return read_number<std::size_t>(name.substr(4));
}

/// Digits with at most one point: what a person types. No exponents, no "inf".
std::optional<double> read_answer(std::string_view text) {
  if (text.find_first_not_of("-.0123456789") != std::string_view::npos) return std::nullopt;
  return read_number<double>(text);
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

/// Where a column is in a record, from 0.
struct Columns {
  std::size_t client = 0;
  std::size_t session = 0;
  std::size_t date = 0;
  std::vector<std::optional<std::size_t>> items;             ///< of each question; an unscored one may have none
  std::vector<std::pair<std::size_t, std::size_t>> surplus;  ///< item columns past the last question
  std::size_t count = 0;
};

class TableReader {
 public:
  TableReader(const Instrument& instrument, const Variant& variant, std::string_view file)
      : instrument_(instrument), variant_(variant), file_(file) {}

  ScoreTable read(std::string_view csv) && {
    CsvReader reader(csv);
    table_.readable = csv.size() <= kMaxCsvBytes && read_header(reader.next());
    if (csv.size() > kMaxCsvBytes) wrong({}, {}, fmt::format("The file is larger than {} bytes.", kMaxCsvBytes));
    if (!table_.readable) return std::move(table_);
    while (const auto record = reader.next()) read_form(*record);
    add_changes();
    return std::move(table_);
  }

 private:
  void wrong(std::optional<std::size_t> line, std::optional<std::size_t> column, std::string message) {
    table_.errors.push_back({std::string(file_), line, column, std::move(message)});
  }
  void wrong(const CsvField& field, std::string message) { wrong(field.line, field.column, std::move(message)); }

  bool read_header(const std::optional<CsvRecord>& header) {
    if (!header) {
      wrong(1, {}, "The file is empty; its first line must name the columns client, session, date, item1, item2 …");
      return false;
    }
    if (header->problem) {
      wrong(header->problem->line, header->problem->column, header->problem->message);
      return false;
    }
    std::map<std::string, std::size_t> places;
    for (const auto& field : header->fields) {
      const auto name = lower_case(trimmed(field.text));
      if (name.empty() || places.emplace(name, field.column - 1).second) continue;
      wrong(field, fmt::format("The column \"{}\" is there twice.", name));
      return false;
    }
    return find_columns(*header, places);
  }

  /// Other columns are of no use here and passed over.
  bool find_columns(const CsvRecord& header, const std::map<std::string, std::size_t>& places) {
    const auto& questions = instrument_.questions();
    columns_.count = header.fields.size();
    columns_.items.resize(questions.size());
    for (const auto& [name, place] : places) {
      const auto number = item_number(name);
      if (!number) continue;
      if (*number > questions.size()) {
        columns_.surplus.emplace_back(*number, place);
      } else {
        columns_.items[*number - 1] = place;
      }
    }
    for (const auto& [name, place] :
         {std::pair{"client", &columns_.client}, {"session", &columns_.session}, {"date", &columns_.date}}) {
      const auto found = places.find(name);
      if (found == places.end()) return missing_column(header, name);
      *place = found->second;
    }
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (!columns_.items[i] && questions[i].scored) return missing_column(header, fmt::format("item{}", i + 1));
    }
    return true;
  }

  /// Always false.
  bool missing_column(const CsvRecord& header, std::string_view name) {
    const bool semicolons = header.fields.size() == 1 && header.fields[0].text.find(';') != std::string::npos;
    wrong(header.line, {},
          fmt::format("The column \"{}\" is missing.{}", name,
                      semicolons ? " Columns must be separated by commas, not by semicolons." : ""));
    return false;
  }

  void read_form(const CsvRecord& record) {
    if (record.problem) return wrong(record.problem->line, record.problem->column, record.problem->message);
    if (record.fields.size() != columns_.count) {
      return wrong(record.line, {},
                   fmt::format("This row has {} fields, the header has {}.", record.fields.size(), columns_.count));
    }
    const auto before = table_.errors.size();
    ScoredForm scored;
    read_head(record, scored);
    const auto answers = read_answers(record);
    if (table_.errors.size() != before || !is_first_of_session(record, scored)) {
      table_.errors[before].message += to_look_at(answers);
      return;
    }
    auto form = score(instrument_, answers, variant_);
    if (!form) return wrong(record.line, {}, form.error().detail);
    scored.form = std::move(*form);
    table_.results.push_back(std::move(scored));
  }

  void read_head(const CsvRecord& record, ScoredForm& scored) {
    const auto& client = record.fields[columns_.client];
    scored.client = client.text;
    if (trimmed(client.text).empty()) wrong(client, "The client is missing.");
    if (has_control_character(client.text)) wrong(client, "The client contains control characters.");
    const auto& session = record.fields[columns_.session];
    const auto number = read_number<int>(trimmed(session.text));
    if (!number || *number < 1 || *number > kMaxSession) {
      wrong(session,
            fmt::format("The session must be a whole number from 1 to {}, not \"{}\".", kMaxSession, session.text));
    }
    scored.session = number.value_or(0);
    const auto& date = record.fields[columns_.date];
    const auto day = trimmed(date.text);
    if (!day.empty() && !is_date(day)) {
      wrong(date, fmt::format("\"{}\" is no date; it must be like 2026-11-24.", date.text));
    }
    if (!day.empty()) scored.date = day;
  }

  std::vector<Answer> read_answers(const CsvRecord& record) {
    std::vector<Answer> answers(columns_.items.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!columns_.items[i]) continue;
      const auto& field = record.fields[*columns_.items[i]];
      const auto text = trimmed(field.text);
      if (text.empty()) continue;
      answers[i] = read_answer(text);
      if (!answers[i]) {
        wrong(field, fmt::format("item{}: \"{}\" is no number. Leave the field empty if the item was not answered.",
                                 i + 1, field.text));
      } else if (const auto refused = refuse_answer(instrument_.questions()[i], *answers[i], variant_)) {
        wrong(field, fmt::format("item{}: {}", i + 1, *refused));
      }
    }
    for (const auto& [number, place] : columns_.surplus) {
      if (trimmed(record.fields[place].text).empty()) continue;
      wrong(record.fields[place],
            fmt::format("item{}: {} has only {} items.", number, instrument_.scoring().name, answers.size()));
    }
    return answers;
  }

  /// A row that cannot be used may still say that somebody is in danger.
  std::string to_look_at(const std::vector<Answer>& answers) const {
    const auto& safety = instrument_.scoring().safety;
    std::string text;
    for (std::size_t i = 0; i < safety.size(); ++i) {
      const auto place = instrument_.safety_questions()[i];
      const auto& answer = answers[place];
      if (!answer || *answer - variant_.offset < safety[i].min) continue;
      text += fmt::format(" Item {} was answered with {}: a person has to look at it now.", place + 1, *answer);
    }
    return text;
  }

  bool is_first_of_session(const CsvRecord& record, const ScoredForm& scored) {
    const auto [found, is_new] = lines_.try_emplace({scored.client, scored.session}, record.line);
    if (!is_new) {
      wrong(record.fields[columns_.session],
            fmt::format("Session {} of this client is already on line {}.", scored.session, found->second));
    }
    return is_new;
  }

  /// Against the first session, wherever in the file it stands.
  void add_changes() {
    std::map<std::string, const ScoredForm*> first;
    for (const auto& form : table_.results) {
      if (!form.form.scores.front().value) continue;
      auto& known = first[form.client];
      if (known == nullptr || form.session < known->session) known = &form;
    }
    for (auto& form : table_.results) {
      const auto now = form.form.scores.front().value;
      if (!now) continue;
      const auto* start = first.at(form.client);
      if (start->session == form.session) continue;
      form.change =
          ChangeSince{start->session, change_between(instrument_, *start->form.scores.front().value, *now, variant_)};
    }
  }

  const Instrument& instrument_;
  const Variant& variant_;
  std::string_view file_;
  Columns columns_;
  std::map<std::pair<std::string, int>, std::size_t> lines_;
  ScoreTable table_;
};

/// Whole numbers without a point.
json::value number_json(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

template <class Value>
json::value or_null(const std::optional<Value>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<Value, double>) return number_json(*value);
  return json::value(*value);
}

json::value change_json(const std::optional<ChangeSince>& since) {
  if (!since) return nullptr;
  const auto& change = since->change;
  return json::object{{"scale", change.scale},
                      {"from", since->from},
                      {"reliable", change.reliable},
                      {"class", json::string_view(name(change.change_class))},
                      {"value", number_json(change.value)},
                      {"threshold", or_null(change.threshold)},
                      {"source", or_null(change.source)},
                      {"into_clinical_range", change.into_clinical_range}};
}

json::object form_json(const ScoredForm& scored) {
  json::object scores;
  for (const auto& scale : scored.form.scores) scores[scale.scale] = or_null(scale.value);
  const auto& band = scored.form.band;
  return {{"client", scored.client},
          {"session", scored.session},
          {"date", or_null(scored.date)},
          {"variant", scored.form.variant.empty() ? json::value(nullptr) : json::value(scored.form.variant)},
          {"scores", std::move(scores)},
          {"band", band ? json::value(band->label) : json::value(nullptr)},
          {"band_citation", band ? or_null(band->citation) : json::value(nullptr)},
          {"complete", scored.form.complete},
          {"prorated", scored.form.prorated},
          {"not_answered", json::value_from(scored.form.not_answered)},
          {"safety", json::value_from(scored.form.safety)},
          {"change", change_json(scored.change)}};
}

}  // namespace

ScoreTable score_csv(const Instrument& instrument, const Variant& variant, std::string_view csv,
                     std::string_view file) {
  return TableReader(instrument, variant, file).read(csv);
}

json::object to_json(const InputProblem& problem) {
  return {{"file", problem.file},
          {"line", problem.line ? json::value(*problem.line) : json::value(nullptr)},
          {"column", problem.column ? json::value(*problem.column) : json::value(nullptr)},
          {"message", problem.message}};
}

json::object to_json(const ScoreTable& table) {
  json::array results;
  for (const auto& form : table.results) results.push_back(form_json(form));
  json::array errors;
  for (const auto& problem : table.errors) errors.push_back(to_json(problem));
  return {{"results", std::move(results)}, {"errors", std::move(errors)}};
}

}  // namespace rapport::measures
