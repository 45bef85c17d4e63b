#include "measures/questionnaire.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "measures/json_fields.hpp"

namespace rapport::measures {
namespace {

constexpr std::string_view kOrdinal = R"("url":"http://hl7.org/fhir/StructureDefinition/ordinalValue")";
constexpr std::string_view kWeight = R"("url":"http://hl7.org/fhir/StructureDefinition/itemWeight")";

std::string with_items(std::string_view items) {
  return fmt::format(R"({{"resourceType":"Questionnaire","language":"en","item":[{}]}})", items);
}

std::string with_options(std::string_view options) {
  return with_items(fmt::format(R"({{"linkId":"1","text":"How?","type":"choice","answerOption":[{}]}})", options));
}

/// The ordinal value of the only answer.
std::optional<double> ordinal_value(std::string_view option) {
  const auto read = read_questionnaire(with_options(option));
  if (!read) {
    ADD_FAILURE() << read.error().detail;
    return {};
  }
  return read->items.at(0).answer_options.at(0).ordinal_value;
}

std::string refused(const std::string& text) {
  const auto read = read_questionnaire(text);
  if (read) return "it was read";
  EXPECT_EQ(read.error().kind, ErrorKind::invalid);
  return read.error().detail;
}

TEST(Questionnaire, TakesTheOrdinalValueFromEitherPlaceAndEitherExtension) {
  for (const auto url : {kOrdinal, kWeight}) {
    EXPECT_EQ(
        ordinal_value(fmt::format(R"({{"valueCoding":{{"code":"a","extension":[{{{},"valueDecimal":2}}]}}}})", url)),
        2);
    EXPECT_EQ(
        ordinal_value(fmt::format(R"({{"extension":[{{{},"valueDecimal":2.5}}],"valueCoding":{{"code":"a"}}}})", url)),
        2.5);
    EXPECT_EQ(ordinal_value(fmt::format(R"({{"extension":[{{{},"valueInteger":-1}}],"valueString":"a"}})", url)), -1);
  }
  EXPECT_EQ(ordinal_value(R"({"valueInteger":3})"), 3);
  EXPECT_EQ(ordinal_value(R"({"valueCoding":{"code":"a"}})"), std::nullopt);
}

TEST(Questionnaire, RefusesAStatusThatFhirDoesNotHave) {
  const auto with = [](std::string_view status) {
    return fmt::format(R"({{"resourceType":"Questionnaire","status":"{}","language":"en",
      "item":[{{"linkId":"1","text":"How?","type":"choice","answerOption":[{{"valueInteger":0}},{{"valueInteger":1}}]}}]}})",
                       status);
  };
  for (const auto* known : {"draft", "active", "retired", "unknown"})
    EXPECT_TRUE(read_questionnaire(with(known))) << known;
  EXPECT_NE(refused(with("foo")).find(R"("draft", "active", "retired", "unknown")"), std::string::npos);
}

TEST(Questionnaire, RefusesTwoOrdinalValuesThatDisagree) {
  const auto option = [](double second) {
    return with_options(fmt::format(
        R"({{"extension":[{{{},"valueDecimal":{}}}],"valueCoding":{{"code":"a","extension":[{{{},"valueDecimal":1}}]}}}})",
        kWeight, second, kOrdinal));
  };
  EXPECT_TRUE(read_questionnaire(option(1)));
  EXPECT_NE(refused(option(2)).find("two ordinal values, 1 and 2"), std::string::npos);
}

TEST(Questionnaire, FindsQuestionsInNestedGroupsAndTheirConditions) {
  const auto read = read_questionnaire(with_items(R"(
    {"linkId":"i","type":"display","text":"Read this"},
    {"linkId":"g","type":"group","text":"A","item":[
      {"linkId":"h","type":"group","item":[{"linkId":"h1","type":"decimal","text":"How much?","extension":[
        {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0},
        {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":10}]}]},
      {"linkId":"g1","type":"text","text":"Why?","enableBehavior":"any","enableWhen":[
        {"question":"h1","operator":">","answerDecimal":5},{"question":"nowhere","operator":"exists","answerBoolean":true}],
        "item":[{"linkId":"g1a","type":"integer","text":"And?"}]}]})"));
  ASSERT_TRUE(read) << read.error().detail;
  std::vector<std::string> found;
  for (const auto* item : questions(*read)) found.push_back(item->link_id);
  EXPECT_EQ(found, (std::vector<std::string>{"h1", "g1", "g1a"}));
  EXPECT_EQ(questions(*read).at(0)->max_value, 10);
  const auto& why = *questions(*read).at(1);
  EXPECT_EQ(why.type, ItemType::other);
  EXPECT_TRUE(why.enable_any);
  ASSERT_EQ(why.enable_when.size(), 2U);
  EXPECT_EQ(why.enable_when[0].comparison, ">");
  EXPECT_EQ(why.enable_when[0].number, 5);
  EXPECT_EQ(why.enable_when[1].exists, true);
}

TEST(Questionnaire, KnowsALineAndTheNamesOfItsEnds) {
  const auto read = read_questionnaire(with_items(R"(
    {"linkId":"1","type":"decimal","text":"Mark it","extension":[
      {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0},
      {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":10}],"item":[
      {"linkId":"1a","type":"display","text":"low","extension":[
        {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl","valueCodeableConcept":{"coding":[
          {"system":"http://hl7.org/fhir/questionnaire-item-control","code":"lower"}]}}]},
      {"linkId":"1b","type":"display","text":"high","extension":[
        {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl","valueCodeableConcept":{"coding":[
          {"system":"http://hl7.org/fhir/questionnaire-item-control","code":"upper"}]}}]},
      {"linkId":"1c","type":"display","text":"Take your time"}]},
    {"linkId":"2","type":"decimal","text":"How much?"},
    {"linkId":"3","type":"integer","text":"How many?","extension":[
      {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":0},
      {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":10}]})"));
  ASSERT_TRUE(read) << read.error().detail;
  const auto& line = read->items.at(0);
  EXPECT_TRUE(is_line(line));
  EXPECT_FALSE(is_line(read->items.at(1))) << "no ends";
  EXPECT_FALSE(is_line(read->items.at(2))) << "whole numbers are chosen";
  EXPECT_EQ(line.items.at(0).end, LineEnd::lower);
  EXPECT_EQ(line.items.at(1).end, LineEnd::upper);
  EXPECT_EQ(line.items.at(2).end, LineEnd::none);
  auto uneven = line;
  uneven.min_value = 0.25;
  EXPECT_FALSE(is_line(uneven)) << "ends that no mark can have";
  EXPECT_TRUE(is_tenth(0.1 + 0.2));
  EXPECT_FALSE(is_tenth(0.35));
}

TEST(Questionnaire, RefusesConditionsThatCanBeReadInTwoWays) {
  const auto with = [](std::string_view rest) {
    return refused(with_items(fmt::format(R"({{"linkId":"1","type":"integer","enableWhen":[{}}})", rest)));
  };
  EXPECT_NE(with(R"({"question":"a","operator":"="},{"question":"b","operator":"="}])").find("\"all\" or \"any\""),
            std::string::npos);
  EXPECT_NE(with(R"({"question":"a","operator":"like"}])").find("must be exists, ="), std::string::npos);
  EXPECT_NE(with(R"({"operator":"="}])").find("question"), std::string::npos);
}

TEST(Questionnaire, PassesOverWhatIsNotForTheRespondent) {
  const auto read = read_questionnaire(with_items(R"(
    {"linkId":"1","type":"integer","text":"How?"},
    {"linkId":"2","type":"decimal","text":"Sum","extension":[{"url":
      "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
      "valueExpression":{"language":"text/fhirpath","expression":"1"}}]},
    {"linkId":"2a","type":"decimal","text":"Sum","extension":[{"url":
      "http://hl7.org/fhir/StructureDefinition/questionnaire-calculatedExpression",
      "valueExpression":{"language":"text/fhirpath","expression":"1"}}]},
    {"linkId":"3","type":"string","text":"Number","readOnly":true},
    {"linkId":"4","type":"group","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",
      "valueBoolean":true}],"item":[{"linkId":"5","type":"integer","text":"Unseen"}]},
    {"linkId":"6","type":"integer","text":"Seen","extension":[{"url":
      "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden","valueBoolean":false}]},
    {"linkId":"7","type":"display","text":"You scored high","enableWhen":[
      {"question":"2","operator":">","answerDecimal":9}]})"));
  ASSERT_TRUE(read) << read.error().detail;
  std::vector<std::string> found;
  for (const auto* item : questions(*read)) found.push_back(item->link_id);
  EXPECT_EQ(found, (std::vector<std::string>{"1", "6"}));
  EXPECT_EQ(read->items.back().type, ItemType::passed_over);
}

TEST(Questionnaire, TakesAnswersFromAValueSetThatTheFileContains) {
  const auto with = [](std::string_view contained, std::string_view name) {
    return fmt::format(
        R"({{"resourceType":"Questionnaire","language":"en","contained":[{}],"item":[
          {{"linkId":"1","type":"choice","text":"How?","answerValueSet":"{}"}}]}})",
        contained, name);
  };
  const auto compose = fmt::format(
      R"({{"resourceType":"ValueSet","id":"a","compose":{{"include":[{{"system":"urn:s","concept":[
        {{"code":"n","display":"No","extension":[{{{},"valueDecimal":0}}],
          "designation":[{{"language":"de","value":"Nein"}},{{"value":"Nope"}}]}},
        {{"display":"Yes","extension":[{{{},"valueDecimal":1}}]}}]}}]}}}})",
      kOrdinal, kWeight);
  const auto read = read_questionnaire(with(compose, "#a"));
  ASSERT_TRUE(read) << read.error().detail;
  const auto& options = read->items[0].answer_options;
  ASSERT_EQ(options.size(), 2U);
  EXPECT_EQ(options[0].system, "urn:s");
  EXPECT_EQ(options[0].display.in("de"), "Nein");
  EXPECT_EQ(options[1].code, "Yes") << "without a code the display is one";
  EXPECT_EQ(options[1].ordinal_value, 1);
  const auto expanded = read_questionnaire(
      with(R"({"resourceType":"ValueSet","id":"b","expansion":{"contains":[{"system":"urn:t","code":"x"}]}})", "#b"));
  ASSERT_TRUE(expanded) << expanded.error().detail;
  EXPECT_EQ(expanded->items[0].answer_options.at(0).system, "urn:t");
  EXPECT_NE(refused(with(compose, "#b")).find("contains no ValueSet \"b\""), std::string::npos);
  EXPECT_TRUE(read_questionnaire(with(compose, "http://elsewhere"))->items[0].answer_options.empty());
}

TEST(Questionnaire, IsReadBehindAByteOrderMarkAndSaysTheRightLine) {
  EXPECT_TRUE(read_questionnaire("\xEF\xBB\xBF" + with_items(R"({"linkId":"1","type":"integer"})")));
  EXPECT_NE(refused("\xEF\xBB\xBF{\"resourceType\":\"Questionnaire\",\n\"item\":[{\"type\":5}]}").find("Line 2"),
            std::string::npos);
}

TEST(Languages, MatchByTheirPrimaryPart) {
  const std::vector<std::string> both{"en-US", "de-CH", "de"};
  EXPECT_EQ(*match_language(both, "de"), "de");
  EXPECT_EQ(*match_language(both, "de-AT"), "de-CH");
  EXPECT_EQ(*match_language(both, "en"), "en-US");
  EXPECT_EQ(match_language(both, "d"), nullptr);
  EXPECT_EQ(match_language({}, "en"), nullptr);
}

TEST(Questionnaire, HasALanguageOnlyWhenEverythingIsTranslated) {
  constexpr auto translated = R"({{"linkId":"{}","type":"integer","text":"How?","_text":{{"extension":[
    {{"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[
      {{"url":"lang","valueCode":"de"}},{{"url":"content","valueString":"Wie?"}}]}}]}}}})";
  const auto whole = read_questionnaire(with_items(fmt::format(fmt::runtime(translated), "1")));
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_EQ(languages(*whole), (std::vector<std::string>{"en", "de"}));
  EXPECT_EQ(whole->items[0].text.in("de"), "Wie?");
  EXPECT_EQ(whole->items[0].text.in("da"), "How?");
  const auto half = read_questionnaire(
      with_items(fmt::format(fmt::runtime(translated), "1") + R"(,{"linkId":"2","type":"integer","text":"What?"})"));
  ASSERT_TRUE(half) << half.error().detail;
  EXPECT_EQ(languages(*half), std::vector<std::string>{"en"});
}

TEST(Questionnaire, SaysLineAndFieldOfWhatIsWrong) {
  const auto read = read_questionnaire(
      "{\n\"resourceType\": \"Questionnaire\",\n\"item\": [\n"
      "  {\"linkId\": \"1\", \"type\": \"integer\"},\n"
      "  {\"linkId\": \"1\",\n   \"type\": 5,\n \"code\": \"a\"}\n]}");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().detail, "Line 5, /item/1/linkId: The linkId \"1\" is used twice.");
  ASSERT_EQ(read.error().fields.size(), 3U) << "one mistake to a place";
  EXPECT_EQ(read.error().fields[1].path, "/item/1/type");
  EXPECT_EQ(read.error().fields[1].message, "This must be a text.");
  EXPECT_EQ(read.error().fields[2].path, "/item/1/code");
}

TEST(Questionnaire, RefusesWhatIsNoQuestionnaire) {
  EXPECT_NE(refused("").find("no well-formed JSON"), std::string::npos);
  EXPECT_NE(refused("{\n\"a\":1,\n}").find("Line 3"), std::string::npos);
  EXPECT_NE(refused("{}{}").find("no well-formed JSON"), std::string::npos);
  EXPECT_NE(refused("[]").find("must be an object"), std::string::npos);
  EXPECT_NE(refused("\"\xFC\"").find("not UTF-8"), std::string::npos);
  EXPECT_NE(refused(R"({"resourceType":"Patient"})").find("Questionnaire"), std::string::npos);
  EXPECT_NE(refused(with_items("")).find("nothing to answer"), std::string::npos);
  EXPECT_NE(refused(with_items(R"({"linkId":"1","type":"display"})")).find("nothing to answer"), std::string::npos);
  EXPECT_NE(refused(with_items(R"({"type":"integer"})")).find("linkId"), std::string::npos);
}

TEST(Questionnaire, HasLimits) {
  EXPECT_NE(refused(std::string(kMaxDocumentBytes + 1, ' ')).find("larger than"), std::string::npos);
  EXPECT_NE(refused(std::string(100, '[')).find("no well-formed JSON"), std::string::npos);
  std::string items;
  for (std::size_t i = 0; i <= kMaxItems; ++i) {
    items += fmt::format(R"({}{{"linkId":"g{}","type":"group","item":[{{"linkId":"{}","type":"integer"}}]}})",
                         i == 0 ? "" : ",", i, i);
    if (i == kMaxItems / 2 - 1) {
      EXPECT_TRUE(read_questionnaire(with_items(items)));
    }
  }
  EXPECT_NE(refused(with_items(items)).find("at most 500"), std::string::npos);
  items.resize(items.size() -
               std::string(R"(,{"linkId":"g500","type":"group","item":[{"linkId":"500","type":"integer"}]})").size());
  EXPECT_NE(refused(with_items(items)).find("more than 500 items"), std::string::npos);
  const auto long_text =
      fmt::format(R"({{"linkId":"1","type":"integer","text":"{}"}})", std::string(kMaxTextLength + 1, 'x'));
  EXPECT_NE(refused(with_items(long_text)).find("longer than"), std::string::npos);
}

TEST(LineOf, FollowsTheWay) {
  constexpr std::string_view text = "{\"a\\\"}\": [1, {\"x\": \"]\"}],\n\"b\": [\n 1,\n {\"c\":\n null}]}";
  ASSERT_TRUE(parse_document(text));
  EXPECT_EQ(line_of(text, ""), 1U);
  EXPECT_EQ(line_of(text, "/b"), 2U);
  EXPECT_EQ(line_of(text, "/b/0"), 3U);
  EXPECT_EQ(line_of(text, "/b/1"), 4U);
  EXPECT_EQ(line_of(text, "/b/1/c"), 5U);
  EXPECT_EQ(line_of(text, "/b/1/missing"), 4U);
  EXPECT_EQ(line_of(text, "/missing/1"), 1U);
}

}  // namespace
}  // namespace rapport::measures
