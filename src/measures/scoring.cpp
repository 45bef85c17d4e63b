#include "measures/scoring.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "measures/json_fields.hpp"

namespace rapport::measures {
namespace {

constexpr std::size_t kMaxEntries = 500;

template <class Value>
using Names = std::initializer_list<std::pair<std::string_view, Value>>;

/// One of the names; anything else is a mistake and read as the first.
template <class Value>
Value read_name(Fields& fields, std::string_view key, Names<Value> names) {
  const auto text = fields.optional_text(key).value_or("");
  std::string known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", name);
  }
  fields.wrong(key, fmt::format("This must be one of {}.", known));
  return names.begin()->second;
}

Direction read_direction(Fields& fields) {
  return read_name<Direction>(fields, "direction",
                              {{"higher_worse", Direction::higher_worse}, {"higher_better", Direction::higher_better}});
}

void read_missing(Fields& fields, Scale& scale) {
  fields.refuse_all_but({"rule", "max_missing", "not_asked", "scales"});
  scale.not_asked = fields.optional_number("not_asked");
  scale.missing = read_name<MissingRule>(fields, "rule",
                                         {{"complete_only", MissingRule::complete_only},
                                          {"prorate", MissingRule::prorate},
                                          {"count_answered", MissingRule::count_answered},
                                          {"sum_of_scales", MissingRule::sum_of_scales}});
  scale.parts = fields.texts("scales", kMaxEntries);
  if (scale.missing != MissingRule::prorate) return;
  const auto most = fields.number("max_missing");
  if (most < 1 || most >= static_cast<double>(scale.items.size()) || most != std::floor(most)) {
    fields.wrong("max_missing", "This must be a whole number, at least 1 and less than the number of items.");
    return;
  }
  scale.max_missing = static_cast<int>(most);
}

Scale read_scale(Fields& fields) {
  fields.refuse_all_but({"key", "label", "method", "factor", "items", "range", "direction", "missing", "loinc"});
  Scale scale;
  scale.key = fields.text("key");
  scale.label = fields.text("label");
  scale.method =
      read_name<Method>(fields, "method", {{"sum", Method::sum}, {"mean", Method::mean}, {"count", Method::count}});
  scale.factor = fields.optional_number("factor").value_or(1);
  if (scale.factor <= 0) fields.wrong("factor", "This must be above zero.");
  scale.items = fields.texts("items", kMaxEntries);
  if (scale.items.empty()) fields.wrong("items", "A scale needs at least one item.");
  const auto range = fields.numbers("range", 2);
  if (range.size() == 2 && range[0] < range[1]) {
    scale.min = range[0];
    scale.max = range[1];
  } else {
    fields.wrong("range", "This must be the lowest and the highest score.");
  }
  scale.direction = read_direction(fields);
  if (auto missing = fields.optional_object("missing")) {
    read_missing(*missing, scale);
  } else {
    fields.wrong("missing", "What happens with missing answers must be said.");
  }
  scale.loinc = fields.optional_text("loinc").value_or("");
  return scale;
}

Variant read_variant(Fields& fields) {
  fields.refuse_all_but({"key", "offset"});
  return {fields.text("key"), fields.number("offset")};
}

Band read_band(Fields& fields) {
  fields.refuse_all_but({"scale", "min", "max", "label", "citation"});
  return {fields.text("scale"), fields.number("min"), fields.number("max"), fields.text("label"),
          fields.optional_text("citation")};
}

Cutoff read_cutoff(Fields& fields) {
  fields.refuse_all_but(
      {"scale", "value", "value_max", "reached_when", "meaning", "citation", "population", "clinical"});
  Cutoff cutoff;
  cutoff.scale = fields.text("scale");
  cutoff.value = fields.number("value");
  cutoff.value_max = fields.optional_number("value_max");
  cutoff.reached_when = read_name<Reached>(
      fields, "reached_when",
      {{"at_or_above", Reached::at_or_above}, {"at_or_below", Reached::at_or_below}, {"below", Reached::below}});
  cutoff.meaning = fields.text("meaning");
  cutoff.citation = fields.optional_text("citation");
  cutoff.population = fields.optional_text("population");
  cutoff.clinical = fields.flag("clinical", false);
  return cutoff;
}

void check_reliable_change(Fields& fields, const ReliableChange& change) {
  if (!fields.has("value") && !(fields.has("sd") && fields.has("reliability"))) {
    fields.wrong("value", "A value is needed, or both sd and reliability.");
  }
  if (change.value && *change.value <= 0) fields.wrong("value", "This must be above zero.");
  if (change.sd && *change.sd <= 0) fields.wrong("sd", "This must be above zero.");
  if (change.reliability && (*change.reliability <= 0 || *change.reliability >= 1)) {
    fields.wrong("reliability", "This must be above 0 and below 1.");
  }
}

ReliableChange read_reliable_change(Fields& fields) {
  fields.refuse_all_but({"scale", "kind", "value", "value_max", "sd", "reliability", "source", "population"});
  ReliableChange change;
  change.scale = fields.text("scale");
  change.kind = read_name<ChangeKind>(
      fields, "kind",
      {{"reliable_change", ChangeKind::reliable_change}, {"relevant_change", ChangeKind::relevant_change}});
  change.value = fields.optional_number("value");
  change.value_max = fields.optional_number("value_max");
  change.sd = fields.optional_number("sd");
  change.reliability = fields.optional_number("reliability");
  change.source = fields.optional_text("source");
  change.population = fields.optional_text("population");
  check_reliable_change(fields, change);
  return change;
}

SafetyItem read_safety_item(Fields& fields) {
  fields.refuse_all_but({"item", "min", "topic", "rule"});
  return {fields.text("item"), fields.number("min"), fields.text("topic"), fields.text("rule")};
}

ReviewItem read_review_item(Fields& fields) {
  fields.refuse_all_but({"item", "min", "by"});
  return {fields.text("item"), fields.number("min"), fields.text("by")};
}

Licence read_licence(Fields& fields) {
  fields.refuse_all_but(
      {"status", "spdx", "url", "show_to_respondent", "commercial_builds", "off_until_confirmed", "changes"});
  Licence licence;
  licence.status = read_name<LicenceStatus>(
      fields, "status",
      {{"A", LicenceStatus::free_to_ship}, {"B", LicenceStatus::separate_pack}, {"C", LicenceStatus::structure_only}});
  licence.spdx = fields.optional_text("spdx");
  licence.url = fields.optional_text("url");
  if (licence.url && !licence.url->starts_with("https://") && !licence.url->starts_with("http://")) {
    fields.wrong("url", "This must begin with https:// or http://.");
  }
  licence.show_to_respondent = fields.optional_text("show_to_respondent");
  licence.commercial_builds = read_name<bool>(fields, "commercial_builds", {{"on", true}, {"off", false}});
  licence.off_until_confirmed = fields.flag("off_until_confirmed", false);
  licence.changes = fields.optional_text("changes");
  return licence;
}

template <class Entry>
std::vector<Entry> read_all(Fields& fields, std::string_view key, Entry (*read)(Fields&)) {
  std::vector<Entry> found;
  for (auto& entry : fields.objects(key, kMaxEntries)) found.push_back(read(entry));
  return found;
}

void read_head(Fields& fields, Scoring& scoring) {
  if (fields.text("schema") != kScoringSchema) {
    fields.wrong("schema", fmt::format("This program reads \"{}\".", kScoringSchema));
  }
  scoring.instrument = fields.text("instrument");
  scoring.name = fields.text("name");
  scoring.version = fields.text("version");
  scoring.edition = fields.optional_text("edition").value_or("");
  scoring.period = fields.optional_text("period");
  scoring.language = fields.optional_text("language").value_or("");
  if (fields.has("respondent")) {
    scoring.respondent = read_name<Respondent>(fields, "respondent",
                                               {{"client", Respondent::client}, {"therapist", Respondent::therapist}});
  }
  scoring.counterpart = fields.optional_text("counterpart");
  scoring.citation = fields.text("citation");
  if (auto licence = fields.optional_object("licence")) {
    scoring.licence = read_licence(*licence);
  } else {
    fields.wrong("licence", "The licence is missing.");
  }
}

}  // namespace

Result<Scoring> read_scoring(std::string_view text) {
  TRY_ASSIGN(const auto document, parse_document(text));
  Mistakes mistakes;
  Fields fields(document, "", mistakes);
  fields.refuse_all_but(
      {"schema",     "instrument",  "name",         "version",          "questionnaire", "edition",
       "period",     "citation",    "licence",      "scales",           "reverse",       "unscored",
       "variants",   "bands",       "cutoffs",      "safety",           "review",        "reliable_change",
       "unverified", "information", "loinc_notice", "items_if_allowed", "language",      "respondent",
       "counterpart"});
  Scoring scoring;
  read_head(fields, scoring);
  scoring.scales = read_all(fields, "scales", read_scale);
  scoring.reverse = fields.texts("reverse", kMaxEntries);
  scoring.unscored = fields.texts("unscored", kMaxEntries);
  scoring.variants = read_all(fields, "variants", read_variant);
  scoring.bands = read_all(fields, "bands", read_band);
  scoring.cutoffs = read_all(fields, "cutoffs", read_cutoff);
  scoring.reliable_change = read_all(fields, "reliable_change", read_reliable_change);
  scoring.safety = read_all(fields, "safety", read_safety_item);
  scoring.review = read_all(fields, "review", read_review_item);
  scoring.items_if_allowed = fields.flag("items_if_allowed", false);
  scoring.unverified = fields.texts("unverified", kMaxEntries);
  scoring.loinc_notice = fields.optional_text("loinc_notice").value_or("");
  if (scoring.scales.empty()) fields.wrong("scales", "At least one scale is needed.");
  if (!mistakes.none()) return fail(mistakes.error("scoring.invalid", text));
  return scoring;
}

namespace {

void list_items(const std::vector<Item>& items, std::vector<std::string>& link_ids) {
  for (const auto& item : items) {
    if (item.type == ItemType::passed_over) continue;
    if (item.type != ItemType::display && item.type != ItemType::group) link_ids.push_back(item.link_id);
    list_items(item.items, link_ids);
  }
}

}  // namespace

Scoring no_scoring(const Questionnaire& questionnaire, std::string instrument) {
  Scoring scoring;
  scoring.instrument = std::move(instrument);
  scoring.name = questionnaire.title.text.empty() ? scoring.instrument : questionnaire.title.text;
  scoring.version = questionnaire.version;
  scoring.citation = questionnaire.copyright;
  scoring.licence.status = LicenceStatus::not_stated;
  list_items(questionnaire.items, scoring.unscored);
  return scoring;
}

std::string_view letter(LicenceStatus status) {
  constexpr std::array<std::string_view, 4> kLetters{"A", "B", "C", ""};
  return kLetters.at(static_cast<std::size_t>(status));
}

}  // namespace rapport::measures
