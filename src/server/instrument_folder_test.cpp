#include "server/instrument_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "features/measurement_plan/measurement_plan.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

constexpr auto kQuestionnaire = R"({"resourceType":"Questionnaire","id":"weather","version":"1","status":"active",
"language":"en","title":"Weather","item":[{"linkId":"1","text":"How is the weather?","type":"choice","answerOption":[
{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":0}],
"valueCoding":{"code":"a","display":"Fair"}},
{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":1}],
"valueCoding":{"code":"b","display":"Foul"}}]}]})";
constexpr auto kScoring = R"({"schema":"rapport.scoring/1","instrument":"weather","name":"Weather","version":"1",
"citation":"none","licence":{"status":"A","commercial_builds":"on"},
"scales":[{"key":"total","label":"Total","method":"sum","items":["1"],"range":[0,1],"direction":"higher_worse",
"missing":{"rule":"complete_only"}}]})";

class InstrumentsOfAFolder : public ::testing::Test {
 protected:
  InstrumentsOfAFolder() { fs::create_directories(folder_); }
  ~InstrumentsOfAFolder() override {
    questionnaires::use_instruments(measures::InstrumentLibrary::shipped().value());
    fs::remove_all(folder_);
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  const fs::path folder_ = fs::temp_directory_path() / ("rapport-instruments-" + std::to_string(getpid()));
  config::Settings settings_;
};

TEST_F(InstrumentsOfAFolder, CanBeGivenOutAsForms) {
  write("weather.questionnaire.json", kQuestionnaire);
  write("weather.scoring.json", kScoring);
  write("LICENCE", "ours");
  settings_.practice_forms_before_session = "weather,gad-7";
  EXPECT_FALSE(measurement_plan::usual_plan(settings_)) << "not yet";
  settings_.practice_instruments_folder = folder_.string();
  const auto used = use_own_instruments(settings_);
  ASSERT_TRUE(used) << used.error().detail;
  const auto choice = measurement_plan::usual_plan(settings_);
  ASSERT_TRUE(choice) << choice.error().detail;
  EXPECT_EQ(choice->before.front(), "weather");
  const auto offered = questionnaires::list_offered().questionnaires;
  EXPECT_TRUE(std::any_of(offered.begin(), offered.end(), [](const auto& one) { return one.id == "weather"; }));
}

TEST_F(InstrumentsOfAFolder, AreNamedWithTheReasonWhereTheyCannotBeGivenOut) {
  std::string silent = kQuestionnaire;
  silent.erase(silent.find(R"("language":"en",)"), 16);
  write("weather.questionnaire.json", silent);
  write("weather.scoring.json", kScoring);
  settings_.practice_instruments_folder = folder_.string();
  const auto used = use_own_instruments(settings_);
  ASSERT_TRUE(used) << used.error().detail;
  ASSERT_EQ(used->size(), 1U) << "those of the program without wording are known";
  EXPECT_EQ(used->front().instrument, "weather");
  EXPECT_NE(used->front().why.find("language"), std::string::npos);
  std::string spoken = kScoring;
  write("weather.scoring.json", spoken.insert(1, R"("language":"de-CH",)"));
  const auto again = use_own_instruments(settings_);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_TRUE(again->empty());
  EXPECT_TRUE(questionnaires::find_offered("weather"));
}

TEST_F(InstrumentsOfAFolder, AreAllInOrderOrNoneIsTaken) {
  write("weather.questionnaire.json", kQuestionnaire);
  settings_.practice_instruments_folder = folder_.string();
  const auto refused = use_own_instruments(settings_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("practice.instruments_folder"), std::string::npos) << refused.error().detail;
  EXPECT_NE(refused.error().detail.find("weather"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(questionnaires::instruments().find("weather"), nullptr);
  settings_.practice_instruments_folder = (folder_ / "nowhere").string();
  EXPECT_NE(use_own_instruments(settings_).error().detail.find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace rapport::server
