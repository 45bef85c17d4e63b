#include "measures/questionnaire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <regex>
#include <set>

#include "measures/brought_questionnaire.hpp"
#include "measures/digest.hpp"
#include "measures/json_fields.hpp"

namespace rapport::measures {
namespace {

constexpr std::string_view kLoinc = "http://loinc.org";
constexpr std::string_view kTranslation = "http://hl7.org/fhir/StructureDefinition/translation";
constexpr std::string_view kMinValue = "http://hl7.org/fhir/StructureDefinition/minValue";
constexpr std::string_view kMaxValue = "http://hl7.org/fhir/StructureDefinition/maxValue";
constexpr std::string_view kOrdinalValues[] = {"http://hl7.org/fhir/StructureDefinition/ordinalValue",
                                               "http://hl7.org/fhir/StructureDefinition/itemWeight",
                                               "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue"};
constexpr std::string_view kHidden = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
constexpr std::string_view kItemControl = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
/// Under FHIR's own address as well as under that of SDC.
constexpr std::string_view kCalculated = "questionnaire-calculatedExpression";
/// FHIR's types of items, R4's and R5's.
constexpr std::string_view kTypes[] = {"group",  "display",     "question", "boolean",    "decimal",   "integer",
                                       "date",   "dateTime",    "time",     "string",     "text",      "url",
                                       "choice", "open-choice", "coding",   "attachment", "reference", "quantity"};
constexpr std::string_view kComparisons[] = {"exists", "=", "!=", ">", "<", ">=", "<="};
constexpr std::size_t kMaxExtensions = 100;
constexpr std::size_t kMaxConditions = 500;
constexpr std::size_t kMaxContained = 100;
constexpr std::size_t kMaxCodes = 100;

bool is_ordinal_value(std::string_view url) {
  return std::find(std::begin(kOrdinalValues), std::end(kOrdinalValues), url) != std::end(kOrdinalValues);
}

/// The number of an extension, whichever of FHIR's two types it has.
std::optional<double> number_of(Fields& extension) {
  const auto decimal = extension.optional_number("valueDecimal");
  return decimal ? decimal : extension.optional_number("valueInteger");
}

std::optional<double> number_extension(Fields& element, std::string_view url) {
  for (auto& extension : element.objects("extension", kMaxExtensions)) {
    if (extension.optional_text("url") == url) return number_of(extension);
  }
  return std::nullopt;
}

/// "de", "de-CH", "zh-Hant", "es-419": what a browser can name and speak.
bool is_language(std::string_view tag) {
  static const std::regex form("[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?");
  return tag.size() <= 12 && std::regex_match(tag.begin(), tag.end(), form);
}

void check_language(Fields& fields, std::string_view key, std::string_view language) {
  if (!language.empty() && !is_language(language)) {
    fields.wrong(key, "This is no language: write \"en\", \"de\" or \"de-CH\".");
  }
}

void read_translation(Fields& extension, Wording& wording) {
  std::string language;
  std::string content;
  for (auto& part : extension.objects("extension", kMaxExtensions)) {
    const auto name = part.optional_text("url");
    if (name == "lang") language = part.text("valueCode");
    if (name == "content") content = part.text(part.has("valueMarkdown") ? "valueMarkdown" : "valueString");
  }
  check_language(extension, "extension", language);
  if (language.empty() || content.empty()) {
    extension.wrong("extension", "A translation needs a lang and a content.");
  } else if (!wording.translations.emplace(language, content).second) {
    extension.wrong("extension", fmt::format("There are two translations to \"{}\".", language));
  }
}

/// FHIR keeps the extensions of a text `x` beside it, in `_x`.
Wording read_wording(Fields& fields, std::string_view key) {
  Wording wording{fields.optional_text(key).value_or(""), {}};
  if (auto beside = fields.optional_object("_" + std::string(key))) {
    for (auto& extension : beside->objects("extension", kMaxExtensions)) {
      if (extension.optional_text("url") == kTranslation) read_translation(extension, wording);
    }
  }
  return wording;
}

std::string read_loinc(Fields& fields) {
  for (auto& coding : fields.objects("code", kMaxCodes)) {
    if (coding.optional_text("system") == kLoinc) return coding.text("code");
  }
  return {};
}

void read_ordinal_value(Fields& element, AnswerOption& option) {
  for (auto& extension : element.objects("extension", kMaxExtensions)) {
    if (!is_ordinal_value(extension.optional_text("url").value_or(""))) continue;
    const auto value = number_of(extension);
    if (!value) {
      extension.wrong("valueDecimal", "The ordinal value has no number.");
    } else if (option.ordinal_value && *option.ordinal_value != *value) {
      extension.wrong("valueDecimal",
                      fmt::format("This answer has two ordinal values, {} and {}.", *option.ordinal_value, *value));
    } else {
      option.ordinal_value = value;
    }
  }
}

/// Without a code the display is what tells the answers apart.
void read_coding(Fields& coding, AnswerOption& option) {
  if (auto system = coding.optional_text("system")) option.system = *system;
  option.display = read_wording(coding, "display");
  option.code = coding.optional_text("code").value_or(option.display.text);
  if (option.code.empty()) coding.wrong("code", "An answer needs a code or a display.");
  read_ordinal_value(coding, option);
}

AnswerOption read_answer_option(Fields& fields) {
  AnswerOption option;
  if (auto coding = fields.optional_object("valueCoding")) {
    read_coding(*coding, option);
  } else if (fields.has("valueInteger")) {
    option.ordinal_value = fields.optional_number("valueInteger");
    if (option.ordinal_value) option.code = option.display.text = fmt::to_string(*option.ordinal_value);
  } else {
    option.code = fields.text("valueString");
    option.display = read_wording(fields, "valueString");
  }
  read_ordinal_value(fields, option);
  return option;
}

AnswerOption read_concept(Fields& fields, const std::string& system) {
  AnswerOption option;
  option.system = system;
  read_coding(fields, option);
  for (auto& designation : fields.objects("designation", kMaxCodes)) {
    const auto language = designation.optional_text("language");
    if (!language) continue;
    check_language(designation, "language", *language);
    option.display.translations.emplace(*language, designation.text("value"));
  }
  return option;
}

using ValueSets = std::map<std::string, std::vector<AnswerOption>, std::less<>>;

/// What it lists; what it takes from elsewhere is not here to be read.
std::vector<AnswerOption> read_value_set(Fields& fields) {
  std::vector<AnswerOption> options;
  if (auto compose = fields.optional_object("compose")) {
    for (auto& include : compose->objects("include", kMaxCodes)) {
      const auto system = include.optional_text("system").value_or("");
      for (auto& one : include.objects("concept", kMaxAnswerOptions)) options.push_back(read_concept(one, system));
    }
  }
  auto expansion = fields.optional_object("expansion");
  if (!options.empty() || !expansion) return options;
  for (auto& one : expansion->objects("contains", kMaxAnswerOptions)) options.push_back(read_concept(one, ""));
  return options;
}

ValueSets read_contained(Fields& questionnaire) {
  ValueSets found;
  for (auto& resource : questionnaire.objects("contained", kMaxContained)) {
    if (resource.optional_text("resourceType") == "ValueSet") {
      found.emplace(resource.text("id"), read_value_set(resource));
    }
  }
  return found;
}

EnableWhen read_condition(Fields& fields) {
  EnableWhen when;
  when.question = fields.text("question");
  when.comparison = fields.text("operator");
  if (std::find(std::begin(kComparisons), std::end(kComparisons), when.comparison) == std::end(kComparisons)) {
    fields.wrong("operator", "This must be exists, =, !=, >, <, >= or <=.");
  }
  if (fields.has("answerBoolean")) when.exists = fields.flag("answerBoolean", true);
  when.number = fields.optional_number(fields.has("answerInteger") ? "answerInteger" : "answerDecimal");
  when.code = fields.optional_text("answerString");
  if (auto coding = fields.optional_object("answerCoding")) {
    when.system = coding->optional_text("system").value_or("");
    when.code = coding->optional_text("code");
    if (!when.code) when.code = coding->text("display");
  }
  return when;
}

void read_conditions(Fields& fields, Item& item) {
  for (auto& one : fields.objects("enableWhen", kMaxConditions)) item.enable_when.push_back(read_condition(one));
  const auto behavior = fields.optional_text("enableBehavior");
  item.enable_any = behavior == "any";
  if (item.enable_when.size() > 1 && behavior != "any" && behavior != "all") {
    fields.wrong("enableBehavior", "With several conditions this must be \"all\" or \"any\".");
  }
}

bool is_passed_over(Fields& fields, const Item& item) {
  if (fields.flag("readOnly", false) || (item.type == ItemType::display && !item.enable_when.empty())) return true;
  for (auto& extension : fields.objects("extension", kMaxExtensions)) {
    const auto url = extension.optional_text("url").value_or("");
    if (url.ends_with(kCalculated) || (url == kHidden && extension.flag("valueBoolean", false))) return true;
  }
  return false;
}

LineEnd line_end(Fields& fields) {
  for (auto& extension : fields.objects("extension", kMaxExtensions)) {
    if (extension.optional_text("url") != kItemControl) continue;
    auto control = extension.optional_object("valueCodeableConcept");
    if (!control) continue;
    for (auto& coding : control->objects("coding", kMaxCodes)) {
      const auto code = coding.optional_text("code");
      if (code == "lower") return LineEnd::lower;
      if (code == "upper") return LineEnd::upper;
    }
  }
  return LineEnd::none;
}

ItemType type_of(std::string_view name) {
  if (name == "display") return ItemType::display;
  if (name == "group") return ItemType::group;
  if (name == "choice" || name == "coding") return ItemType::choice;  // R4's name and R5's
  if (name == "integer") return ItemType::integer;
  if (name == "decimal") return ItemType::decimal;
  return ItemType::other;
}

/// Whether a file is only read, or has to have all that a respondent needs.
enum class Reading { as_it_is, to_be_asked };

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The place of an answer before this one that reads the same, in any language of the file.
std::optional<std::size_t> same_words(const std::vector<AnswerOption>& options, std::size_t place) {
  const auto& own = options[place].display;
  for (std::size_t i = 0; i < place; ++i) {
    const auto& other = options[i].display;
    if (trimmed(own.text) == trimmed(other.text)) return i;
    for (const auto& [language, text] : own.translations) {
      const auto found = other.translations.find(language);
      if (found != other.translations.end() && trimmed(found->second) == trimmed(text)) return i;
    }
  }
  return std::nullopt;
}

/// What of an item nobody could read or choose.
void want_words(Fields& fields, const Item& item) {
  if (trimmed(item.text.text).empty()) fields.wrong("text", fmt::format("Item \"{}\" has no text.", item.link_id));
  const bool is_listed = !fields.has("answerValueSet");
  for (std::size_t i = 0; i < item.answer_options.size(); ++i) {
    const auto& option = item.answer_options[i];
    if (option.code.empty()) continue;  // was told where it was read
    const auto place = is_listed ? fmt::format("answerOption/{}", i) : std::string("answerValueSet");
    if (trimmed(option.display.text).empty()) {
      fields.wrong(place, fmt::format("Answer {} of item \"{}\" has no words.", i + 1, item.link_id));
    } else if (const auto same = same_words(item.answer_options, i)) {
      fields.wrong(
          place, fmt::format("Answers {} and {} of item \"{}\" have the same words.", *same + 1, i + 1, item.link_id));
    }
  }
  if (item.type == ItemType::choice && item.answer_options.empty() && is_listed) {
    fields.wrong("answerOption", fmt::format("Item \"{}\" has no answers to choose from.", item.link_id));
  }
}

/// A misspelt type would leave the item out in silence. Of an empty one it was told where it was read.
void want_known_type(Fields& fields, std::string_view type, std::string_view link_id) {
  if (type.empty() || std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes)) return;
  fields.wrong("type", fmt::format("The type \"{}\" of item \"{}\" is none of FHIR's: write \"choice\" where one of "
                                   "several answers is chosen.",
                                   type, link_id));
}

class Reader {
 public:
  Reader(ValueSets value_sets, Reading reading) : value_sets_(std::move(value_sets)), reading_(reading) {}

  std::vector<Item> read_items(Fields& parent) {
    std::vector<Item> items;
    for (auto& fields : parent.objects("item", kMaxItems)) {
      if (++count_ > kMaxItems) {
        parent.wrong("item", fmt::format("The questionnaire has more than {} items.", kMaxItems));
        break;
      }
      items.push_back(read_item(fields));
    }
    return items;
  }

 private:
  Item read_item(Fields& fields) {
    Item item;
    item.path = fields.path();
    item.link_id = fields.text("linkId");
    if (!item.link_id.empty() && !link_ids_.insert(item.link_id).second) {
      fields.wrong("linkId", fmt::format("The linkId \"{}\" is used twice.", item.link_id));
    }
    item.text = read_wording(fields, "text");
    const auto type = fields.text("type");
    item.type = type_of(type);
    if (item.type == ItemType::display) item.end = line_end(fields);
    item.loinc = read_loinc(fields);
    item.min_value = number_extension(fields, kMinValue);
    item.max_value = number_extension(fields, kMaxValue);
    for (auto& option : fields.objects("answerOption", kMaxAnswerOptions)) {
      item.answer_options.push_back(read_answer_option(option));
    }
    add_value_set(fields, item);
    read_conditions(fields, item);
    // A question that takes several answers at once has no one value.
    if (item.type == ItemType::choice && fields.flag("repeats", false)) item.type = ItemType::other;
    if (is_passed_over(fields, item)) item.type = ItemType::passed_over;
    // What is passed over is so with everything in it.
    const auto around = reading_;
    if (item.type == ItemType::passed_over) reading_ = Reading::as_it_is;
    if (reading_ == Reading::to_be_asked) want_known_type(fields, type, item.link_id);
    const bool is_answered = item.type != ItemType::display && item.type != ItemType::group;
    if (reading_ == Reading::to_be_asked && is_answered) want_words(fields, item);
    item.items = read_items(fields);
    reading_ = around;
    return item;
  }

  /// One that is not in the file cannot be read; whether its answers are needed is for whoever scores the item to say.
  void add_value_set(Fields& fields, Item& item) const {
    const auto name = fields.optional_text("answerValueSet");
    if (!name || !name->starts_with('#')) return;
    const auto found = value_sets_.find(name->substr(1));
    if (found == value_sets_.end()) {
      fields.wrong("answerValueSet", fmt::format("The file contains no ValueSet \"{}\".", name->substr(1)));
    } else {
      item.answer_options = found->second;
    }
  }

  ValueSets value_sets_;
  Reading reading_;
  std::set<std::string, std::less<>> link_ids_;
  std::size_t count_ = 0;
};

void collect(const std::vector<Item>& items, std::vector<const Item*>& found) {
  for (const auto& item : items) {
    if (item.type == ItemType::passed_over) continue;
    if (item.type != ItemType::display && item.type != ItemType::group) found.push_back(&item);
    collect(item.items, found);
  }
}

void each_wording(const std::vector<Item>& items, const std::function<void(const Wording&)>& visit) {
  for (const auto& item : items) {
    if (item.type == ItemType::passed_over) continue;
    visit(item.text);
    for (const auto& option : item.answer_options) visit(option.display);
    each_wording(item.items, visit);
  }
}

/// Of FHIR's four; files that were written by hand often have none.
void check_status(Fields& fields) {
  const auto status = fields.optional_text("status");
  if (!status) return;
  for (const auto* known : {"draft", "active", "retired", "unknown"}) {
    if (*status == known) return;
  }
  fields.wrong("status", R"(This must be one of "draft", "active", "retired", "unknown".)");
}

Result<Questionnaire> read(std::string_view text, Reading reading, LanguageIs language) {
  TRY_ASSIGN(const auto document, parse_document(text));
  Mistakes mistakes;
  Fields fields(document, "", mistakes);
  Questionnaire questionnaire;
  const bool is_questionnaire = fields.optional_text("resourceType") == "Questionnaire";
  if (!is_questionnaire) fields.wrong("resourceType", "This must be \"Questionnaire\".");
  check_status(fields);
  questionnaire.name = fields.optional_text("id").value_or(fields.optional_text("name").value_or(""));
  questionnaire.url = fields.optional_text("url").value_or("");
  questionnaire.version = fields.optional_text("version").value_or("");
  questionnaire.title = read_wording(fields, "title");
  questionnaire.language = fields.optional_text("language").value_or("");
  check_language(fields, "language", questionnaire.language);
  if (language == LanguageIs::needed && questionnaire.language.empty()) {
    fields.wrong(is_questionnaire ? "resourceType" : "language",
                 "Nothing says in which language this is. Write \"language\": \"en\" (or another) beside "
                 "\"resourceType\".");
  }
  questionnaire.copyright = fields.optional_text("copyright").value_or("");
  questionnaire.loinc = read_loinc(fields);
  questionnaire.items = Reader(read_contained(fields), reading).read_items(fields);
  if (mistakes.none() && questions(questionnaire).empty()) fields.wrong("item", "There is nothing to answer.");
  if (!mistakes.none()) return fail(mistakes.error("questionnaire.invalid", text));
  return questionnaire;
}

}  // namespace

const std::string& Wording::in(std::string_view language) const {
  const auto found = translations.find(language);
  return found == translations.end() ? text : found->second;
}

Result<Questionnaire> read_questionnaire(std::string_view text) {
  return read(text, Reading::as_it_is, LanguageIs::known);
}

Result<Questionnaire> read_brought_questionnaire(std::string_view text, LanguageIs language) {
  return read(text, Reading::to_be_asked, language);
}

std::vector<const Item*> questions(const Questionnaire& questionnaire) {
  std::vector<const Item*> found;
  collect(questionnaire.items, found);
  return found;
}

bool is_tenth(double number) {
  constexpr double kSame = 1e-6;
  return std::abs(number * 10 - std::round(number * 10)) < kSame;
}

bool is_line(const Item& item) {
  if (item.type != ItemType::decimal || !item.min_value || !item.max_value) return false;
  const auto length = *item.max_value - *item.min_value;
  return length > 0 && length <= kLongestLine && is_tenth(*item.min_value) && is_tenth(*item.max_value);
}

std::vector<std::string> languages(const Questionnaire& questionnaire) {
  if (questionnaire.language.empty() || !has_wording(questionnaire)) return {};
  std::map<std::string, std::size_t> translated;
  std::size_t texts = 0;
  each_wording(questionnaire.items, [&](const Wording& wording) {
    if (wording.text.empty()) return;
    ++texts;
    for (const auto& [language, content] : wording.translations) ++translated[language];
  });
  std::vector<std::string> found{questionnaire.language};
  for (const auto& [language, count] : translated) {
    if (count == texts) found.push_back(language);
  }
  return found;
}

std::string_view primary(std::string_view language) {
  return language.substr(0, language.find('-'));
}

const std::string* match_language(const std::vector<std::string>& languages, std::string_view language) {
  auto found = std::find(languages.begin(), languages.end(), language);
  if (found == languages.end()) {
    found = std::find_if(languages.begin(), languages.end(),
                         [&](const auto& one) { return primary(one) == primary(language); });
  }
  return found == languages.end() ? nullptr : &*found;
}

std::string wording_hash(const Questionnaire& questionnaire) {
  std::string read;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) read += (read.empty() ? "" : "\n") + text;
  };
  each_wording(questionnaire.items, [&](const Wording& wording) {
    add(wording.text);
    for (const auto& [language, text] : wording.translations) add(text);
  });
  return read.empty() ? "" : digest_of(read);
}

bool has_wording(const Questionnaire& questionnaire) {
  const auto all = questions(questionnaire);
  return std::all_of(all.begin(), all.end(), [](const Item* item) {
    const auto& options = item->answer_options;
    return !item->text.text.empty() && std::none_of(options.begin(), options.end(), [](const AnswerOption& option) {
      return option.display.text.empty();
    });
  });
}

}  // namespace rapport::measures
