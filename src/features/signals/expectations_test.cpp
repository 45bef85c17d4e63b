/// From treatments that are over to a signal about one that is not, on both engines.
#include "features/signals/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "features/encounters/encounters.hpp"
#include "features/people/people.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/evaluation.hpp"
#include "http/shape.hpp"
#include "research/statistics/random.hpp"
#include "support/full_house.hpp"

namespace rapport::signals {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::hours;

const store::Query kEnd{"test.end_treatment", "UPDATE episode_of_care SET closed_at = $2 WHERE id = $1"};
const store::Query kLock{"test.lock_treatment", "UPDATE episode_of_care SET locked_at = $2 WHERE id = $1"};
const store::Query kLeft{"test.left_expected",
                         "INSERT INTO expected_course (instrument, digest, expectation, made_at)"
                         " VALUES ('left', '', 'too_few', $1)"};
const store::Query kMake{"test.make_expected",
                         "INSERT INTO expected_course (instrument, digest, expectation, cases, course, made_at)"
                         " VALUES ('phq-9', $1, 'known', 143, $2, $3)"
                         " ON CONFLICT (instrument) DO UPDATE SET course = $2, made_at = $3"};
const store::Query kKept{"test.expected",
                         "SELECT expectation, cases, course FROM expected_course WHERE instrument = $1"};

/// While it lives, PHQ-9 is given out in another version.
class NewVersion {
 public:
  NewVersion(std::string_view added_to_questionnaire, std::string_view added_to_scoring_version) {
    auto library = questionnaires::instruments();
    const auto texts = library.find("phq-9")->texts();
    auto scoring = texts.scoring;
    scoring.insert(scoring.find("\"version\": \"") + 12, added_to_scoring_version);
    auto made = measures::InstrumentLibrary::read_stored(
        "phq-9", texts.questionnaire + std::string(added_to_questionnaire), scoring);
    EXPECT_NE(made->digest(), library.find("phq-9")->digest());
    library.put(std::make_shared<const measures::Instrument>(*std::move(made)));
    questionnaires::use_stored_instruments(std::move(library));
  }
  ~NewVersion() { questionnaires::use_stored_instruments(questionnaires::instruments_of_program()); }
  NewVersion(const NewVersion&) = delete;
  NewVersion& operator=(const NewVersion&) = delete;
};

class Expected : public testing::FullHouseTest {
 protected:
  /// One form a week, the first `at`.
  void send(AccountId of, EpisodeId treatment, Time at, const std::vector<int>& sums) {
    const auto key = keys->key_for(of, soon()).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      for (const auto sum : sums) {
        TRY(send_form(tx, *key, {of, treatment}, at, sum));
        at += days(7);
      }
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  EpisodeId past_treatment(Time at, statistics::Random& random) {
    const auto treatment = EpisodeId::make(at);
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      TRY(people::open_episode(tx, treatment, RoomId::make(at), practice, other_client, therapist, at));
      return people::set_helpers(tx, treatment, {deputy, neutral});
    }));
    const auto start = 15 + 2.5 * random.normal();
    const auto slope = -4 + 1.8 * random.normal();
    std::vector<int> sums;
    for (int session = 1; session <= 6; ++session) {
      const auto score = start + slope * std::log(session) + 1.4 * random.normal();
      sums.push_back(static_cast<int>(std::clamp(std::round(score), 0.0, 24.0)));
    }
    send(other_client, treatment, at, sums);
    return treatment;
  }
  /// Limits as if they had been made now: after a first score of 16 that is `expected` in every session, and 90 of 100
  /// lie no more than 3.0003 above it.
  void make_limits(double expected) {
    measures::ExpectedCourse course{143, 16, 8, 20, {}};
    for (int session = 2; session <= 10; ++session) course.sessions.push_back({session, expected, .5, 5.48, 0, 0});
    std::string text;
    http::write(text, course);
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      tx.execute(kMake, {questionnaires::instruments().find("phq-9")->digest(), text, clock.now()});
      return {};
    }));
  }
  /// The client's form of that place, from 0.
  void correct(std::size_t place, int sum) {
    const auto key = keys->key_for(client, soon()).value();
    const auto sent = write([&](store::WriteTx& tx) {
      return fill_in(tx, *key, client, {forms_of_client.at(place), 2, clock.now()}, sum);
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  std::size_t known(const std::set<std::string>& instruments) {
    return read([&](store::ReadTx& tx) { return list_expectations(tx, instruments); }).value().size();
  }
  std::optional<Renewed> renew() { return renew_expectations(*house, soon()).value(); }
  void after_night() { clock.set(std::chrono::floor<days>(clock.now()) + days(1) + hours(3)); }
  /// "known 100", "too_few".
  std::string kept(std::string_view instrument = "phq-9") {
    return read([&](store::ReadTx& tx) -> Result<std::string> {
             return tx
                 .first(kKept, {instrument},
                        [](const store::Row& row) {
                          EXPECT_EQ(row.is_null(1), row.is_null(2));
                          return std::string(row.text(0)) + (row.is_null(1) ? "" : fmt::format(" {}", row.int64(1)));
                        })
                 .value_or("nothing");
           })
        .value();
  }
  void set(const store::Query& query, EpisodeId treatment, std::optional<Time> at) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      tx.execute(query, {treatment, at});
      return {};
    }));
  }
  /// Of the client: "rule state: sentence", each a line.
  std::string found() {
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_change(tx, episode);
      return {};
    }));
    EXPECT_TRUE(look_through_due(*house, soon()));
    const auto key = keys->key_for(client, soon()).value();
    std::string text;
    const auto all =
        read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> { return list_all(tx, episode); }).value();
    for (const auto& one : all) {
      const auto body = open_body(*key, one.id, one.sealed_body).value();
      text += fmt::format("{}{}: {}\n", one.holds ? "" : "!", one.rule, body.reason);
      if (one.rule == "worse-than-expected") german = sentence_of(one, body, "de");
    }
    return text;
  }

  std::string german;  ///< of that rule's
  std::vector<FormId> forms_of_client;

 private:
  struct Whose {
    AccountId client;
    EpisodeId treatment;
  };
  struct Version {
    FormId form;
    std::int64_t number = 1;
    Time at;
  };
  Result<void> send_form(store::WriteTx& tx, const access::SealKey& key, const Whose& whose, Time at, int sum) {
    const auto id = FormId::make(at);
    TRY(questionnaires::ask_form(tx, therapist, {id, whose.treatment, "phq-9", Occasion::after_session, {}}, at));
    if (whose.client == client) forms_of_client.push_back(id);
    return fill_in(tx, key, whose.client, {id, 1, at}, sum);
  }
  static Result<void> fill_in(store::WriteTx& tx, const access::SealKey& key, AccountId by, const Version& version,
                              int sum) {
    const auto& phq = *questionnaires::instruments().find("phq-9");
    questionnaires::Answers answers{"en", {}};
    for (std::size_t i = 0; i < 9; ++i) {
      const int value = i == 8 ? 0 : std::min(3, sum);  // never on the question about harm
      sum -= value;
      answers.answers.push_back({phq.questions()[i].link_id, static_cast<double>(value)});
    }
    const auto& [id, number, at] = version;
    TRY(questionnaires::save_answers(tx, by, id, number - 1, questionnaires::seal_answers(key, id, 0, answers),
                                     [](const Bytes&) { return false; }));
    TRY_ASSIGN(const auto scores, questionnaires::score_answers(phq, answers));
    TRY(questionnaires::complete_form(tx, by,
                                      {id, number, number, at, questionnaires::seal_answers(key, id, number, answers),
                                       questionnaires::seal_scores(key, id, number, scores)}));
    return {};
  }
};

TEST_P(Expected, GoesOnWithANewWordingAndBeginsAnewWithANewScoring) {
  statistics::Random random(4);
  for (int i = 0; i < 100; ++i) past_treatment(clock.now() - days(300), random);
  renew();
  after_night();
  EXPECT_EQ(renew()->known, 1);
  EXPECT_EQ(known({"phq-9", "gad-7", "left", "nothing"}), 1U);
  EXPECT_EQ(known({"gad-7"}), 0U) << "it is asked for one by one";
  EXPECT_EQ(known({}), 0U);
  {
    const NewVersion scoring("", "9");
    EXPECT_EQ(known({"phq-9"}), 0U);
  }
  const NewVersion wording("\n", "");
  EXPECT_EQ(known({"phq-9"}), 1U);
  clock.set(clock.now() + days(8));
  EXPECT_EQ(renew()->known, 1) << "the treatments under the old wording count";
  EXPECT_EQ(known({"phq-9"}), 1U);
}

TEST_P(Expected, RestsOnTreatmentsThatAreOverAndIsToldWithHowManyTheyWere) {
  statistics::Random random(4);
  for (int i = 0; i < 99; ++i) past_treatment(clock.now() - days(300), random);
  const auto recent = past_treatment(clock.now() - days(40), random);
  EXPECT_EQ(known({"phq-9", "gad-7"}), 0U);
  EXPECT_FALSE(renew()) << "the next night is noted";
  EXPECT_EQ(kept(), "too_few");
  EXPECT_FALSE(renew()) << "and waited for";
  after_night();
  EXPECT_EQ(renew()->known, 0);
  EXPECT_EQ(kept(), "too_few") << "the one of these weeks is not over";
  EXPECT_EQ(kept("gad-7"), "too_few");
  // Nor is one in which the two mean to meet again.
  const auto planned = EncounterId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return encounters::plan_encounter(tx, therapist, recent, planned,
                                      {clock.now() + days(2), 50, encounters::Channel::chat, ""}, clock.now());
  }));
  clock.set(clock.now() + days(70));
  EXPECT_EQ(renew()->known, 0);
  EXPECT_EQ(kept(), "too_few");

  send(client, episode, clock.now() - days(28), {17, 18, 18, 18});
  EXPECT_EQ(found().find("worse-than-expected"), std::string::npos);
  set(kEnd, recent, clock.now());
  after_night();
  EXPECT_FALSE(renew()) << "once a week";
  clock.set(clock.now() + days(7));
  EXPECT_EQ(renew()->known, 1);
  EXPECT_FALSE(renew());
  EXPECT_EQ(kept(), "known 100");
  EXPECT_EQ(kept("gad-7"), "too_few");
  const auto told = found();
  EXPECT_NE(
      told.find("worse-than-expected: PHQ-9 was 18 in session 3, worse than usual for 2 forms running: after a first "
                "score of 17,"),
      std::string::npos)
      << told;
  EXPECT_NE(told.find("90 of 100 are no worse than"), std::string::npos) << told;
  EXPECT_NE(told.find("by 100 treatments of this practice that are over."), std::string::npos) << told;
  EXPECT_NE(german.find("nach 100 abgeschlossenen Behandlungen dieser Praxis."), std::string::npos) << german;
  EXPECT_EQ(found(), told);

  // Limits that are made anew change no sentence while nothing came: it says what it rested on when it was told.
  for (int i = 0; i < 20; ++i) past_treatment(clock.now() - days(300), random);
  clock.set(clock.now() + days(7));
  EXPECT_EQ(renew()->known, 1);
  EXPECT_EQ(kept(), "known 120");
  EXPECT_TRUE(found().starts_with(told)) << "besides the silence meanwhile";
}

TEST_P(Expected, NeverOpensALockedRecordAndForgetsWhoIsGoneWithinAWeek) {
  statistics::Random random(5);
  std::vector<EpisodeId> past;
  for (int i = 0; i < 100; ++i) past.push_back(past_treatment(clock.now() - days(300), random));
  EXPECT_FALSE(renew());
  after_night();
  EXPECT_FALSE(renew_expectations(*house, soon(), [] { return true; }).value()) << "it was told to stop";
  EXPECT_EQ(kept(), "too_few") << "and kept nothing";
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    tx.execute(kLeft, {clock.now() - days(30)});
    return {};
  }));
  ASSERT_EQ(renew()->known, 1);
  EXPECT_EQ(known({"phq-9"}), 1U);
  EXPECT_EQ(kept("left"), "nothing") << "of an instrument that is not followed any more";
  set(kLock, past.front(), clock.now());
  clock.set(clock.now() + days(7));
  EXPECT_EQ(renew()->known, 0);
  EXPECT_EQ(kept(), "too_few");
  EXPECT_EQ(known({"phq-9"}), 0U);
}

TEST_P(Expected, StaysAsToldWhenLimitsAreMadeAnewAndNothingIsAddedBeforeAFormComes) {
  make_limits(12);
  send(client, episode, clock.now() - days(28), {16, 16, 16, 18, 18});
  const auto told = found();
  ASSERT_NE(told.find("worse-than-expected: PHQ-9 was 16 in session 3, "), std::string::npos) << told;
  EXPECT_EQ(told.find("no-improvement"), std::string::npos) << "the one speaks for the other\n" << told;
  for (const double expected : {14, 19, 8}) {  // beyond them from session 5 on, nowhere, and from session 2 on
    clock.set(clock.now() + hours(1));
    make_limits(expected);
    EXPECT_EQ(found(), told) << "nothing came, " << expected;
  }
}

TEST_P(Expected, StaysAsToldWhenAnotherFormComesAndEndsWhenItsGroundIsTakenAway) {
  make_limits(12);
  send(client, episode, clock.now() - days(28), {16, 16, 16, 18, 18});
  const auto told = found();
  clock.set(clock.now() + hours(1));
  make_limits(8);  // by which session 2 and 3, the first to be two running, are worse still
  clock.set(clock.now() + days(1));
  send(client, episode, clock.now(), {17});
  EXPECT_EQ(found(), told) << "and with other limits it lasts, and speaks for no-improvement-by-6";
  correct(2, 8);
  clock.set(clock.now() + hours(1));
  const auto corrected = found();
  EXPECT_TRUE(corrected.starts_with("!worse-than-expected: PHQ-9 was 16 in session 3, ")) << corrected;
}

TEST_P(Expected, IsToldAgainOfWhatComesLater) {
  make_limits(12);
  send(client, episode, clock.now() - days(28), {16, 16, 16, 10});
  const auto told = found();
  clock.set(clock.now() + hours(1));
  make_limits(13);
  send(client, episode, clock.now(), {18});
  send(client, episode, clock.now() + days(1), {18});
  clock.set(clock.now() + days(1));
  const auto later = found();
  EXPECT_TRUE(later.starts_with(told)) << later;
  EXPECT_NE(later.find("\nworse-than-expected: PHQ-9 was 18 in session 6, "), std::string::npos) << later;
}

TEST_P(Expected, IsReadOnlyOfWhatTheClientFillsIn) {
  make_limits(12);
  const auto count = [&] {
    return read([&](store::ReadTx& tx) { return read_course(tx, {episode, client, 0}); }).value().expected.size();
  };
  EXPECT_EQ(count(), 0U);
  send(client, episode, clock.now(), {16});
  EXPECT_EQ(count(), 1U);
}

TEST_P(Expected, RenewalsThatFailWaitForTheNextNight) {
  EXPECT_FALSE(renew());
  after_night();
  Renewals renewals(*house);
  const auto late = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  EXPECT_FALSE(renewals.renew(late)) << "no time was left";
  clock.set(clock.now() + hours(1));
  EXPECT_FALSE(renewals.renew(soon()).value()) << "it is not tried again by day";
  after_night();
  EXPECT_TRUE(renewals.renew(soon()).value());
  after_night();
  EXPECT_FALSE(renewals.renew(soon()).value()) << "once a week";
}

INSTANTIATE_TEST_SUITE_P(Engines, Expected, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::signals
