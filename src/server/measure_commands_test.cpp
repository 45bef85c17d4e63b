#include "server/measure_commands.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

class MeasureCommands : public ::testing::Test {
 protected:
  MeasureCommands() : folder_(fs::temp_directory_path() / ("rapport-measures-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~MeasureCommands() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }
  int score(MeasureOptions options, const std::string& input = "") {
    std::istringstream in(input);
    out_.str("");
    errors_.str("");
    return server::score(options, in, out_, errors_);
  }
  boost::json::object json() const { return boost::json::parse(out_.str()).as_object(); }

  fs::path folder_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

constexpr auto kGood = "client,session,date,item1,item2\nA,1,2026-01-05,3,2\n";

TEST_F(MeasureCommands, ScoreAFileOrStandardInput) {
  EXPECT_EQ(score({.instrument = "GAD 2", .input = write("a.csv", kGood), .json = true}), 0);
  EXPECT_EQ(json().at("results").as_array().size(), 1U);
  EXPECT_EQ(json().at("results").at(0).at("scores").at("total"), 5);
  EXPECT_EQ(errors_.str(), "");
  EXPECT_EQ(score({.instrument = "gad-2", .input = "-"}, kGood), 0);
  EXPECT_NE(out_.str().find("A                  1  2026-01-05  total 5"), std::string::npos) << out_.str();
}

TEST_F(MeasureCommands, EndWithTwoWhenARowWasRefused) {
  const auto input = std::string(kGood) + "B,1,2026-01-05,4,2\n";
  EXPECT_EQ(score({.instrument = "gad-2", .input = "-", .json = true}, input), 2);
  EXPECT_EQ(json().at("results").as_array().size(), 1U);
  EXPECT_EQ(json().at("errors").at(0).at("file"), "-");
  EXPECT_EQ(json().at("errors").at(0).at("line"), 3);
  EXPECT_EQ(json().at("errors").at(0).at("column"), 4);
  EXPECT_EQ(score({.instrument = "gad-2", .input = "-"}, input), 2);
  EXPECT_NE(errors_.str().find("rapport: -:3:4: item1: 4 is no answer"), std::string::npos) << errors_.str();
}

TEST_F(MeasureCommands, EndWithOneAndASentenceWhenNothingCouldBeDone) {
  const auto fails = [&](const MeasureOptions& options, const std::string& input, std::string_view sentence) {
    EXPECT_EQ(score(options, input), 1);
    EXPECT_NE(errors_.str().find(sentence), std::string::npos) << errors_.str();
    EXPECT_EQ(errors_.str().find('\n'), errors_.str().size() - 1) << "one sentence, one line";
    if (!options.json) return;
    EXPECT_TRUE(json().at("results").as_array().empty());
    EXPECT_EQ(json().at("errors").as_array().size(), 1U);
  };
  for (const bool json : {false, true}) {
    fails({.instrument = "phq-99", .input = "-", .json = json}, kGood, "no instrument \"phq-99\"");
    fails({.instrument = "gad-2", .input = (folder_ / "nowhere.csv").string(), .json = json}, "", "cannot be read");
    fails({.instrument = "gad-2", .input = folder_.string(), .json = json}, "", "cannot be read");
    fails({.instrument = "gad-2", .json = json}, "", "--input");
    fails({.instrument = "gad-2", .input = "-", .json = json}, "", "The file is empty");
    fails({.instrument = "gad-2", .input = "-", .json = json}, "client,session\n", "The column \"date\" is missing");
    fails({.instrument = "gad-2", .input = "-", .variant = "1-5", .json = json}, kGood, "no variant \"1-5\"");
    fails({.instrument = "gad-2", .input = "-", .folder = (folder_ / "nowhere").string(), .json = json}, kGood,
          "folder");
  }
}

TEST_F(MeasureCommands, SayWhatOfAScoringNobodyHasConfirmed) {
  std::string head = "client,session,date";
  std::string row = "a,1,2026-01-05";
  for (int item = 1; item <= 45; ++item) {
    head += fmt::format(",item{}", item);
    row += ",2";
  }
  EXPECT_EQ(score({.instrument = "oq-45", .input = "-"}, head + "\n" + row + "\n"), 0);
  EXPECT_NE(out_.str().find("Unverified: reverse (nine items are scored the other way round"), std::string::npos)
      << out_.str();
}

TEST_F(MeasureCommands, ShowATableThatAPersonCanActOn) {
  const std::string head = "client,session,date,item1,item2,item3,item4,item5,item6,item7,item8,item9,item10\n";
  EXPECT_EQ(score({.instrument = "core-10", .input = "-"},
                  head + "A,1,2026-01-05,1,2,3,2,1,0,3,2,2,\nA,2,2026-01-12,1,2,3,2,1,1,3,2,2,0\nB,1,,0,4,4,0,0,0,0,0,,"
                         "\nC,1,,0,4,4,0,0,,0,0,0,0\n"),
            0);
  EXPECT_NE(out_.str().find("total 15.5556 (prorated); Moderate (no published source); not answered, ask: 10\n"),
            std::string::npos)
      << out_.str();
  EXPECT_NE(out_.str().find("total 15; Moderate (no published source); -0.555556 since session 1, unchanged; "
                            "for a person to see now: item 6\n"),
            std::string::npos)
      << out_.str();
  EXPECT_NE(out_.str().find("total -; not answered, ask: 9 10\n"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("total -; not answered, ask: 6\n"), std::string::npos) << "not Healthy: " << out_.str();
}

TEST_F(MeasureCommands, TakeTheWordingsOfAFolder) {
  write("README.txt", "not an instrument");
  write("srs.questionnaire.json", R"({"resourceType": "Questionnaire", "title": "SRS", "item": 5})");
  EXPECT_EQ(score({.instrument = "srs", .input = "-", .folder = folder_.string()}, kGood), 1);
  EXPECT_EQ(errors_.str(), "rapport: srs.questionnaire.json: Line 1, /item: This must be a list.\n");
}

TEST_F(MeasureCommands, ListWhatThereIs) {
  EXPECT_EQ(list_instruments({}, out_, errors_), 0);
  EXPECT_NE(out_.str().find("phq-9      en de    A  PHQ-9: Patient Health Questionnaire-9\n"), std::string::npos)
      << out_.str();
  EXPECT_NE(out_.str().find("srs        none     C  SRS: Session Rating Scale\n"), std::string::npos) << out_.str();
  out_.str("");
  EXPECT_EQ(list_instruments({.json = true}, out_, errors_), 0);
  EXPECT_EQ(json().at("results").as_array().size(), 23U);
  EXPECT_EQ(json().at("results").at(0).at("id"), "arm-5");
}

}  // namespace
}  // namespace rapport::server
