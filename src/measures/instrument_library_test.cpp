#include "measures/instrument_library.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "measures/score.hpp"

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
  EXPECT_EQ(
      add(library, {{"mood.questionnaire.json", mood_questionnaire()}}),
      "mood: mood.scoring.json is missing. It says which answers are added up to what and under which licence the "
      "questionnaire is; docs/how-to/add-an-instrument.md has the shortest one.");
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

TEST(InstrumentLibrary, RefusesNumbersThatNoFormCanReach) {
  const auto with = [](std::string_view rest) {
    return add_mood(mood_scoring(R"("items":["a","b"],"range":[0,4])", rest));
  };
  const auto says = [&](std::string_view rest, std::string_view sentence) {
    EXPECT_NE(with(rest).find(sentence), std::string::npos) << rest << "\n" << with(rest);
  };
  says(R"(,"safety":[{"item":"a","min":3,"topic":"t","rule":"r"}])", "cannot be answered with more than 2");
  EXPECT_EQ(with(R"(,"safety":[{"item":"a","min":2,"topic":"t","rule":"r"}])"), "");
  says(R"(,"review":[{"item":"b","min":2.5,"by":"somebody"}])", "cannot be answered with more than 2");
  says(R"(,"cutoffs":[{"scale":"total","value":5,"reached_when":"at_or_above","meaning":"m","clinical":true}])",
       "The cut-off 5 is outside the scale \"total\", which goes from 0 to 4.");
  says(R"(,"cutoffs":[{"scale":"total","value":3,"value_max":2,"reached_when":"at_or_above","meaning":"m"}])",
       "\"value_max\" is 2, which is not above \"value\", 3.");
  says(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":5}])",
       "A change of 5 is more than the scale \"total\" has");
  says(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","sd":4,"reliability":0.5}])",
       "is more than the scale \"total\" has");
  says(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":3,"value_max":1}])",
       "\"value_max\" is 1, which is not above \"value\", 3.");
  says(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":4,"sd":0.5,"reliability":0.8}])",
       "\"value\" is 4; \"sd\" and \"reliability\" of the same entry give 0.62.");
  EXPECT_EQ(
      with(R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":1,"sd":0.5,"reliability":0.8}])"),
      "");
  // What somebody calls relevant says nothing of the measurement error; a range holds what it spans.
  EXPECT_EQ(
      with(R"(,"reliable_change":[{"scale":"total","kind":"relevant_change","value":4,"sd":0.5,"reliability":0.8}])"),
      "");
  EXPECT_EQ(
      with(
          R"(,"reliable_change":[{"scale":"total","kind":"reliable_change","value":1,"value_max":4,"sd":2,"reliability":0.8}])"),
      "");
  EXPECT_NE(add_mood(mood_scoring(R"("items":["a"],"range":[0,2])", R"(,"unscored":["b"],"reverse":["b"])"))
                .find("Item \"b\" is reversed, and no scale counts it."),
            std::string::npos);
}

TEST(InstrumentLibrary, TakesBandsWithoutAGapOfAScaleThatIsNoSum) {
  const auto with = [](std::string_view scale, double low, double high, double range) {
    return add_mood(fmt::format(
        R"({{"schema":"rapport.scoring/1","instrument":"mood","name":"Mood","version":"1","citation":"none",
    "licence":{{"status":"A","commercial_builds":"on"}},"scales":[{{"key":"total","label":"Total",{},
    "items":["a","b"],"range":[0,{}],"direction":"higher_better","missing":{{"rule":"complete_only"}}}}],
    "bands":[{{"scale":"total","min":0,"max":{},"label":"low"}},{{"scale":"total","min":{},"max":{},"label":"high"}}]}})",
        scale, range, low, high, range));
  };
  EXPECT_EQ(with(R"("method":"mean")", 0.9, 1, 2), "");
  EXPECT_EQ(with(R"("method":"mean")", 0.5, 1, 2), "");
  EXPECT_EQ(with(R"("method":"sum","factor":25)", 50, 75, 100), "");
  // A score of 1 would have no name, or two.
  EXPECT_NE(with(R"("method":"mean")", 0.5, 1.5, 2).find("should begin at 1"), std::string::npos);
  EXPECT_NE(with(R"("method":"mean")", 1, 1, 2).find("should begin at 1.5"), std::string::npos);
}

TEST(InstrumentLibrary, WantsTheScalesOfASumToHaveEachOfItsItemsOnce) {
  const auto with = [](std::string_view parts, std::string_view second = R"(["b"])") {
    return add_mood(fmt::format(
        R"({{"schema":"rapport.scoring/1","instrument":"mood","name":"Mood","version":"1","citation":"none",
    "licence":{{"status":"A","commercial_builds":"on"}},"scales":[
    {{"key":"total","label":"Total","method":"sum","items":["a","b"],"range":[0,4],"direction":"higher_better",
      "missing":{{"rule":"sum_of_scales","scales":{}}}}},
    {{"key":"one","label":"One","method":"sum","items":["a"],"range":[0,2],"direction":"higher_better","missing":{{"rule":"complete_only"}}}},
    {{"key":"two","label":"Two","method":"sum","items":{},"range":[0,2],"direction":"higher_better","missing":{{"rule":"complete_only"}}}}]}})",
        parts, second));
  };
  EXPECT_EQ(with(R"(["one","two"])"), "");
  for (const auto* parts : {R"(["one"])", R"(["one","one"])", R"(["one","three"])", R"(["total"])", "[]"}) {
    EXPECT_NE(with(parts).find("have each of its items once"), std::string::npos) << parts;
  }
  EXPECT_NE(with(R"(["one","two"])", R"(["a"])").find("have each of its items once"), std::string::npos);
}

TEST(InstrumentLibrary, WantsAWholeNumberOfMissingAnswers) {
  const auto said = add_mood(
      R"({"schema":"rapport.scoring/1","instrument":"mood","name":"Mood","version":"1","citation":"none",
    "licence":{"status":"A","commercial_builds":"on"},"scales":[{"key":"total","label":"Total","method":"sum",
    "items":["a","b"],"range":[0,4],"direction":"higher_better","missing":{"rule":"prorate","max_missing":1.5}}]})");
  EXPECT_NE(said.find("This must be a whole number"), std::string::npos) << said;
}

/// A file in the manner of other programs: no language, linkIds with slashes, weights on the answer option, a question
/// that nothing is counted from, free text, and a total that the other program reckons itself.
std::string foreign_questionnaire(
    std::string_view condition = R"({"question":"/a","operator":"=","answerCoding":{"code":"1"}})") {
  const auto weighed = [](std::string_view link_id) {
    std::string options;
    for (int i = 0; i < 3; ++i) {
      options += fmt::format(R"({}{{"extension":[{{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue",
        "valueDecimal":{}}}],"valueCoding":{{"system":"urn:s","code":"{}","display":"level {}"}}}})",
                             i == 0 ? "" : ",", i, i, i);
    }
    return fmt::format(R"({{"linkId":"{}","text":"Q","type":"choice","required":true,"answerOption":[{}]}})", link_id,
                       options);
  };
  return fmt::format(R"({{"resourceType":"Questionnaire","title":"Mood","item":[{},{},
    {{"linkId":"/c","text":"How hard?","type":"choice","enableBehavior":"any","enableWhen":[{}],"answerOption":[
      {{"valueCoding":{{"code":"x","display":"not"}}}},{{"valueCoding":{{"code":"y","display":"very"}}}}]}},
    {{"linkId":"/d","text":"Say more","type":"open-choice"}},{{"linkId":"/e","text":"Weight","type":"decimal"}},
    {{"linkId":"/sum","text":"Total","type":"decimal","extension":[{{"url":
      "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
      "valueExpression":{{"language":"text/fhirpath","expression":"1"}}}}]}}]}})",
                     weighed("/a"), weighed("/b"), condition);
}

std::string add_foreign(InstrumentLibrary& library, std::string_view rest, const std::string& questionnaire) {
  return add(library, {{"mood.questionnaire.json", questionnaire},
                       {"mood.scoring.json", mood_scoring(R"("items":["/a","/b"],"range":[0,4])", rest)}});
}

TEST(Instrument, TakesTheFilesOfOtherPrograms) {
  auto library = shipped();
  ASSERT_EQ(add_foreign(library, R"(,"language":"en","unscored":["/c","/d","/e","/sum"])", foreign_questionnaire()),
            "");
  const auto& mood = *library.find("mood");
  ASSERT_EQ(mood.questions().size(), 3U) << "neither free text, nor a number without a range, nor what is calculated";
  EXPECT_EQ(mood.questions()[2].values, (std::vector<double>{0, 1})) << "numbered as they stand";
  EXPECT_FALSE(mood.questions()[2].scored);
  EXPECT_EQ(languages(mood.questionnaire()), std::vector<std::string>{"en"});
  EXPECT_NE(add_foreign(library, R"(,"unscored":["/c","/d"])", foreign_questionnaire()).find("here already"),
            std::string::npos);
}

TEST(Instrument, SaysWhatIsToBeWrittenForTheFilesOfOtherPrograms) {
  const auto said = [](std::string_view rest, const std::string& questionnaire = foreign_questionnaire()) {
    auto library = shipped();
    return add_foreign(library, rest, questionnaire);
  };
  EXPECT_NE(
      said(R"(,"unscored":["/c","/e"])").find("\"/d\" can be answered with neither a choice nor a number; list it"),
      std::string::npos);
  EXPECT_NE(said(R"(,"unscored":["/c","/d"])").find("\"/e\" is a number and needs"), std::string::npos);
  EXPECT_NE(said(R"(,"unscored":["/c","/d","/e"],"safety":[{"item":"/sum","min":1,"topic":"t","rule":"r"}])")
                .find("\"/sum\", which is none of the questions that the form asks"),
            std::string::npos);
  EXPECT_NE(said(R"(,"unscored":["/c","/d","/e","/f"])").find("\"/f\""), std::string::npos);
  auto german = foreign_questionnaire();
  german.insert(1, R"("language":"de",)");
  EXPECT_NE(said(R"(,"language":"en","unscored":["/c","/d","/e"])", german).find("in the questionnaire it is \"de\""),
            std::string::npos);
  constexpr auto all = R"(,"unscored":["/c","/d","/e"])";
  for (const auto* of : {"/d", "/sum", "/z", "/c"}) {
    const auto condition = fmt::format(R"({{"question":"{}","operator":"exists","answerBoolean":true}})", of);
    EXPECT_NE(
        said(all, foreign_questionnaire(condition)).find("which is no question with answers to choose from before"),
        std::string::npos)
        << of;
  }
  EXPECT_NE(said(all, foreign_questionnaire(R"({"question":"/a","operator":"=","answerCoding":{"code":"9"}})"))
                .find("that this question has not"),
            std::string::npos);
}

/// For which answers to the first question the third is asked; the last: it was left out.
std::vector<bool> asked_after(const std::string& condition) {
  auto library = shipped();
  EXPECT_EQ(add_foreign(library, R"(,"unscored":["/c","/d","/e"])", foreign_questionnaire(condition)), "");
  const auto& mood = *library.find("mood");
  std::vector<bool> asked;
  for (const auto& answer : {Answer(0), Answer(1), Answer(2), Answer()}) {
    asked.push_back(asked_questions(mood, std::vector<Answer>{answer, 2, {}}, *mood.variant("")).at(2));
  }
  return asked;
}

TEST(Instrument, AsksByTheConditionsOfTheQuestionnaire) {
  using Asked = std::vector<bool>;
  const auto when = [](std::string_view comparison, std::string_view answer) {
    return fmt::format(R"({{"question":"/a","operator":"{}",{}}})", comparison, answer);
  };
  EXPECT_EQ(asked_after(when("=", R"("answerCoding":{"system":"urn:s","code":"1"})")),
            (Asked{false, true, false, false}));
  EXPECT_EQ(asked_after(when("!=", R"("answerCoding":{"code":"1"})")), (Asked{true, false, true, true}));
  EXPECT_EQ(asked_after(when(">", R"("answerInteger":0)")), (Asked{false, true, true, false}));
  EXPECT_EQ(asked_after(when(">=", R"("answerDecimal":2)")), (Asked{false, false, true, false}));
  EXPECT_EQ(asked_after(when("<", R"("answerDecimal":1)")), (Asked{true, false, false, false}));
  EXPECT_EQ(asked_after(when("<=", R"("answerDecimal":1)")), (Asked{true, true, false, false}));
  EXPECT_EQ(asked_after(when("exists", R"("answerBoolean":true)")), (Asked{true, true, true, false}));
  EXPECT_EQ(asked_after(when("exists", R"("answerBoolean":false)")), (Asked{false, false, false, true}));
  EXPECT_EQ(asked_after(when("=", R"("answerInteger":2)") + "," + when("=", R"("answerInteger":0)")),
            (Asked{true, false, true, false}));
}

TEST(Scoring, CountsWhatIsNotAskedOnlyAsSomethingThatTheItemCanCount) {
  constexpr auto scale = R"("items":["/a","/b","/c"],"range":[0,5])";
  const auto said = [&](std::string_view not_asked) {
    auto library = shipped();
    auto text = foreign_questionnaire();
    text.replace(
        text.find(R"("code":"x")"), 10,
        R"("code":"x","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":0}])");
    text.replace(
        text.find(R"("code":"y")"), 10,
        R"("code":"y","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":1}])");
    auto scoring = mood_scoring(scale, R"(,"unscored":["/d","/e"])");
    scoring.replace(scoring.find(R"("rule":"complete_only")"), 22,
                    fmt::format(R"("rule":"complete_only","not_asked":{})", not_asked));
    const auto wrong = add(library, {{"mood.questionnaire.json", text}, {"mood.scoring.json", scoring}});
    if (!wrong.empty()) return wrong;
    const auto& mood = *library.find("mood");
    const auto form = score(mood, std::vector<Answer>{2, 2, {}}, *mood.variant("")).value();
    EXPECT_TRUE(form.complete);
    EXPECT_EQ(form.not_asked, std::vector<int>{3});
    EXPECT_TRUE(form.not_answered.empty());
    return fmt::to_string(form.scores[0].value.value_or(-1));
  };
  EXPECT_EQ(said("0"), "4");
  EXPECT_EQ(said("1"), "5");
  EXPECT_NE(said("2").find("which item \"/c\" cannot count"), std::string::npos);
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
