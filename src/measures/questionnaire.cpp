#include "measures/questionnaire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

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
constexpr std::size_t kMaxExtensions = 100;
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

void read_translation(Fields& extension, Wording& wording) {
  std::string language;
  std::string content;
  for (auto& part : extension.objects("extension", kMaxExtensions)) {
    const auto name = part.optional_text("url");
    if (name == "lang") language = part.text("valueCode");
    if (name == "content") content = part.text(part.has("valueMarkdown") ? "valueMarkdown" : "valueString");
  }
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

AnswerOption read_answer_option(Fields& fields) {
  AnswerOption option;
  if (auto coding = fields.optional_object("valueCoding")) {
    option.system = coding->optional_text("system").value_or("");
    option.code = coding->text("code");
    option.display = read_wording(*coding, "display");
    read_ordinal_value(*coding, option);
  } else if (const auto number = fields.optional_number("valueInteger")) {
    option.code = fmt::to_string(*number);
    option.display.text = option.code;
    option.ordinal_value = number;
  } else {
    option.code = fields.text("valueString");
    option.display = read_wording(fields, "valueString");
  }
  read_ordinal_value(fields, option);
  return option;
}

ItemType type_of(std::string_view name) {
  if (name == "display") return ItemType::display;
  if (name == "group") return ItemType::group;
  if (name == "choice" || name == "coding") return ItemType::choice;  // R4's name and R5's
  if (name == "integer") return ItemType::integer;
  if (name == "decimal") return ItemType::decimal;
  return ItemType::other;
}

class Reader {
 public:
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
    item.link_id = fields.text("linkId");
    if (!item.link_id.empty() && !link_ids_.insert(item.link_id).second) {
      fields.wrong("linkId", fmt::format("The linkId \"{}\" is used twice.", item.link_id));
    }
    item.text = read_wording(fields, "text");
    item.type = type_of(fields.text("type"));
    item.loinc = read_loinc(fields);
    item.min_value = number_extension(fields, kMinValue);
    item.max_value = number_extension(fields, kMaxValue);
    for (auto& option : fields.objects("answerOption", kMaxAnswerOptions)) {
      item.answer_options.push_back(read_answer_option(option));
    }
    item.items = read_items(fields);
    return item;
  }

  std::set<std::string, std::less<>> link_ids_;
  std::size_t count_ = 0;
};

void collect(const std::vector<Item>& items, std::vector<const Item*>& found) {
  for (const auto& item : items) {
    if (item.type != ItemType::display && item.type != ItemType::group) found.push_back(&item);
    collect(item.items, found);
  }
}

void each_wording(const std::vector<Item>& items, const std::function<void(const Wording&)>& visit) {
  for (const auto& item : items) {
    visit(item.text);
    for (const auto& option : item.answer_options) visit(option.display);
    each_wording(item.items, visit);
  }
}

}  // namespace

const std::string& Wording::in(std::string_view language) const {
  const auto found = translations.find(language);
  return found == translations.end() ? text : found->second;
}

Result<Questionnaire> read_questionnaire(std::string_view text) {
  TRY_ASSIGN(const auto document, parse_document(text));
  Mistakes mistakes;
  Fields fields(document, "", mistakes);
  Questionnaire questionnaire;
  if (fields.text("resourceType") != "Questionnaire") fields.wrong("resourceType", "This must be \"Questionnaire\".");
  questionnaire.url = fields.optional_text("url").value_or("");
  questionnaire.version = fields.optional_text("version").value_or("");
  questionnaire.title = read_wording(fields, "title");
  questionnaire.language = fields.optional_text("language").value_or("");
  questionnaire.copyright = fields.optional_text("copyright").value_or("");
  questionnaire.loinc = read_loinc(fields);
  questionnaire.items = Reader().read_items(fields);
  if (mistakes.none() && questions(questionnaire).empty()) fields.wrong("item", "There is nothing to answer.");
  if (!mistakes.none()) return fail(mistakes.error("questionnaire.invalid", text));
  return questionnaire;
}

std::vector<const Item*> questions(const Questionnaire& questionnaire) {
  std::vector<const Item*> found;
  collect(questionnaire.items, found);
  return found;
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

bool has_wording(const Questionnaire& questionnaire) {
  const auto all = questions(questionnaire);
  return std::none_of(all.begin(), all.end(), [](const Item* item) { return item->text.text.empty(); });
}

}  // namespace rapport::measures
