#include "server/track_command.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/exit_status.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

constexpr auto kScores =
    "client,session,date,instrument,respondent,score\n"
    "A,1,2026-01-05,phq-9,client,9\n"
    "A,2,2026-01-12,phq-9,client,16\n";

struct Answer {
  int status = 0;
  std::string out;
  std::string errors;
  boost::json::object json() const { return boost::json::parse(out).as_object(); }
};

Answer run(const std::string& input, TrackOptions options = {}) {
  if (options.input.empty()) options.input = "-";
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  const auto status = track(options, in, out, errors);
  return {status, out.str(), errors.str()};
}

TEST(TrackCommand, PrintsSignalsForProgramsAndPeople) {
  const auto answer = run(kScores, {.json = true});
  EXPECT_EQ(answer.status, kDone);
  EXPECT_EQ(answer.errors, "");
  EXPECT_EQ(answer.json().at("results").as_array().size(), 1U);
  EXPECT_TRUE(answer.json().at("errors").as_array().empty());
  const auto people = run(kScores);
  EXPECT_NE(people.out.find("A, session 2: deterioration (act, deterioration-from-start): PHQ-9 was 16"),
            std::string::npos);
  EXPECT_NE(run("client,session,date,instrument,respondent,score\nA,1,,phq-9,client,9\n").out.find("No signals"),
            std::string::npos);
}

TEST(TrackCommand, EndsWithTwoWhenSomethingWasRefused) {
  const auto answer = run(std::string(kScores) + "A,3,,phq-9,client,99\n", {.json = true});
  EXPECT_EQ(answer.status, kSomeRefused);
  EXPECT_EQ(answer.json().at("errors").at(0).at("line").to_number<int>(), 4);
  EXPECT_NE(run(std::string(kScores) + "A,3,,phq-9,client,99\n").errors.find("rapport: -:4:6: "), std::string::npos);
}

TEST(TrackCommand, TakesOtherRules) {
  const auto path = fs::temp_directory_path() / ("rapport-rules-" + std::to_string(getpid()) + ".json");
  std::ofstream(path)
      << R"({"rules": [{"rule": "mine", "title": "Better", "version": "7", "signal": "reliable-improvement",
    "level": "info", "basis": "published", "citation": "Jacobson & Truax 1991", "method": "better-than-start"}]})";
  EXPECT_TRUE(run(kScores, {.rules = path.string(), .json = true}).json().at("results").as_array().empty());
  std::ofstream(path) << "{\"rules\": [{}]}";
  const auto refused = run(kScores, {.rules = path.string(), .json = true});
  EXPECT_EQ(refused.status, kNotDone);
  EXPECT_NE(refused.errors.find(path.string()), std::string::npos);
  EXPECT_EQ(refused.json().at("errors").at(0).at("file").as_string(), path.string()) << "and not the file of scores";
  fs::remove(path);
  const auto missing = run(kScores, {.rules = path.string(), .json = true});
  EXPECT_EQ(missing.status, kNotDone);
  EXPECT_EQ(missing.json().at("errors").at(0).at("file").as_string(), path.string());
}

TEST(TrackCommand, SaysWhyItCannot) {
  EXPECT_EQ(run("").status, kNotDone);
  EXPECT_NE(run("client,session\n").errors.find("rapport: -:1: The column \"date\" is missing."), std::string::npos);
}

}  // namespace
}  // namespace rapport::server
