#include "server/measure_commands.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <iostream>

#include "measures/instrument_library.hpp"
#include "measures/json_fields.hpp"
#include "measures/score_table.hpp"
#include "server/instrument_folder.hpp"
#include "server/table_commands.hpp"

namespace rapport::server {
namespace {

namespace json = boost::json;
using measures::Instrument;
using measures::ScoredForm;
using measures::ScoreTable;

std::string list_of(const std::vector<int>& numbers) {
  return fmt::format("{}", fmt::join(numbers, " "));
}

std::string scores_text(const ScoredForm& scored) {
  std::string text;
  for (const auto& score : scored.form.scores) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", score.scale,
                        score.value ? fmt::format("{:.6g}", *score.value) : "-");
  }
  return text + (scored.form.prorated ? " (prorated)" : "");
}

/// A band without a source is not shown as if it had one.
std::string band_text(const ScoredForm& scored) {
  if (!scored.form.band) return "";
  return scored.form.band->label + (scored.form.band->citation ? "" : " (no published source)");
}

std::string change_text(const ScoredForm& scored) {
  if (!scored.change) return "";
  const auto& change = scored.change->change;
  return fmt::format("{:+.6g} since session {}, {}{}{}", change.value, scored.change->from,
                     measures::name(change.change_class),
                     change.into_clinical_range ? " (crossed into the clinical range)" : "",
                     change.threshold && !change.source ? " (no published source)" : "");
}

/// A row stays one line.
std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return text;
}

void print_form(const ScoredForm& scored, std::ostream& out) {
  fmt::print(out, "{:12} {:>7}  {:10}  {}", one_line(scored.client), scored.session, scored.date.value_or(""),
             scores_text(scored));
  for (const auto& text : {band_text(scored), change_text(scored)}) {
    if (!text.empty()) fmt::print(out, "; {}", text);
  }
  if (!scored.form.not_answered.empty()) fmt::print(out, "; not answered, ask: {}", list_of(scored.form.not_answered));
  if (!scored.form.safety.empty()) fmt::print(out, "; for a person to see now: item {}", list_of(scored.form.safety));
  fmt::print(out, "\n");
}

void print_table(const Instrument& instrument, const ScoreTable& table, std::ostream& out) {
  fmt::print(out, "{}\n{:12} {:>7}  {:10}  scores\n", instrument.questionnaire().title.text, "client", "session",
             "date");
  for (const auto& form : table.results) print_form(form, out);
  const auto rules = instrument.scoring().reliable_change;
  for (const auto& rule : rules) {
    if (rule.source) fmt::print(out, "Change: {}.\n", *rule.source);
  }
  // Whoever reads the scores must know what of the scoring nobody has confirmed.
  for (const auto& what : instrument.scoring().unverified) fmt::print(out, "Unverified: {}.\n", what);
}

Result<ScoreTable> score_input(const Instrument& instrument, const MeasureOptions& options, std::istream& in) {
  const auto* variant = instrument.variant(options.variant);
  if (variant == nullptr) {
    return fail(invalid("variant.unknown",
                        fmt::format("{} has no variant \"{}\".", instrument.scoring().name, options.variant)));
  }
  TRY_ASSIGN(const auto csv, read_table(options.input, in));
  return measures::score_csv(instrument, *variant, csv, options.input);
}

json::object instrument_json(const Instrument& instrument) {
  const auto& scoring = instrument.scoring();
  return {{"id", instrument.id()},
          {"name", instrument.scoring().name},
          {"title", instrument.questionnaire().title.text},
          {"languages", json::value_from(measures::languages(instrument.questionnaire()))},
          {"licence", json::string_view(measures::letter(scoring.licence.status))},
          {"spdx", scoring.licence.spdx ? json::value(*scoring.licence.spdx) : json::value(nullptr)}};
}

void print_instrument(const Instrument& instrument, std::ostream& out) {
  const auto spoken = measures::languages(instrument.questionnaire());
  const auto& licence = instrument.scoring().licence;
  fmt::print(out, "{:10} {:8} {}{}  {}\n", instrument.id(),
             spoken.empty() ? "none" : fmt::format("{}", fmt::join(spoken, " ")), measures::letter(licence.status),
             licence.spdx ? " " + *licence.spdx : "",
             fmt::format("{}: {}", instrument.scoring().name, instrument.questionnaire().title.text));
}

}  // namespace

int score(const MeasureOptions& options, std::istream& in, std::ostream& out, std::ostream& errors) {
  const Answering answering{options.input, options.json, out, errors};
  const auto library = open_instruments(options.folder);
  if (!library) return answering.not_done(library.error());
  const auto* instrument = library->find(options.instrument);
  if (instrument == nullptr) {
    return answering.not_done(
        not_found(fmt::format("There is no instrument \"{}\"; `rapport instruments` lists them.", options.instrument)));
  }
  const auto table = score_input(*instrument, options, in);
  if (!table) return answering.not_done(table.error());
  if (options.json) fmt::print(out, "{}\n", json::serialize(to_json(*table)));
  if (!options.json && table->readable) print_table(*instrument, *table, out);
  return answering.done(table->readable, table->errors);
}

int list_instruments(const MeasureOptions& options, std::ostream& out, std::ostream& errors) {
  const auto library = open_instruments(options.folder);
  if (!library) return Answering{options.input, options.json, out, errors}.not_done(library.error());
  if (options.json) {
    json::array results;
    for (const auto& instrument : library->all()) results.push_back(instrument_json(instrument));
    fmt::print(out, "{}\n", json::serialize(json::object{{"results", std::move(results)}, {"errors", json::array()}}));
    return kDone;
  }
  fmt::print(out, "{:10} {:8} {}\n", "id", "wording", "licence, name and title");
  for (const auto& instrument : library->all()) print_instrument(instrument, out);
  fmt::print(out,
             "A: part of the program. B: a pack with its own licence. C: structure only; the licence holder supplies "
             "the wording.\n");
  return kDone;
}

MeasureCommands::MeasureCommands(CLI::App& app)
    : score_(app.add_subcommand("score", "Score the forms of a CSV file")),
      instruments_(app.add_subcommand("instruments", "List the instruments: id, title, languages, licence")),
      mixed_(app.add_subcommand("mixed", "Fit a two-level mixed model to a CSV file")),
      track_(app.add_subcommand("track", "Say where the courses of a CSV file ask for a look")) {
  score_->add_option("instrument", options_.instrument, "its id, for example phq-9")->required();
  score_->add_option("--input", options_.input, "CSV file with client, session, date, item1 …; - is standard input");
  score_->add_option("--variant", options_.variant,
                     "how the answers are numbered, where there is a choice (k6, k10: 0-4 or 1-5)");
  mixed_->add_option("--input", mixed_options_.input, "CSV file; - is standard input");
  mixed_
      ->add_option("--formula", mixed_options_.formula, "as in R: 'score ~ log(session) + (1 + log(session) | client)'")
      ->required();
  mixed_->add_option("--method", mixed_options_.method, "reml (the default) or ml");
  mixed_->add_flag("--json", mixed_options_.json, "for programs");
  track_->add_option("--input", track_options_.input,
                     "CSV file with client, session, date, instrument, respondent, score; - is standard input");
  track_->add_option("--rules", track_options_.rules, "file with rules (JSON) in place of the program's");
  track_->add_option("--instruments", track_options_.folder, "folder with further instruments");
  track_->add_flag("--json", track_options_.json, "for programs");
  for (auto* command : {score_, instruments_}) {
    command->add_option("--instruments", options_.folder, "folder with further instruments");
    command->add_flag("--json", options_.json, "for programs");
  }
}

bool MeasureCommands::chosen() const {
  return score_->parsed() || instruments_->parsed() || mixed_->parsed() || track_->parsed();
}

int MeasureCommands::run() const {
  if (instruments_->parsed()) return list_instruments(options_, std::cout, std::cerr);
  if (mixed_->parsed()) return fit_mixed(mixed_options_, std::cin, std::cout, std::cerr);
  if (track_->parsed()) return track(track_options_, std::cin, std::cout, std::cerr);
  return score(options_, std::cin, std::cout, std::cerr);
}

}  // namespace rapport::server
