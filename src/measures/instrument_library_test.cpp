#include "measures/instrument_library.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rapport::measures {
namespace {

InstrumentLibrary shipped() {
  return InstrumentLibrary::shipped().value();
}

std::string question(std::string_view link_id, std::string_view text, double highest = 2) {
  return fmt::format(R"({{"linkId":"{}","text":"{}","type":"choice","answerOption":[
    {{"valueInteger":0}},{{"valueInteger":1}},{{"valueInteger":{}}}]}})",
                     link_id, text, highest);
}

std::string mood_questionnaire() {
  return fmt::format(R"({{"resourceType":"Questionnaire","title":"Mood","language":"en","item":[{},{}]}})",
                     question("a", "Glad?"), question("b", "Calm?"));
}

/// `rest` replaces or adds fields.
std::string mood_scoring(std::string_view scale = R"("items":["a","b"],"range":[0,4])", std::string_view rest = "") {
  return fmt::format(
      R"({{"schema":"rapport.scoring/1","instrument":"mood","name":"Mood","version":"1","citation":"none",
    "licence":{{"status":"A","commercial_builds":"on"}},
    "scales":[{{"key":"total","label":"Total","method":"sum",{},"direction":"higher_better","missing":{{"rule":"complete_only"}}}}]
    {}}})",
      scale, rest);
}

std::string add(InstrumentLibrary& library, std::vector<std::pair<std::string, std::string>> files) {
  std::vector<InstrumentFile> views;
  for (const auto& [name, content] : files) views.push_back({name, content});
  const auto added = library.add(views);
  return added ? "" : added.error().detail;
}

std::string add_mood(const std::string& scoring) {
  auto library = shipped();
  return add(library, {{"mood.questionnaire.json", mood_questionnaire()}, {"mood.scoring.json", scoring}});
}

TEST(InstrumentLibrary, FindsWithoutCaseHyphenOrSpace) {
  const auto library = shipped();
  for (const auto* name : {"phq-9", "PHQ-9", "phq9", "PHQ 9", "p h q - 9"}) {
    ASSERT_NE(library.find(name), nullptr) << name;
    EXPECT_EQ(library.find(name)->id(), "phq-9");
  }
  EXPECT_EQ(library.find("WHO5")->id(), "who-5");
  EXPECT_EQ(library.find("phq-8"), nullptr);
  EXPECT_EQ(library.find(""), nullptr);
}

TEST(InstrumentLibrary, TakesAnInstrumentOfTheHouse) {
  auto library = shipped();
  const auto before = library.all().size();
  EXPECT_EQ(add(library, {{"mood.scoring.json", mood_scoring()}, {"mood.questionnaire.json", mood_questionnaire()}}),
            "");
  EXPECT_EQ(library.all().size(), before + 1);
  EXPECT_EQ(library.find("Mood")->scoring().scales[0].max, 4);
}

TEST(InstrumentLibrary, NamesTheFileThatIsMissingOrWrong) {
  auto library = shipped();
  const auto before = library.all().size();
  EXPECT_EQ(add(library, {{"mood.scoring.json", mood_scoring()}}), "mood: mood.questionnaire.json is missing.");
  EXPECT_EQ(add(library, {{"mood.questionnaire.json", mood_questionnaire()}}), "mood: mood.scoring.json is missing.");
  EXPECT_EQ(add(library, {{"notes.json", "{}"}}).substr(0, 12), "notes.json: ");
  EXPECT_EQ(add(library, {{"mood.scoring.json", mood_scoring()}, {"mood.questionnaire.json", "{"}}).substr(0, 25),
            "mood.questionnaire.json: ");
  EXPECT_NE(add(library, {{"tune.scoring.json", mood_scoring()}, {"tune.questionnaire.json", mood_questionnaire()}})
                .find("it must be \"tune\""),
            std::string::npos);
  EXPECT_EQ(library.all().size(), before);
}

TEST(InstrumentLibrary, DoesNotLetAFolderChangeAWording) {
  auto library = shipped();
  const auto said =
      add(library, {{"PHQ9.questionnaire.json", mood_questionnaire()}, {"PHQ9.scoring.json", mood_scoring()}});
  EXPECT_NE(said.find("not to be changed"), std::string::npos);
}

TEST(InstrumentLibrary, TakesTheWordingThatALicenceHolderSupplies) {
  const auto srs = [](double highest, std::string_view third_text) {
    std::string items;
    for (int n = 1; n <= 4; ++n) {
      items += fmt::format(R"({}{{"linkId":"{}","text":"{}","type":"decimal","extension":[
        {{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0}},
        {{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":{}}}]}})",
                           n == 1 ? "" : ",", n, n == 3 ? third_text : "supplied", highest);
    }
    return fmt::format(R"({{"resourceType":"Questionnaire","title":"SRS","language":"en","item":[{}]}})", items);
  };
  auto library = shipped();
  EXPECT_FALSE(has_wording(library.find("srs")->questionnaire()));
  EXPECT_NE(add(library, {{"srs.questionnaire.json", srs(10, "")}}).find("Not every item has a text"),
            std::string::npos);
  EXPECT_NE(add(library, {{"srs.questionnaire.json", srs(5, "supplied")}}).find("its answers give"), std::string::npos);
  EXPECT_NE(add(library, {{"srs.questionnaire.json", srs(10, "supplied")}, {"srs.scoring.json", mood_scoring()}})
                .find("leave this file out"),
            std::string::npos);
  EXPECT_EQ(add(library, {{"srs.questionnaire.json", srs(10, "supplied")}}), "");
  EXPECT_TRUE(has_wording(library.find("srs")->questionnaire()));
  EXPECT_EQ(library.find("srs")->scoring().cutoffs.at(0).value, 36);
}

TEST(InstrumentLibrary, WantsASuppliedWordingToHaveTheSameItems) {
  auto library = shipped();
  std::string items;
  for (const auto* id : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"}) {
    items += fmt::format(R"({}{{"linkId":"{}","text":"x","type":"integer","extension":[
      {{"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueInteger":1}},
      {{"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueInteger":5}}]}})",
                         items.empty() ? "" : ",", id);
  }
  const auto said =
      add(library,
          {{"wai-sr.questionnaire.json", fmt::format(R"({{"resourceType":"Questionnaire","item":[{}]}})", items)}});
  EXPECT_NE(said.find("Item \"13\" must be either in a scale or among the unscored"), std::string::npos) << said;
}

TEST(Instrument, IsRefusedWhenItsTwoFilesDisagree) {
  EXPECT_EQ(add_mood(mood_scoring()), "");
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a","c"],"range":[0,4])")).find("names the item \"c\""),
            std::string::npos);
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a","a"],"range":[0,4])")).find("\"a\" twice"), std::string::npos);
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a"],"range":[0,2])")).find("Item \"b\" must be"), std::string::npos);
  EXPECT_NE(
      add_mood(mood_scoring(R"("items":["a","b"],"range":[0,5])")).find("its range is 0 to 5; its answers give 0 to 4"),
      std::string::npos);
  const auto with = [](std::string_view rest) {
    return add_mood(mood_scoring(R"("items":["a","b"],"range":[0,4])", rest));
  };
  EXPECT_EQ(
      with(
          R"(,"bands":[{"scale":"total","min":0,"max":1,"label":"low"},{"scale":"total","min":2,"max":4,"label":"high"}])"),
      "");
  EXPECT_NE(
      with(
          R"(,"bands":[{"scale":"total","min":0,"max":1,"label":"low"},{"scale":"total","min":3,"max":4,"label":"high"}])")
          .find("should begin at 2"),
      std::string::npos);
  EXPECT_NE(with(R"(,"bands":[{"scale":"total","min":0,"max":3,"label":"all"}])").find("end at 3"), std::string::npos);
  EXPECT_NE(with(R"(,"bands":[{"scale":"sum","min":0,"max":4,"label":"all"}])").find("\"sum\", which does not exist"),
            std::string::npos);
  EXPECT_NE(with(R"(,"safety":[{"item":"z","min":1,"topic":"t","rule":"r"}])").find("\"z\""), std::string::npos);
  EXPECT_NE(with(R"(,"reverse":["z"])").find("\"z\""), std::string::npos);
  EXPECT_NE(with(R"(,"variants":[{"key":"1-3","offset":1}])").find("offset 0"), std::string::npos);
}

TEST(Scoring, RefusesWhatItDoesNotKnow) {
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a","b"],"range":[0,4],"facter":4)"))
                .find("/scales/0/facter: \"facter\" is not a known field"),
            std::string::npos);
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a","b"],"range":[4,0])")).find("lowest and the highest"),
            std::string::npos);
  const auto with = [](std::string_view rest) {
    return add_mood(mood_scoring(R"("items":["a","b"],"range":[0,4])", rest));
  };
  EXPECT_EQ(with(R"(,"information":{"anything":["goes"]})"), "");
  EXPECT_NE(
      with(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","sd":2}])").find("both sd and reliability"),
      std::string::npos);
  EXPECT_NE(
      with(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","sd":2,"reliability":1}])").find("below 1"),
      std::string::npos);
  EXPECT_NE(with(R"(,"cutoffs":[{"scale":"total","value":2,"reached_when":"near","meaning":"m"}])")
                .find("\"at_or_above\", \"at_or_below\", \"below\""),
            std::string::npos);
}

}  // namespace
}  // namespace rapport::measures
