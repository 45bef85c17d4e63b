#include "features/signals/track_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/ascii.hpp"
#include "measures/counterpart.hpp"
#include "measures/csv.hpp"

namespace rapport::signals {
namespace {

namespace json = boost::json;
using measures::CsvField;
using measures::CsvRecord;
using measures::Instrument;

constexpr std::string_view kRisq = "risq";

struct Columns {
  std::size_t client = 0;
  std::size_t session = 0;
  std::size_t date = 0;
  std::size_t instrument = 0;
  std::size_t respondent = 0;
  std::optional<std::size_t> score;
  std::optional<std::size_t> scale;
  std::map<std::size_t, std::size_t> items;  ///< by their numbers
};

/// A yes in RISQ and a fall of the relationship in the same session are one candidate with both reasons. Not in the
/// service: there the two are not for the same eyes.
std::vector<Signal> one_rupture_a_session(std::vector<Signal> signals) {
  const auto is_rupture = [](const Signal& one) { return one.kind == Kind::rupture_candidate; };
  const auto is_yes = [&](const Signal& one) { return is_rupture(one) && one.instrument == kRisq; };
  for (auto yes = signals.begin(); yes != signals.end();) {
    const auto fall = std::find_if(signals.begin(), signals.end(), [&](const Signal& one) {
      return is_rupture(one) && !is_yes(one) && one.session == yes->session;
    });
    if (!is_yes(*yes) || fall == signals.end()) {
      ++yes;
      continue;
    }
    fall->reason += " " + yes->reason;
    fall->level = std::max(fall->level, yes->level);
    fall->values.insert(fall->values.end(), yes->values.begin(), yes->values.end());
    yes = signals.erase(yes);
  }
  return signals;
}

class TrackReader {
 public:
  TrackReader(const measures::InstrumentLibrary& instruments, std::string_view file)
      : instruments_(instruments), problems_(file) {}

  TrackTable read(std::string_view csv, std::span<const Rule> rules) && {
    measures::CsvReader reader(csv);
    table_.readable = measures::is_small_enough(csv, problems_) && read_header(reader.next());
    while (table_.readable) {
      const auto record = reader.next();
      if (!record) break;
      read_row(*record);
    }
    for (const auto& client : clients_) {
      auto& forms = forms_[client];
      std::sort(forms.begin(), forms.end(), [](const Form& a, const Form& b) {
        return std::tie(a.session, a.instrument->id(), a.respondent) <
               std::tie(b.session, b.instrument->id(), b.respondent);
      });
      for (auto& signal : one_rupture_a_session(find_signals_of_each(forms, rules))) {
        table_.results.push_back({client, std::move(signal)});
      }
    }
    table_.errors = std::move(problems_.found());
    return std::move(table_);
  }

 private:
  bool read_header(const std::optional<CsvRecord>& record) {
    header_ = measures::TableHeader::read(record, measures::TableHeader::Names::folded,
                                          "client, session, date, instrument, respondent, score", problems_);
    if (!header_) return false;
    for (const auto& [name, place] : {std::pair{"client", &columns_.client},
                                      {"session", &columns_.session},
                                      {"date", &columns_.date},
                                      {"instrument", &columns_.instrument},
                                      {"respondent", &columns_.respondent}}) {
      const auto found = header_->require(name, problems_);
      if (!found) return false;
      *place = *found;
    }
    columns_.score = header_->find("score");
    columns_.scale = header_->find("scale");
    for (const auto& [name, place] : header_->places()) {
      if (const auto number = measures::item_number(name)) columns_.items[*number] = place;
    }
    return columns_.score || !columns_.items.empty() || header_->require("score", problems_);
  }

  void read_row(const CsvRecord& record) {
    if (!header_->fits(record, problems_)) return;
    const auto before = problems_.found().size();
    const auto client = measures::read_client(record.fields[columns_.client], problems_);
    Form form;
    form.session = measures::read_session(record.fields[columns_.session], problems_);
    form.date = measures::read_date(record.fields[columns_.date], problems_);
    form.respondent = read_respondent(record.fields[columns_.respondent]);
    form.instrument = read_instrument(record.fields[columns_.instrument]);
    if (form.instrument != nullptr) read_content(record, form);
    if (problems_.found().size() == before) {
      if (form.respondent == Respondent::therapist) lay_beside(form);
      keep(client, std::move(form), record);
    }
    if (problems_.found().size() != before) problems_.found()[before].message += to_look_at_;
    to_look_at_.clear();
  }

  /// As the service does: a therapist's form of its own is held against the client's.
  void lay_beside(Form& form) {
    const auto& beside = measures::laid_beside(*form.instrument, instruments_);
    if (&beside == form.instrument) return;
    form.instrument = &beside;
    form.answers.clear();  // their places are those of the other
  }

  Respondent read_respondent(const CsvField& field) {
    const auto text = lower_case(trimmed(field.text));
    if (text != "client" && text != "therapist") {
      problems_.add(field, fmt::format("The respondent is client or therapist, not \"{}\".", field.text));
    }
    return text == "therapist" ? Respondent::therapist : Respondent::client;
  }

  const Instrument* read_instrument(const CsvField& field) {
    const auto* instrument = instruments_.find(trimmed(field.text));
    if (instrument == nullptr) {
      problems_.add(field, fmt::format("There is no instrument \"{}\"; `rapport instruments` lists them.", field.text));
    }
    return instrument;
  }

  void read_content(const CsvRecord& record, Form& form) {
    const auto& instrument = *form.instrument;
    std::vector<measures::Answer> answers(instrument.questions().size());
    bool has_items = false;
    for (const auto& [number, place] : columns_.items) {
      const auto& field = record.fields[place];
      if (trimmed(field.text).empty()) continue;
      has_items = true;
      read_item(instrument, number, field, answers);
    }
    note_safety(instrument, answers);
    if (has_items) {
      auto scored = measures::score(instrument, answers, *instrument.variant(""));
      if (!scored) return;  // the item has been named
      form.scores = std::move(scored->scores);
      form.safety = std::move(scored->safety);
      form.answers = std::move(answers);
    } else {
      read_score(record, form);
    }
  }

  void read_item(const Instrument& instrument, std::size_t number, const CsvField& field,
                 std::vector<measures::Answer>& answers) {
    if (number > answers.size()) {
      problems_.add(field,
                    fmt::format("item{}: {} has only {} items.", number, instrument.scoring().name, answers.size()));
      return;
    }
    const auto answer = measures::read_plain_number(trimmed(field.text));
    if (!answer) {
      problems_.add(
          field, fmt::format("item{}: \"{}\" is no number. Leave the field empty if the item was not answered.", number,
                             field.text));
      return;
    }
    const auto refused = measures::refuse_answer(instrument.questions()[number - 1], *answer, *instrument.variant(""));
    if (refused) return problems_.add(field, fmt::format("item{}: {}", number, *refused));
    answers[number - 1] = answer;
  }

  /// A row that cannot be used may still say that somebody is in danger.
  void note_safety(const Instrument& instrument, const std::vector<measures::Answer>& answers) {
    for (std::size_t i = 0; i < instrument.safety_questions().size(); ++i) {
      const auto place = instrument.safety_questions()[i];
      if (!answers[place] || *answers[place] < instrument.scoring().safety[i].min) continue;
      to_look_at_ +=
          fmt::format(" Item {} was answered with {}: a person has to look at it now.", place + 1, *answers[place]);
    }
  }

  void read_score(const CsvRecord& record, Form& form) {
    const auto& scales = form.instrument->scoring().scales;
    const auto wanted = columns_.scale ? lower_case(trimmed(record.fields[*columns_.scale].text)) : std::string();
    const auto scale =
        wanted.empty() ? scales.begin()
                       : std::find_if(scales.begin(), scales.end(), [&](const auto& one) { return one.key == wanted; });
    if (scale == scales.end()) {
      problems_.add(record.fields[*columns_.scale],
                    fmt::format("{} has no scale \"{}\".", form.instrument->scoring().name, wanted));
      return;
    }
    const auto text = columns_.score ? trimmed(record.fields[*columns_.score].text) : std::string_view();
    form.sent = !text.empty();
    if (!form.sent) return;
    const auto& field = record.fields[*columns_.score];
    const auto value = measures::read_plain_number(text);
    if (!value) {
      problems_.add(field, fmt::format("score: \"{}\" is no number. Leave the field empty if the form did not come.",
                                       field.text));
    } else if (*value < scale->min || *value > scale->max) {
      problems_.add(field, fmt::format("score: {} is not from {} to {}, the range of {}.", text, scale->min, scale->max,
                                       form.instrument->scoring().name));
    } else {
      form.scores.push_back({scale->key, value, false});
    }
  }

  /// Rows of the same form, each with another scale, are one form.
  void keep(const std::string& client, Form form, const CsvRecord& record) {
    const auto [found, is_new_client] = forms_.try_emplace(client);
    if (is_new_client) clients_.push_back(client);
    auto& forms = found->second;
    const auto [seen, is_new] =
        seen_.try_emplace({client, form.session, form.instrument, form.respondent}, Seen{record.line, forms.size()});
    if (is_new) {
      forms.push_back(std::move(form));
      return;
    }
    auto& other = forms[seen->second.place];
    const bool is_another_scale = form.answers.empty() && other.answers.empty() && form.sent && other.sent &&
                                  std::none_of(other.scores.begin(), other.scores.end(), [&](const auto& score) {
                                    return score.scale == form.scores.front().scale;
                                  });
    if (is_another_scale) {
      other.scores.push_back(form.scores.front());
    } else {
      problems_.add(record.fields[columns_.session],
                    fmt::format("This form of session {} is already on line {}.", form.session, seen->second.line));
    }
  }

  /// Where a form was first: its line, and its place among the client's forms.
  struct Seen {
    std::size_t line = 0;
    std::size_t place = 0;
  };

  const measures::InstrumentLibrary& instruments_;
  measures::InputProblems problems_;
  std::optional<measures::TableHeader> header_;
  Columns columns_;
  std::string to_look_at_;
  std::vector<std::string> clients_;  ///< in the order of the file
  std::map<std::string, std::vector<Form>> forms_;
  std::map<std::tuple<std::string, int, const Instrument*, Respondent>, Seen> seen_;
  TrackTable table_;
};

json::object signal_json(const TrackedSignal& tracked) {
  const auto& signal = tracked.signal;
  json::object values;
  for (const auto& [name, value] : signal.values) values[name] = measures::number_json(value);
  return {{"client", tracked.client},
          {"session", signal.session},
          {"date", measures::or_null(signal.date)},
          {"instrument", signal.instrument},
          {"signal", json::string_view(name(signal.kind))},
          {"rule", signal.rule},
          {"version", signal.version},
          {"level", json::string_view(name(signal.level))},
          {"reason", signal.reason},
          {"values", std::move(values)}};
}

}  // namespace

TrackTable track_csv(const measures::InstrumentLibrary& instruments, std::span<const Rule> rules, std::string_view csv,
                     std::string_view file) {
  return TrackReader(instruments, file).read(csv, rules);
}

json::object to_json(const TrackTable& table) {
  json::array results;
  for (const auto& one : table.results) results.push_back(signal_json(one));
  return measures::results_json(std::move(results), table.errors);
}

}  // namespace rapport::signals
