#include "measures/instrument_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "instrument_files.hpp"
#include "instrument_pack_files.hpp"
#include "measures/brought_questionnaire.hpp"
#include "measures/counterpart.hpp"
#include "measures/json_fields.hpp"

namespace rapport::measures {
namespace {

constexpr std::string_view kQuestionnaire = ".questionnaire.json";
constexpr std::string_view kScoring = ".scoring.json";

std::string plain(std::string_view id) {
  std::string result;
  for (const char c : id) {
    if (c != '-' && c != ' ') result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

Error in_file(std::string_view name, Error error) {
  error.detail = fmt::format("{}: {}", name, error.detail);
  return error;
}

std::string known_already(const Instrument& known) {
  return fmt::format("{} is here already, and its wording is not to be changed.", known.scoring().name);
}

/// "phq-9" of "phq-9.scoring.json".
std::optional<std::string> id_of(std::string_view name) {
  for (const auto ending : {kQuestionnaire, kScoring}) {
    if (name.ends_with(ending) && name.size() > ending.size())
      return std::string(name.substr(0, name.size() - ending.size()));
  }
  return std::nullopt;
}

const InstrumentFile* find_file(std::span<const InstrumentFile> files, const std::string& name) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

/// The place of the first question that differs.
std::optional<std::size_t> first_difference(const Instrument& a, const Instrument& b) {
  const auto& left = a.questions();
  const auto& right = b.questions();
  const auto same = [](const Question& one, const Question& other) {
    return one.link_id == other.link_id && one.values == other.values && one.min == other.min && one.max == other.max;
  };
  const auto [first, second] = std::mismatch(left.begin(), left.end(), right.begin(), right.end(), same);
  if (first == left.end() && second == right.end()) return std::nullopt;
  return static_cast<std::size_t>(first - left.begin());
}

tl::unexpected<Error> refuse(std::string code, std::string_view file, std::string_view sentence) {
  return fail(in_file(file, invalid(std::move(code), std::string(sentence))));
}

/// An error of one file, with its fields said to be in it.
Error of_file(std::string_view prefix, Error error) {
  for (auto& field : error.fields) field.path.insert(0, prefix);
  if (error.fields.empty()) error.fields.push_back({std::string(prefix), error.detail});
  return error;
}

/// Both files, each with all its mistakes.
Result<Instrument> join_files(Result<Questionnaire> questionnaire, Result<Scoring> scoring, InstrumentTexts texts) {
  if (!questionnaire || !scoring) {
    auto error = !questionnaire ? of_file(kInQuestionnaire, questionnaire.error()) : Error{};
    if (!scoring) {
      auto second = of_file(kInScoring, scoring.error());
      if (questionnaire) return fail(std::move(second));
      error.fields.insert(error.fields.end(), second.fields.begin(), second.fields.end());
    }
    return fail(std::move(error));
  }
  return Instrument::make(std::move(*questionnaire), std::move(*scoring), std::move(texts));
}

Result<Instrument> read_files(std::string_view questionnaire, std::string_view scoring) {
  return join_files(read_questionnaire(questionnaire), read_scoring(scoring),
                    {std::string(questionnaire), std::string(scoring)});
}

/// As somebody brings them. A scoring that cannot be read might have said the language.
Result<Instrument> read_brought_files(std::string_view questionnaire, std::string_view scoring_text) {
  auto scoring = read_scoring(scoring_text);
  const auto language = scoring && scoring->language.empty() ? LanguageIs::needed : LanguageIs::known;
  return join_files(read_brought_questionnaire(questionnaire, language), std::move(scoring),
                    {std::string(questionnaire), std::string(scoring_text)});
}

Result<Instrument> supply_wording(const Instrument& known, Result<Questionnaire> questionnaire, std::string_view text) {
  if (!questionnaire) return fail(of_file(kInQuestionnaire, questionnaire.error()));
  if (!has_wording(*questionnaire)) {
    return fail(
        of_file(kInQuestionnaire, invalid("instrument.wording", "Not every item has a text, or not every answer.")));
  }
  TRY_ASSIGN(auto instrument,
             Instrument::make(std::move(*questionnaire), known.scoring(), {std::string(text), known.texts().scoring}));
  const auto place = first_difference(known, instrument);
  if (!place) return instrument;
  const auto items = questions(instrument.questionnaire());
  const auto sentence = fmt::format(
      "The items and their ordinal values are not those of {}: the first that differs is "
      "number {}.",
      known.scoring().name, *place + 1);
  return fail(
      invalid("instrument.structure", sentence,
              {{std::string(kInQuestionnaire) + (*place < items.size() ? items[*place]->path : "/item"), sentence}}));
}

/// For who reads the log of a start: which file, which line.
Error in_files(Error error, std::string_view questionnaire_name, std::string_view questionnaire_text,
               std::string_view scoring_name, std::string_view scoring_text) {
  const auto found = mistakes_of(error, {"", questionnaire_text, scoring_text});
  if (found.empty()) return error;
  const auto& first = found.front();
  const auto name = first.file == "scoring" ? scoring_name : questionnaire_name;
  error.detail = first.line == 0 ? fmt::format("{}: {}", name, first.message)
                                 : fmt::format("{}: Line {}, {}: {}", name, first.line,
                                               first.place.empty() ? "the document" : first.place, first.message);
  return error;
}

Result<Instrument> read_new(const InstrumentFile& questionnaire, const InstrumentFile& scoring, std::string_view id) {
  auto instrument = read_files(questionnaire.content, scoring.content);
  if (!instrument) {
    return fail(in_files(instrument.error(), questionnaire.name, questionnaire.content, scoring.name, scoring.content));
  }
  if (instrument->id() != id) {
    return refuse(
        "instrument.id", scoring.name,
        fmt::format("\"instrument\" is \"{}\"; it must be \"{}\", like the name of the file.", instrument->id(), id));
  }
  return instrument;
}

constexpr std::string_view kInId = "instrument:";
constexpr std::size_t kLongestId = 40;

tl::unexpected<Error> wrong_id(std::string code, std::string sentence) {
  auto message = sentence;
  return fail(invalid(std::move(code), std::move(sentence), {{std::string(kInId), std::move(message)}}));
}

/// Small letters, digits and single hyphens; at most kLongestId.
std::string id_from(std::string_view name) {
  std::string id;
  for (const char c : name) {
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain_letter = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (plain_letter) {
      id += small;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
    if (id.size() == kLongestId) break;
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

Result<std::string> id_of_upload(const Upload& upload, const std::string& of_file) {
  if (upload.instrument.empty()) {
    auto id = id_from(of_file);
    if (id.size() < 2) {
      return wrong_id("instrument.id",
                      "The questionnaire has neither an id nor a name of letters. Give it a short name.");
    }
    return id;
  }
  if (upload.instrument.size() < 2 || id_from(upload.instrument) != upload.instrument) {
    return wrong_id("instrument.id",
                    "A short name has 2 to 40 small letters and digits, with single hyphens between them: \"mood-5\".");
  }
  return upload.instrument;
}

Result<Instrument> without_scoring(Questionnaire questionnaire, std::string_view text, const std::string& id) {
  auto scoring = no_scoring(questionnaire, id);
  return Instrument::make(std::move(questionnaire), std::move(scoring), {std::string(text), ""});
}

Result<Instrument> read_without_scoring(std::string_view text, const std::string& id) {
  auto questionnaire = read_questionnaire(text);
  if (!questionnaire) return fail(of_file(kInQuestionnaire, questionnaire.error()));
  return without_scoring(*std::move(questionnaire), text, id);
}

/// Before it can be asked, something of it can be answered.
Result<void> check_asks_something(const Instrument& instrument) {
  if (instrument.questions().empty()) {
    const std::string sentence =
        "Nothing of it can be answered here: forms are answered by choosing one of several answers.";
    return fail(invalid("instrument.nothing_asked", sentence, {{std::string(kInQuestionnaire) + "/item", sentence}}));
  }
  return {};
}

/// `beside`: what is added with it.
Result<void> check_counterpart(const Instrument& instrument, std::span<const std::shared_ptr<const Instrument>> beside,
                               const InstrumentLibrary& library) {
  const auto& scoring = instrument.scoring();
  if (!scoring.counterpart) return {};
  const auto wanted = plain(*scoring.counterpart);
  const auto other =
      std::find_if(beside.begin(), beside.end(), [&](const auto& one) { return plain(one->id()) == wanted; });
  const auto why = why_no_counterpart(scoring, other == beside.end() ? library.find(wanted) : other->get());
  if (why.empty()) return {};
  return refuse("instrument.counterpart", instrument.id() + std::string(kScoring), why);
}

}  // namespace

Result<InstrumentLibrary> InstrumentLibrary::shipped() {
  std::vector<InstrumentFile> files;
  for (const auto& embedded : {instrument_files(), instrument_pack_files()}) {
    for (const auto& file : embedded) {
      files.push_back({std::string(file.path.substr(file.path.rfind('/') + 1)), file.content});
    }
  }
  InstrumentLibrary library;
  TRY(library.add(files));
  return library;
}

Result<void> InstrumentLibrary::add(std::span<const InstrumentFile> files) {
  std::set<std::string> ids;
  for (const auto& file : files) {
    const auto id = id_of(file.name);
    if (!id) {
      return refuse("instrument.file_name", file.name,
                    fmt::format("The name must end in {} or {}.", kQuestionnaire, kScoring));
    }
    ids.insert(*id);
  }
  std::vector<Shared> found;
  for (const auto& id : ids) {
    TRY_ASSIGN(auto instrument, read(files, id));
    found.push_back(std::make_shared<const Instrument>(std::move(instrument)));
  }
  for (const auto& one : found) TRY(check_counterpart(*one, found, *this));
  for (auto& instrument : found) {
    if (instrument->scoring().licence.off_until_confirmed) set_off(instrument->id(), true);
    put(std::move(instrument));
  }
  return {};
}

void InstrumentLibrary::put(Shared instrument) {
  keep(instrument);
  std::erase_if(instruments_, [&](const Shared& known) { return plain(known->id()) == plain(instrument->id()); });
  const auto after = std::find_if(instruments_.begin(), instruments_.end(),
                                  [&](const Shared& known) { return known->id() > instrument->id(); });
  instruments_.insert(after, std::move(instrument));
}

void InstrumentLibrary::keep(Shared instrument) {
  auto digest = instrument->digest();
  versions_.insert_or_assign(std::move(digest), std::move(instrument));
}

void InstrumentLibrary::set_off(std::string_view id, bool off) {
  if (off) {
    off_.insert(plain(id));
  } else {
    off_.erase(plain(id));
  }
}

bool InstrumentLibrary::is_off(std::string_view id) const {
  return off_.contains(plain(id));
}

Result<Instrument> InstrumentLibrary::read_upload(const Upload& upload) const {
  if (upload.scoring) {
    TRY_ASSIGN(auto both, read_brought_files(upload.questionnaire, *upload.scoring));
    TRY_ASSIGN(const auto id, id_of_upload({both.id(), "", {}}, ""));
    if (!upload.instrument.empty() && upload.instrument != id) {
      return wrong_id("instrument.id", fmt::format("The scoring file calls it \"{}\".", id));
    }
    if (const auto* known = find(id)) {
      if (has_wording(known->questionnaire())) return wrong_id("instrument.known", known_already(*known));
      return fail(
          of_file(kInScoring, invalid("instrument.files", "The program has the scoring; leave this file out.")));
    }
    TRY(check_asks_something(both));
    return both;
  }
  auto questionnaire = read_brought_questionnaire(upload.questionnaire, LanguageIs::needed);
  if (!questionnaire) return fail(of_file(kInQuestionnaire, questionnaire.error()));
  TRY_ASSIGN(const auto id,
             id_of_upload(upload, questionnaire->name.empty() ? questionnaire->title.text : questionnaire->name));
  const auto* known = find(id);
  if (known != nullptr && has_wording(known->questionnaire()))
    return wrong_id("instrument.known", known_already(*known));
  TRY_ASSIGN(auto instrument, known != nullptr ? supply_wording(*known, std::move(questionnaire), upload.questionnaire)
                                               : without_scoring(*std::move(questionnaire), upload.questionnaire, id));
  TRY(check_asks_something(instrument));
  return instrument;
}

std::vector<FileMistake> mistakes_of(const Error& error, const Upload& upload) {
  std::vector<FileMistake> found;
  for (const auto& field : error.fields) {
    const auto colon = field.path.find(':');
    if (colon == std::string::npos) continue;
    FileMistake one{field.path.substr(0, colon), 0, field.path.substr(colon + 1), field.message};
    const bool in_scoring = one.file == "scoring" && upload.scoring;
    const auto text = in_scoring ? *upload.scoring : upload.questionnaire;
    // What is no JSON has no places; its sentence names the line.
    if ((in_scoring || one.file == "questionnaire") && parse_document(text)) one.line = line_of(text, one.place);
    found.push_back(std::move(one));
  }
  return found;
}

Result<Instrument> InstrumentLibrary::read(std::span<const InstrumentFile> files, const std::string& id) const {
  const auto* questionnaire = find_file(files, id + std::string(kQuestionnaire));
  const auto* scoring = find_file(files, id + std::string(kScoring));
  const auto* known = find(id);
  if (known != nullptr && has_wording(known->questionnaire())) {
    return refuse("instrument.known", id, known_already(*known));
  }
  if (questionnaire == nullptr)
    return refuse("instrument.files", id, fmt::format("{}{} is missing.", id, kQuestionnaire));
  if (known == nullptr && scoring == nullptr) {
    return refuse("instrument.files", id,
                  fmt::format("{}{} is missing. It says which answers are added up to what and under which licence the "
                              "questionnaire is; docs/how-to/add-an-instrument.md has the shortest one.",
                              id, kScoring));
  }
  if (known == nullptr) return read_new(*questionnaire, *scoring, id);
  if (scoring != nullptr)
    return refuse("instrument.files", scoring->name, "The program has the scoring; leave this file out.");
  auto instrument = supply_wording(*known, read_questionnaire(questionnaire->content), questionnaire->content);
  if (!instrument) {
    return fail(in_files(instrument.error(), questionnaire->name, questionnaire->content, id + std::string(kScoring),
                         known->texts().scoring));
  }
  return instrument;
}

const Instrument* InstrumentLibrary::find(std::string_view id) const {
  // As it is spelt nearly always; no two are the same but for their spelling (put).
  auto found =
      std::find_if(instruments_.begin(), instruments_.end(), [&](const Shared& known) { return known->id() == id; });
  if (found == instruments_.end()) {
    const auto wanted = plain(id);
    found = std::find_if(instruments_.begin(), instruments_.end(),
                         [&](const Shared& known) { return plain(known->id()) == wanted; });
  }
  return found == instruments_.end() ? nullptr : found->get();
}

const Instrument* InstrumentLibrary::find_version(std::string_view digest) const {
  return share_version(digest).get();
}

std::shared_ptr<const Instrument> InstrumentLibrary::share_version(std::string_view digest) const {
  const auto found = versions_.find(digest);
  return found == versions_.end() ? nullptr : found->second;
}

Result<Instrument> InstrumentLibrary::read_stored(const std::string& id, std::string_view questionnaire,
                                                  std::string_view scoring) {
  auto read = scoring.empty() ? read_without_scoring(questionnaire, id) : read_files(questionnaire, scoring);
  if (!read) return fail(in_files(read.error(), "questionnaire", questionnaire, "scoring", scoring));
  if (read->id() != id) return refuse("instrument.id", "scoring", fmt::format("It calls itself \"{}\".", read->id()));
  return read;
}

}  // namespace rapport::measures
