#include "measures/score_table.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <map>
#include <utility>

#include "base/ascii.hpp"
#include "measures/csv.hpp"

namespace rapport::measures {
namespace {

namespace json = boost::json;

/// Where a column is in a record, from 0.
struct Columns {
  std::size_t client = 0;
  std::size_t session = 0;
  std::size_t date = 0;
  std::vector<std::optional<std::size_t>> items;             ///< of each question; an unscored one may have none
  std::vector<std::pair<std::size_t, std::size_t>> surplus;  ///< item columns past the last question
};

class TableReader {
 public:
  TableReader(const Instrument& instrument, const Variant& variant, std::string_view file)
      : instrument_(instrument), variant_(variant), problems_(file) {}

  ScoreTable read(std::string_view csv) && {
    CsvReader reader(csv);
    table_.readable = is_small_enough(csv, problems_) && read_header(reader.next());
    while (table_.readable) {
      const auto record = reader.next();
      if (!record) break;
      read_form(*record);
    }
    add_changes();
    table_.errors = std::move(problems_.found());
    return std::move(table_);
  }

 private:
  bool read_header(const std::optional<CsvRecord>& record) {
    header_ = TableHeader::read(record, TableHeader::Names::folded, "client, session, date, item1, item2 …", problems_);
    return header_ && find_columns();
  }

  /// Other columns are of no use here and passed over.
  bool find_columns() {
    const auto& questions = instrument_.questions();
    columns_.items.resize(questions.size());
    for (const auto& [name, place] : header_->places()) {
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
      const auto found = header_->require(name, problems_);
      if (!found) return false;
      *place = *found;
    }
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (columns_.items[i] || !questions[i].scored) continue;
      return header_->require(fmt::format("item{}", i + 1), problems_).has_value();
    }
    return true;
  }

  void read_form(const CsvRecord& record) {
    if (!header_->fits(record, problems_)) return;
    const auto before = problems_.found().size();
    ScoredForm scored;
    scored.client = read_client(record.fields[columns_.client], problems_);
    scored.session = read_session(record.fields[columns_.session], problems_);
    scored.date = read_date(record.fields[columns_.date], problems_);
    const auto answers = read_answers(record);
    if (problems_.found().size() != before || !is_first_of_session(record, scored)) {
      problems_.found()[before].message += to_look_at(answers);
      return;
    }
    auto form = score(instrument_, answers, variant_);
    if (!form) return problems_.add(record.line, {}, form.error().detail);
    scored.form = std::move(*form);
    table_.results.push_back(std::move(scored));
  }

  std::vector<Answer> read_answers(const CsvRecord& record) {
    std::vector<Answer> answers(columns_.items.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!columns_.items[i]) continue;
      const auto& field = record.fields[*columns_.items[i]];
      const auto text = trimmed(field.text);
      if (text.empty()) continue;
      answers[i] = read_plain_number(text);
      if (!answers[i]) {
        problems_.add(field,
                      fmt::format("item{}: \"{}\" is no number. Leave the field empty if the item was not answered.",
                                  i + 1, field.text));
      } else if (const auto refused = refuse_answer(instrument_.questions()[i], *answers[i], variant_)) {
        problems_.add(field, fmt::format("item{}: {}", i + 1, *refused));
      }
    }
    for (const auto& [number, place] : columns_.surplus) {
      if (trimmed(record.fields[place].text).empty()) continue;
      problems_.add(record.fields[place],
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
      problems_.add(record.fields[columns_.session],
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
  InputProblems problems_;
  std::optional<TableHeader> header_;
  Columns columns_;
  std::map<std::pair<std::string, int>, std::size_t> lines_;
  ScoreTable table_;
};

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

json::object to_json(const ScoreTable& table) {
  json::array results;
  for (const auto& form : table.results) results.push_back(form_json(form));
  return results_json(std::move(results), table.errors);
}

}  // namespace rapport::measures
