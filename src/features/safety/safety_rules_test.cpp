#include "features/safety/safety_rules.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::safety {
namespace {

using questionnaires::Answers;

const measures::Instrument& instrument(std::string_view id) {
  return *questionnaires::instruments().find(id);
}

/// A sign for each question: the digit that was chosen, '-' for what was left out.
Answers answers(std::string_view signs, std::string language = "en") {
  Answers made{std::move(language), {}};
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (signs[i] != '-') made.answers.push_back({std::to_string(i + 1), static_cast<double>(signs[i] - '0')});
  }
  return made;
}
constexpr StillOpen kAllOpen{true, true};
std::optional<Kind> raised(std::string_view id, std::string_view now, std::string_view before = "",
                           StillOpen open = kAllOpen) {
  return raised_by(instrument(id), answers(now), before.empty() ? std::nullopt : std::optional(answers(before)), open);
}

TEST(Raised, ByAnyAnswerToTheNinthQuestionButNotAtAllWhateverTheTotal) {
  for (const auto* signs : {"0000000010", "0000000020", "0000000030", "3333333330", "--------1-"}) {
    EXPECT_EQ(raised("phq-9", signs), Kind::safety) << signs;
  }
  EXPECT_EQ(raised("phq-9", "3333333303"), std::nullopt);
  EXPECT_EQ(raised("gad-7", "3333333"), std::nullopt);
  EXPECT_EQ(raised("sparq", "04444000"), std::nullopt);
  EXPECT_EQ(raised("pcl-5", "00000000000000010000"), Kind::safety) << "its file says so";
}

TEST(Raised, ByTheNinthQuestionLeftOutIsThatSomebodyHasToAsk) {
  EXPECT_EQ(raised("phq-9", "00000000-0"), Kind::unanswered);
  EXPECT_EQ(raised("phq-9", "33333333-0"), Kind::unanswered) << "neither 0 nor the mean of the others";
  EXPECT_EQ(raised("phq-9", "00000000-0", "00000000-0"), std::nullopt) << "it is known already";
  EXPECT_EQ(raised("phq-9", "00000000-0", "0000000010"), Kind::unanswered) << "taken back";
}

TEST(Raised, ByTheSameAnswerAgainOnceSomebodyHasClosedTheFirst) {
  EXPECT_EQ(raised("phq-9", "0000000020", "0000000030", {}), Kind::safety);
  EXPECT_EQ(raised("phq-9", "0000000020", "0000000030", {.to_ask_about = true}), Kind::safety);
  EXPECT_EQ(raised("phq-9", "0000000020", "0000000030", {.to_look_at = true}), std::nullopt);
  EXPECT_EQ(raised("phq-9", "00000000-0", "00000000-0", {.to_look_at = true}), Kind::unanswered);
  EXPECT_EQ(raised("phq-9", "0000000000", "0000000030", {}), std::nullopt);
  EXPECT_EQ(raised("risq", "0100", "0100", {}), Kind::rift);
}

TEST(Raised, ByACorrectionOnlyWhereItSaysMoreWhileTheFirstIsOpen) {
  EXPECT_EQ(raised("phq-9", "0000000010", "0000000000"), Kind::safety);
  EXPECT_EQ(raised("phq-9", "0000000010", "00000000-0"), Kind::safety);
  EXPECT_EQ(raised("phq-9", "0000000030", "0000000010"), Kind::safety) << "it has risen";
  EXPECT_EQ(raised("phq-9", "3000000010", "0000000010"), std::nullopt);
  EXPECT_EQ(raised("phq-9", "0000000010", "0000000020"), std::nullopt);
  EXPECT_EQ(raised("risq", "1010", "1000"), Kind::rift);
  EXPECT_EQ(raised("risq", "1000", "1010"), std::nullopt);
}

TEST(Raised, ByAnyYesToRisqIsForTheNeutralPerson) {
  for (const auto* signs : {"1000", "0100", "0010", "0001", "---1"}) EXPECT_EQ(raised("risq", signs), Kind::rift);
  EXPECT_EQ(raised("risq", "0000"), std::nullopt);
  EXPECT_EQ(raised("risq", "----"), std::nullopt) << "nobody is to be asked about it";
}

TEST(Contacts, AreShownToWhomFearsHarmFromTheTherapist) {
  EXPECT_TRUE(calls_for_contacts(instrument("risq"), answers("0100")));
  EXPECT_FALSE(calls_for_contacts(instrument("risq"), answers("1011")));
  EXPECT_FALSE(calls_for_contacts(instrument("phq-9"), answers("0000000030")));
}

TEST(Items, AreTheQuestionsBehindItInTheWordsThatWereReadAndNoOthers) {
  const auto german = describe_items(instrument("phq-9"), Kind::safety, answers("1111111121", "de"));
  ASSERT_EQ(german.size(), 1U);
  EXPECT_NE(german[0].question.find("lieber tot"), std::string::npos) << german[0].question;
  EXPECT_TRUE(german[0].answer);
  const auto left_out = describe_items(instrument("phq-9"), Kind::unanswered, answers("11111111-1"));
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_FALSE(left_out[0].answer);
  EXPECT_EQ(describe_items(instrument("risq"), Kind::rift, answers("0110")).size(), 2U);
  EXPECT_EQ(describe_items(instrument("risq"), Kind::rift, answers("01--")).size(), 1U) << "nobody is to ask about it";
}

TEST(Items, LeftOutAreSaidBesideThoseThatWereAnswered) {
  auto scoring = instrument("phq-9").scoring();
  auto another = scoring.safety.front();
  another.item = instrument("phq-9").questions()[1].link_id;
  scoring.safety.push_back(another);
  const auto with_two = measures::Instrument::make(instrument("phq-9").questionnaire(), scoring);
  ASSERT_TRUE(with_two) << with_two.error().detail;
  const auto items = describe_items(*with_two, Kind::safety, answers("0-00000030"));
  ASSERT_EQ(items.size(), 2U);
  EXPECT_FALSE(items[0].answer);
  EXPECT_TRUE(items[1].answer);
}

TEST(Items, HaveTheNumbersUnderWhichTheyArePrinted) {
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(numbers_of_items(instrument("phq-9"), Kind::safety, answers("3333333310")), Numbers{9});
  EXPECT_EQ(numbers_of_items(instrument("phq-9"), Kind::unanswered, answers("33333333-0")), Numbers{9});
  EXPECT_EQ(numbers_of_items(instrument("pcl-5"), Kind::safety, answers("33333333333333310000")), Numbers{16});
  EXPECT_EQ(numbers_of_items(instrument("risq"), Kind::rift, answers("0101")), (Numbers{2, 4}));
}

TEST(ClosingWords, GiveAReasonWhereNothingWasDoneAndAreSealedToTheirConcern) {
  EXPECT_EQ(check_closing({Disposition::no_action, std::nullopt}).error().fields.at(0).path, "/note");
  EXPECT_TRUE(check_closing({Disposition::contacted, std::nullopt}));
  const auto note = http::Text<1, kLongestNote>::from("a slip of the finger").value();
  EXPECT_TRUE(check_closing({Disposition::no_action, note}));
  const auto key = access::SealKey::random();
  const auto concern = ConcernId::make(Time{});
  const auto sealed = seal_closing(key, concern, {Disposition::no_action, note});
  EXPECT_EQ(open_closing(key, concern, sealed)->note->str(), "a slip of the finger");
  EXPECT_FALSE(open_closing(key, ConcernId::make(Time{}), sealed));
}

}  // namespace
}  // namespace rapport::safety
