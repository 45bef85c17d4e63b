#include "features/questionnaires/sealed_answers.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/shape.hpp"

namespace rapport::questionnaires {
namespace {

std::string written(const Answers& answers) {
  std::string text;
  http::write(text, answers);
  return text;
}

/// As any JSON is read.
std::optional<std::string> read_as_json(std::string_view text) {
  const auto value = http::parse_json(text);
  if (!value) return std::nullopt;
  const auto read = http::parse<Answers>(*value);
  return read ? std::optional(written(*read)) : std::nullopt;
}

TEST(SealedAnswers, OfEveryInstrumentAreReadAsTheyWereWritten) {
  for (const auto& instrument : instruments().all()) {
    Answers answers{"de", {}};
    for (const auto& question : instrument.questions()) answers.answers.push_back({question.link_id, question.max});
    const auto text = written(answers);
    const auto read = read_as_written(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(written(*read), text);
    EXPECT_EQ(read_as_json(text), text);
  }
}

TEST(SealedAnswers, AreReadWithNoneAndWithEveryKindOfNumber) {
  for (const auto& answers :
       {Answers{"en", {}}, Answers{"en", {{"a", 0}}}, Answers{"en", {{"a", -1.5}, {"b", 1e300}, {"c", 0.1}}},
        Answers{"", {{"ü und 🙂", 3}, {"", 12'345'678'901}}}}) {
    const auto read = read_as_written(written(answers));
    ASSERT_TRUE(read) << written(answers);
    EXPECT_EQ(written(*read), written(answers));
  }
}

TEST(SealedAnswers, ThatAreWrittenInAnotherWayAreLeftToTheReaderOfJson) {
  // All of these are right, and say the same.
  for (const auto* text : {R"({ "language":"en","answers":[]})", R"({"answers":[],"language":"en"})",
                           R"({"language":"\u0065n","answers":[]})", R"({"language":"en","answers":[]} )"}) {
    EXPECT_FALSE(read_as_written(text)) << text;
    EXPECT_EQ(read_as_json(text), R"({"language":"en","answers":[]})") << text;
  }
}

TEST(SealedAnswers, ThatAreBrokenAreNotRead) {
  const std::string whole = R"({"language":"en","answers":[{"item":"a","value":1},{"item":"b","value":2}]})";
  ASSERT_TRUE(read_as_written(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_as_written(whole.substr(0, size))) << size;
  }
  for (const auto* text : {R"({"language":"en","answers":[{"item":"a","value":}]})",
                           R"({"language":"en","answers":[{"item":"a","value":nan}]})",
                           R"({"language":"en","answers":[{"item":"a","value":1},]})",
                           R"({"language":"en","answers":[{"item":"a","value":1}]}x)",
                           R"({"language":"en","answers":[{"item":"a","value":1e999}]})"}) {
    EXPECT_FALSE(read_as_written(text)) << text;
    EXPECT_FALSE(read_as_json(text)) << text;
  }
}

}  // namespace
}  // namespace rapport::questionnaires
