/// Signals from a form that is sent to what was done about them, on both engines.
#include "features/signals/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "features/encounters/encounters.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/evaluation.hpp"
#include "features/signals/several_instruments.hpp"
#include "features/signals/signals_api.hpp"
#include "migrations/house.hpp"
#include "support/full_house.hpp"

namespace rapport::signals {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::hours;

const store::Query kEndTreatmentOfSignals{"test.signals_end_treatment",
                                          "UPDATE episode_of_care SET closed_at = $2 WHERE id = $1"};

class Signals : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_signal_routes(routes);
    routes.finish();
  }
  http::Response call(AccountId viewer, access::Role role, http::Method method, const std::string& target,
                      const std::string& body = "") {
    const auto match = routes.find(method, target.substr(0, target.find('?')));
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call one{nullptr, match.route, match.path, {}, soon()};
    http::BodyInput input;
    input.text = body;
    return routes.answer(match, context, one, {&input, 1}).front();
  }
  std::string seen_by(AccountId viewer, EpisodeId of) {
    const auto answer =
        call(viewer, access::Role::therapist, http::Method::get, "/api/episodes/" + of.text() + "/signals");
    return std::to_string(answer.status) + " " + answer.body;
  }
  FormId ask(const std::string& instrument, std::optional<Time> due = {}) {
    const auto id = FormId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::ask_form(tx, therapist, {id, episode, instrument, Occasion::after_session, due},
                                      clock.now());
    }));
    return id;
  }
  /// Answers so many questions, with the sum of their values.
  void send(FormId id, const std::string& instrument, int questions, int sum, std::int64_t version = 1,
            std::optional<AccountId> by = {}) {
    questionnaires::Answers answers{"en", {}};
    const auto& all = questionnaires::instruments().find(instrument)->questions();
    for (int i = 0; i < questions; ++i) {
      const auto& question = all[static_cast<std::size_t>(i)];
      const auto most = static_cast<int>(question.max);
      // Never on a question about harm, which would be a concern besides.
      const int value = instrument == "phq-9" && i == 8 ? 0 : std::min(most, sum);
      sum -= value;
      answers.answers.push_back({question.link_id, static_cast<double>(value)});
    }
    send_answers(id, instrument, answers, version, by);
  }
  /// A sign for each question.
  void send_signs(FormId id, const std::string& instrument, std::string_view signs) {
    questionnaires::Answers answers{"en", {}};
    const auto& all = questionnaires::instruments().find(instrument)->questions();
    for (std::size_t i = 0; i < signs.size(); ++i) {
      answers.answers.push_back({all[i].link_id, static_cast<double>(signs[i] - '0')});
    }
    send_answers(id, instrument, answers, 1, {});
  }
  void send_answers(FormId id, const std::string& instrument, const questionnaires::Answers& answers,
                    std::int64_t version, std::optional<AccountId> by) {
    const auto key = keys->key_for(client, soon()).value();
    const auto scores = questionnaires::score_answers(*questionnaires::instruments().find(instrument), answers).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(questionnaires::save_answers(tx, by.value_or(client), id, version - 1,
                                       questionnaires::seal_answers(*key, id, 0, answers),
                                       [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(
          tx, by.value_or(client),
          {id, version, version, clock.now(), questionnaires::seal_answers(*key, id, version, answers),
           questionnaires::seal_scores(*key, id, version, scores)}));
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  FormId phq(int sum) {
    const auto form = ask("phq-9");
    send(form, "phq-9", 9, sum);
    return form;
  }
  FormId rate(const std::string& instrument, int sum, AccountId by) {
    const auto form = ask(instrument);
    send(form, instrument, 4, sum, 1, by);
    return form;
  }
  /// Client and therapist see it differently on two days; the therapist's last form.
  FormId differ() {
    rate("check-in", 9, client);
    rate("check-in-therapist", 14, therapist);
    wait(hours(24));
    rate("check-in", 9, client);
    return rate("check-in-therapist", 14, therapist);
  }
  bool sees(AccountId who, SignalId signal) {
    return read([&](store::ReadTx& tx) { return find_signal(tx, who, signal); }).has_value();
  }
  std::size_t follow_ups(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<DueFollowUp>> { return list_follow_ups(tx, viewer); })
        ->size();
  }
  std::size_t in_record() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> {
             return list_for_record(tx, client, episode);
           })
        ->size();
  }
  void hand_over() {
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice},
                                    {people::HandOverId::make(clock.now()), episode, stranger, clock.now()}, {});
    }));
  }
  void stand_in() {
    const auto id = people::AbsenceId::make(clock.now());
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::announce(tx, {therapist, access::Role::therapist, {}, practice},
                              {id, therapist, deputy, clock.now(), clock.now() + days(30)});
    }));
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::answer_absence(tx, {deputy, access::Role::therapist, {}, practice}, id, true);
    }));
  }
  void say(AccountId author) {
    const auto key = keys->key_for(client, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from("Hello").value();
    const auto sealed =
        messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return messages::append_messages(tx, author, chat, {sealed}, clock.now()); }));
  }
  std::string today(std::string_view language = "en") const {
    return record::day_in_words(std::chrono::floor<std::chrono::days>(clock.now()), language);
  }
  void hold_session(std::optional<AccountId> with = {}) {
    const auto by = with.value_or(therapist);
    const auto id = EncounterId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, by, episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, by, id, clock.now()));
      TRY(encounters::close_encounter(tx, by, id, clock.now() + std::chrono::minutes(50)));
      note_change(tx, episode);  // as the route does
      return {};
    });
    ASSERT_TRUE(held) << held.error().detail;
  }
  /// Of each form that came, in order: its session, and how many were held before the therapist whom it is about.
  std::string places_of_forms() {
    const auto course = read([&](store::ReadTx& tx) { return read_forms(tx, DueLook{episode, client, 0}); }).value();
    const auto key = keys->key_for(client, soon()).value();
    std::string text;
    const auto forms = forms_of(course, *key, clock.now()).value();
    for (const auto& one : forms) {
      text += fmt::format("{}{} after {}", text.empty() ? "" : ", ", one.session, one.before_pair);
    }
    return text;
  }
  void note_again() {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_change(tx, episode);
      return {};
    }));
  }
  void wait(hours time) { clock.set(clock.now() + time); }
  void look() { ASSERT_TRUE(look_through_due(*house, soon())); }
  /// "kind state" of all, the oldest first; "!" before what holds no longer.
  std::string stored() {
    look();
    std::string text;
    const auto all =
        read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> { return list_all(tx, episode); }).value();
    for (const auto& one : all) {
      text += fmt::format("{}{}{} {}", text.empty() ? "" : ", ", one.holds ? "" : "!", name(one.kind),
                          boost::describe::enum_to_string(one.state, ""));
    }
    return text;
  }
  StoredSignal only() {
    look();
    const auto all =
        read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> { return list_all(tx, episode); }).value();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? StoredSignal() : all.front();
  }
  Result<bool> record(const StoredSignal& signal, Outcome outcome, std::optional<FollowUp> again = {},
                      std::optional<Time> at = {}) {
    return write([&](store::WriteTx& tx) {
      return answer(tx, therapist, signal.id,
                    {OutcomeId::make(clock.now()),
                     outcome,
                     outcome == Outcome::deferred ? std::optional(clock.now() + days(3)) : std::nullopt,
                     again,
                     at,
                     {}},
                    clock.now());
    });
  }
  std::vector<StoredSignal> waiting(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> { return list_waiting(tx, viewer); })
        .value();
  }
  std::size_t unanswered(AccountId viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Unanswered>> {
             return list_unanswered(tx, viewer, clock.now() - days(7));
           })
        ->size();
  }

  Routes routes;
};

TEST_P(Signals, AreFoundOnceHoweverOftenACourseIsLookedThrough) {
  phq(8);
  EXPECT_EQ(stored(), "");
  wait(hours(24));
  phq(16);
  EXPECT_EQ(stored(), "deterioration open");
  for (int night = 0; night < 3; ++night) {
    wait(hours(24));
    EXPECT_EQ(stored(), "deterioration open") << "nothing new came";
  }
  phq(16);
  EXPECT_EQ(stored(), "deterioration open") << "it lasts";
}

TEST_P(Signals, StandInTheListOfTheirTherapistWithTheirNumbersAndInGerman) {
  phq(8);
  const auto first = today();
  const auto first_in_german = today("de");
  wait(hours(24));
  phq(16);
  const auto seen = seen_by(therapist, episode);  // brings it up to date by itself
  EXPECT_NE(seen.find(R"("reason":"PHQ-9 was 16, 8 points worse than the 8 of )" + first + "; the reliable change is"),
            std::string::npos)
      << seen;
  EXPECT_NE(seen.find(R"("published":false)"), std::string::npos);
  EXPECT_NE(seen.find(R"("waits":true)"), std::string::npos);
  const auto signal = only();
  const auto key = keys->key_for(client, soon()).value();
  const auto body = open_body(*key, signal.id, signal.sealed_body).value();
  EXPECT_EQ(sentence_of(signal, body, "de"), "PHQ-9: 16, das sind 8 Punkte schlechter als die 8 vom " +
                                                 first_in_german + "; ab 6 Punkten ist eine Veränderung verlässlich.");
}

TEST_P(Signals, OfAFormThatWasCorrectedSayWhatIsTrueNowOrThatTheyHoldNoLonger) {
  phq(8);
  wait(hours(24));
  const auto second = phq(16);
  EXPECT_EQ(stored(), "deterioration open");
  send(second, "phq-9", 9, 18, 2);
  EXPECT_EQ(stored(), "deterioration open");
  EXPECT_NE(seen_by(therapist, episode).find("PHQ-9 was 18, 10 points worse"), std::string::npos);
  send(second, "phq-9", 9, 9, 3);
  EXPECT_EQ(stored(), "!deterioration open");
  EXPECT_TRUE(waiting(therapist).empty()) << "nobody is asked about it";
  EXPECT_NE(seen_by(therapist, episode).find(R"("holds":false)"), std::string::npos) << "and it is not deleted";
  send(second, "phq-9", 9, 17, 4);
  EXPECT_EQ(stored(), "deterioration open") << "it is the same signal again";
}

TEST_P(Signals, OfSeveralQuestionnairesOfASessionAreOneThatIsOpenAgainWhenOneMoreSaysIt) {
  const auto gad = [&](int sum) { send(ask("gad-7"), "gad-7", 7, sum); };
  phq(8);
  gad(6);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::discussed));
  gad(15);
  EXPECT_EQ(stored(), "deterioration open") << "whoever answered it did not know of the second";
  EXPECT_NE(seen_by(therapist, episode).find("On the same day, too: GAD-7 (from 6 to 15)."), std::string::npos);
  const auto key = keys->key_for(client, soon()).value();
  const auto body = open_body(*key, signal.id, only().sealed_body).value();
  EXPECT_TRUE(sentence_of(signal, body, "de").ends_with(" Am selben Tag auch: GAD-7 (von 6 auf 15)."));
  ASSERT_TRUE(record(only(), Outcome::discussed));
  wait(hours(1));
  EXPECT_EQ(stored(), "deterioration answered");
}

TEST_P(Signals, OfSeveralQuestionnairesStayAnsweredWhenTheOneThatSpokeForThemIsCorrected) {
  const auto gad = [&](int sum) { send(ask("gad-7"), "gad-7", 7, sum); };
  phq(8);
  gad(6);
  wait(hours(24));
  const auto speaks = phq(16);
  wait(hours(1));
  gad(15);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::discussed));
  send(speaks, "phq-9", 9, 9, 2);
  EXPECT_EQ(stored(), "deterioration answered") << "the other says it still, and that was answered";
  EXPECT_EQ(only().id, signal.id);
  EXPECT_EQ(only().instrument, "gad-7");
  const auto seen = seen_by(therapist, episode);
  EXPECT_NE(seen.find("GAD-7 was 15, 9 points worse"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("PHQ-9"), std::string::npos) << seen;
  EXPECT_EQ(read([&](store::ReadTx& tx) -> Result<std::vector<StoredOutcome>> {
              return list_outcomes(tx, signal.id);
            })->size(),
            1U);
  EXPECT_EQ(stored(), "deterioration answered") << "and so it stays";
  send(speaks, "phq-9", 9, 16, 3);
  EXPECT_EQ(stored(), "deterioration open, deterioration answered") << "what comes anew is told, and the other stays";
}

TEST_P(Signals, OfOneQuestionnaireStayAnsweredWhenOneBeforeItIsCorrected) {
  phq(8);
  send(ask("gad-7"), "gad-7", 7, 6);
  wait(hours(24));
  const auto before = phq(9);
  wait(hours(1));
  send(ask("gad-7"), "gad-7", 7, 15);
  const auto signal = only();
  ASSERT_EQ(signal.instrument, "gad-7");
  ASSERT_TRUE(record(signal, Outcome::discussed));
  send(before, "phq-9", 9, 17, 2);
  EXPECT_EQ(stored(), "deterioration open, deterioration answered");
  const auto seen = seen_by(therapist, episode);
  EXPECT_NE(seen.find("PHQ-9 was 17, 9 points worse"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("On the same day, too"), std::string::npos) << "of the other it was said before";
  send(before, "phq-9", 9, 9, 3);
  EXPECT_EQ(stored(), "!deterioration open, deterioration answered");
}

TEST_P(Signals, ThatNamedAnotherAndWereAnsweredGoOnNamingItWhenOneBeforeThemIsCorrected) {
  send(ask("pcl-5"), "pcl-5", 20, 10);
  phq(8);
  send(ask("gad-7"), "gad-7", 7, 6);
  wait(hours(24));
  const auto before = ask("pcl-5");
  send(before, "pcl-5", 20, 10);
  wait(hours(1));
  phq(16);
  send(ask("gad-7"), "gad-7", 7, 15);
  const auto signal = only();
  ASSERT_EQ(signal.instrument, "phq-9");
  ASSERT_TRUE(record(signal, Outcome::discussed));
  send(before, "pcl-5", 20, 40, 2);
  EXPECT_EQ(stored(), "deterioration open, deterioration answered");
  const auto key = keys->key_for(client, soon()).value();
  const auto all =
      read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> { return list_all(tx, episode); }).value();
  for (const auto& one : all) {
    const auto named = named_in(open_body(*key, one.id, one.sealed_body).value().values);
    const auto is_known = one.id == signal.id;
    EXPECT_EQ(one.instrument, is_known ? "phq-9" : "pcl-5");
    EXPECT_EQ(named, is_known ? (std::vector<std::string>{"gad-7", "gad-7"}) : std::vector<std::string>())
        << "what was answered is told by nothing else";
  }
}

TEST_P(Signals, AreSaidAnewAfterAnUpgradeAlsoOfATreatmentThatIsOver) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::discussed));
  const auto key = keys->key_for(client, soon()).value();
  // As an earlier version of the rule said it, of a lower level.
  const Body old{"PHQ-9 was 15.7, said otherwise.", {{"score", 15.7}}};
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    replace_body(tx, signal.id, Level::look, "0", seal_body(*key, signal.id, old));
    tx.execute(kEndTreatmentOfSignals, {episode, clock.now()});
    note_change(tx, episode);
    return {};
  }));
  look();
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    replace_body(tx, signal.id, Level::look, "0", seal_body(*key, signal.id, old));
    return {};
  }));
  const auto due = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<DueLook>> { return list_due(tx, 10); })->size();
  };
  ASSERT_EQ(due(), 0U) << "nothing is expected of a treatment that is over";
  const auto all = house_migrations();
  const auto upgrade = std::find_if(all.begin(), all.end(), [](const auto& one) { return one.number == 40; });
  ASSERT_NE(upgrade, all.end());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    db->run_script(tx, upgrade->sql);
    return {};
  }));
  ASSERT_EQ(due(), 1U);
  const auto now = only();
  const auto body = open_body(*key, now.id, now.sealed_body).value();
  EXPECT_TRUE(body.reason.starts_with("PHQ-9 was 16, 8 points worse than the 8 of session 1")) << body.reason;
  EXPECT_EQ(now.version, find_rule(signal.rule)->version);
  EXPECT_EQ(now.level, Level::act);
  EXPECT_EQ(now.state, State::answered) << "that a rule was changed is no news about the client";
  EXPECT_EQ(due(), 0U);
}

TEST_P(Signals, ThatOnlyAnEarlierVersionOfARuleFoundSayNoScoreThatIsNotShown) {
  const auto form = ask("sparq");
  send(form, "sparq", 8, 32);
  ASSERT_EQ(stored(), "");
  const auto key = keys->key_for(client, soon()).value();
  StoredSignal old;
  old.id = SignalId::make(clock.now());
  old.episode = episode;
  old.client = client;
  old.rule = "relationship-low";
  old.version = "0";
  old.kind = Kind::early_alliance;
  old.level = Level::look;
  old.basis = form.text();
  old.instrument = "sparq";
  old.form = form;
  old.session = 1;
  old.at = clock.now();
  old.found_at = clock.now();
  old.sealed_body = seal_body(*key, old.id,
                              {"Positive feelings was 9.33 in session 1, where 19.33 or more would be usual.",
                               {{"score", 28 / 3.0}, {"limit", 58 / 3.0}}});
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    add_signal(tx, old);
    note_change(tx, episode);
    return {};
  }));
  EXPECT_EQ(stored(), "early-alliance open") << "of what the rule was nothing can be said";
  const auto body = open_body(*key, old.id, only().sealed_body).value();
  EXPECT_EQ(body.reason, "Positive feelings was 9 in session 1, where 19.33 or more would be usual.");
  EXPECT_EQ(body.values.front().second, 9);
  EXPECT_EQ(only().version, "0");
  wait(hours(1));
  send(form, "sparq", 8, 32, 2);
  EXPECT_EQ(stored(), "!early-alliance open") << "of what its form says now it can be said";
}

TEST_P(Signals, OfAWorseningThatGoesFurtherAreNewOnes) {
  phq(5);
  wait(hours(24));
  phq(11);
  ASSERT_TRUE(record(only(), Outcome::discussed));
  wait(hours(24));
  phq(12);
  EXPECT_EQ(stored(), "deterioration answered");
  wait(hours(24));
  phq(18);
  EXPECT_EQ(stored(), "deterioration answered, deterioration open");
  EXPECT_EQ(waiting(therapist).size(), 1U) << "what was answered waits no longer";
}

TEST_P(Signals, OfAFormWithoutAScoreSayHowMuchWasAnswered) {
  phq(8);
  wait(hours(24));
  send(ask("phq-9"), "phq-9", 3, 3);
  EXPECT_EQ(stored(), "missing open");
  EXPECT_NE(
      seen_by(therapist, episode).find("PHQ-9 came on " + today() + ", but gave no score (3 of 9 questions answered)."),
      std::string::npos);
  EXPECT_TRUE(waiting(therapist).empty()) << "it is only to be known";
}

TEST_P(Signals, AreNotLostWhenTheProgramStopsBetweenAFormAndTheLook) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto due = read([&](store::ReadTx& tx) -> Result<std::vector<DueLook>> { return list_due(tx, 10); }).value();
  ASSERT_EQ(due.size(), 1U);
  // A look that began before the last form came does not count for it.
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    note_change(tx, episode);
    EXPECT_FALSE(note_looked(tx, due.front(), clock.now() + days(1)));
    return {};
  }));
  EXPECT_EQ(stored(), "deterioration open");
}

TEST_P(Signals, OfLongAgoAreKeptAndNobodyIsAskedAboutThem) {
  phq(8);
  wait(hours(24));
  phq(16);
  wait(hours(24 * 40));
  EXPECT_EQ(stored().substr(0, 21), "deterioration history");
  const auto left = waiting(therapist);
  EXPECT_TRUE(std::none_of(left.begin(), left.end(), [](const auto& one) { return one.kind == Kind::deterioration; }));
}

TEST_P(Signals, AreAnsweredPutOffAndOpenAgain) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  EXPECT_EQ(waiting(therapist).size(), 1U);
  ASSERT_TRUE(record(signal, Outcome::deferred));
  const auto put_off = waiting(therapist);
  ASSERT_EQ(put_off.size(), 1U);
  EXPECT_FALSE(waits(put_off[0], clock.now()));
  EXPECT_TRUE(waits(put_off[0], clock.now() + days(3)));
  ASSERT_TRUE(record(signal, Outcome::discussed));
  EXPECT_EQ(only().state, State::answered);
  wait(hours(24));
  EXPECT_EQ(only().state, State::answered) << "the night does not open it again";
}

TEST_P(Signals, ThatWereDealtWithAreLookedAtAgainOnADayOrAtTheNextSession) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::acted, FollowUp::date, clock.now() + days(2)));
  const auto due = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<DueFollowUp>> { return list_follow_ups(tx, therapist); })
        ->size();
  };
  EXPECT_EQ(due(), 0U);
  wait(hours(49));
  EXPECT_EQ(due(), 1U);
  const auto record_result = [&](FollowUpResult result) {
    return write([&](store::WriteTx& tx) { return follow_up(tx, therapist, signal.id, result, {}, clock.now()); });
  };
  EXPECT_EQ(record_result(FollowUpResult::better), true);
  EXPECT_EQ(record_result(FollowUpResult::better), false) << "sent again";
  EXPECT_EQ(record_result(FollowUpResult::worse).error().code, "signal.no_follow_up");
  EXPECT_EQ(due(), 0U);
  ASSERT_TRUE(record(signal, Outcome::discussed, FollowUp::next_session));
  wait(hours(1));
  look();
  EXPECT_EQ(due(), 0U) << "no session yet";
  hold_session();
  look();
  EXPECT_EQ(due(), 1U);
}

TEST_P(Signals, OfAnswersAboutTheTherapistAreForNobodyUnlessTheClientShowsThem) {
  const auto form = ask("risq");
  send(form, "risq", 4, 2);
  EXPECT_EQ(stored(), "");
  EXPECT_EQ(seen_by(therapist, episode), R"(200 {"signals":[]})");
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, true); }));
  EXPECT_NE(seen_by(therapist, episode).find(R"("rule":"risq-yes")"), std::string::npos);
  const auto signal = only();
  EXPECT_TRUE(signal.is_private);
  EXPECT_TRUE(waiting(therapist).empty()) << "no list of many people has it";
  wait(hours(24 * 9));
  EXPECT_EQ(unanswered(supervisor), 0U);
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> {
                return list_for_record(tx, client, episode);
              })->empty());
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, false); }));
  EXPECT_EQ(read([&](store::ReadTx& tx) { return find_signal(tx, therapist, signal.id); }).error().kind,
            ErrorKind::not_found)
      << "at once, before anything is looked through";
  EXPECT_EQ(seen_by(therapist, episode), R"(200 {"signals":[]})");
}

TEST_P(Signals, OfSingleAnswersAreForTheTherapistWhileTheClientShowsThem) {
  const auto form = ask("sparq");
  send(form, "sparq", 8, 32);  // the highest answer to every question
  EXPECT_EQ(stored(), "");
  EXPECT_EQ(in_record(), 0U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, true); }));
  EXPECT_NE(seen_by(therapist, episode).find("was answered with 4"), std::string::npos);
  const auto signal = only();
  EXPECT_EQ(in_record(), 1U) << "what was said of their answers is the client's to know";
  stand_in();
  EXPECT_EQ(seen_by(deputy, episode), R"(200 {"signals":[]})");
  EXPECT_FALSE(sees(deputy, signal.id));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, false); }));
  EXPECT_FALSE(sees(therapist, signal.id)) << "at once, before anything is looked through";
  EXPECT_EQ(seen_by(therapist, episode), R"(200 {"signals":[]})") << "nor that it holds no longer";
  EXPECT_EQ(stored(), "!straight-line open");
  EXPECT_EQ(in_record(), 1U);
}

TEST_P(Signals, OfSingleAnswersThatWaitAreInNoListOfWhoeverDoesNotSeeThem) {
  std::vector<FormId> forms;
  for (const auto* signs : {"30000333", "30000333", "40000404"}) {
    forms.push_back(ask("sparq"));
    send_signs(forms.back(), "sparq", signs);
    wait(hours(24));
  }
  EXPECT_EQ(stored(), "");
  const auto allow = [&](bool allowed) {
    for (const auto& form : forms) {
      ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, allowed); }));
    }
  };
  allow(true);
  const auto signal = only();
  EXPECT_EQ(signal.rule, "item-dip");
  ASSERT_EQ(waiting(therapist).size(), 1U);
  ASSERT_TRUE(record(signal, Outcome::deferred));
  wait(hours(24 * 12));
  ASSERT_EQ(waiting(therapist).size(), 1U);
  EXPECT_EQ(unanswered(supervisor), 0U);
  stand_in();
  EXPECT_TRUE(waiting(deputy).empty());
  ASSERT_TRUE(record(signal, Outcome::discussed, FollowUp::date, clock.now()));
  EXPECT_EQ(follow_ups(therapist), 1U);
  EXPECT_EQ(follow_ups(deputy), 0U);
  allow(false);
  EXPECT_EQ(follow_ups(therapist), 0U) << "at once, before anything is looked through";
}

TEST_P(Signals, OfFormsThatDoNotComeAreFoundAtNightAndEndWhenTheyCome) {
  std::vector<FormId> late;
  for (int session = 0; session < 4; ++session) {
    wait(hours(24 * 7));
    hold_session();
    const auto form = ask("gad-7", clock.now() + hours(2));
    if (session < 2) {
      send(form, "gad-7", 7, 6);
    } else {
      late.push_back(form);
    }
    // Something else comes each time, so that the session is known.
    phq(6);
  }
  EXPECT_EQ(stored(), "missing open") << "the last is not late yet";
  wait(hours(27));
  EXPECT_EQ(stored(), "missing open") << "it goes on: the same, with how often by now";
  EXPECT_NE(seen_by(therapist, episode).find("GAD-7 did not come for 2 sessions up to 4"), std::string::npos);
  send(late[0], "gad-7", 7, 6);
  send(late[1], "gad-7", 7, 6);
  EXPECT_EQ(stored(), "!missing open");
}

TEST_P(Signals, OfSeveralFormsThatDoNotComeAreOneThatGoesOnAndIsOpenAgainWhenItGrows) {
  std::vector<FormId> late;
  const auto session = [&](bool comes, bool others_come) {
    wait(hours(24 * 7));
    hold_session();
    phq(6);
    for (const auto* instrument : {"gad-7", "k6"}) {
      const auto form = ask(instrument, clock.now() + hours(2));
      const bool is_here = instrument == std::string("gad-7") ? comes : others_come;
      if (is_here) send(form, instrument, instrument == std::string("gad-7") ? 7 : 6, 6);
      if (!is_here) late.push_back(form);
    }
    wait(hours(27));
  };
  session(true, true);
  session(true, true);
  session(false, false);
  EXPECT_EQ(stored(), "missing open");
  EXPECT_NE(seen_by(therapist, episode).find("GAD-7 and K6 did not come for session 3; before they came to 2 of 2"),
            std::string::npos);
  ASSERT_TRUE(record(only(), Outcome::discussed));
  EXPECT_EQ(stored(), "missing answered") << "without new data it is not told again";
  session(false, true);
  EXPECT_EQ(stored(), "missing open") << "twice in a row is graver";
  EXPECT_NE(seen_by(therapist, episode).find("GAD-7 for 2 sessions up to 4 and K6 for session 3 did not come; "),
            std::string::npos)
      << seen_by(therapist, episode);
  session(true, false);
  EXPECT_EQ(stored(), "missing open, missing open") << "another time, another form";
  for (const auto form : late) {
    const bool is_gad = form == late[0] || form == late[2];
    send(form, is_gad ? "gad-7" : "k6", is_gad ? 7 : 6, 6);
  }
  EXPECT_EQ(stored(), "!missing open, !missing open");
}

TEST_P(Signals, OfAFormWithoutAScoreGoOnAsOneWithWhatDoesNotComeToItsSession) {
  for (int session = 0; session < 3; ++session) {
    wait(hours(24 * 7));
    hold_session();
    const auto phq_form = ask("phq-9", clock.now() + hours(2));
    const auto gad = ask("gad-7", clock.now() + hours(2));
    if (session < 2) send(phq_form, "phq-9", 9, 6);
    send(gad, "gad-7", session < 2 ? 7 : 3, 3);
  }
  EXPECT_EQ(stored(), "missing open") << "the one that came without a score, and the other is not late yet";
  const auto id = only().id;
  EXPECT_EQ(only().rule, "form-without-score");
  wait(hours(27));
  EXPECT_EQ(stored(), "missing open") << "one signal of both";
  EXPECT_EQ(only().id, id) << "and the same one";
  EXPECT_EQ(only().rule, "form-missing");
  const auto seen = seen_by(therapist, episode);
  EXPECT_NE(seen.find("PHQ-9 did not come for session 3; before it came to 2 of 2 sessions. GAD-7 came for session 3, "
                      "but gave no score (3 of 7 questions answered)."),
            std::string::npos)
      << seen;
  wait(hours(24));
  EXPECT_EQ(stored(), "missing open") << "it stays so";
}

TEST_P(Signals, OfFormsWhoseTimeWentByAreFoundThoughNobodyAsksForThemAnyMore) {
  for (int session = 0; session < 3; ++session) {
    wait(hours(24 * 7));
    const auto form = ask("gad-7", clock.now() + hours(2));
    hold_session();
    if (session < 2) {
      send(form, "gad-7", 7, 6);
    } else {
      ASSERT_TRUE(write([&](store::WriteTx& tx) {
        return questionnaires::withdraw_form(tx, therapist, form, clock.now(), questionnaires::Withdrawal::missed);
      }));
    }
    phq(6);
  }
  EXPECT_EQ(stored(), "missing open");
  // One that was taken back is none.
  wait(hours(24 * 7));
  const auto form = ask("gad-7", clock.now() + hours(2));
  hold_session();
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return questionnaires::withdraw_form(tx, therapist, form, clock.now()); }));
  phq(6);
  wait(hours(48));
  EXPECT_EQ(stored(), "missing open");
}

TEST_P(Signals, OfSilenceAndLateRepliesComeAtNightAndEndByThemselves) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::propose_reply_time(tx, therapist, episode, 24));
    TRY(people::agree_reply_time(tx, client, episode, 24));
    note_new_episodes(tx);
    return {};
  }));
  say(client);
  EXPECT_EQ(stored(), "");
  wait(hours(47));
  EXPECT_EQ(stored(), "");
  wait(hours(25));
  EXPECT_EQ(stored(), "late-reply open");
  say(client);
  EXPECT_EQ(stored(), "late-reply open") << "another message answers nothing";
  say(therapist);
  EXPECT_EQ(stored(), "!late-reply open") << "at once, before the night";
  wait(hours(24 * 21));
  EXPECT_EQ(stored(), "!late-reply open, silence open");
  wait(hours(24 * 7));
  EXPECT_EQ(stored(), "!late-reply open, silence open") << "the same silence";
  say(therapist);
  EXPECT_EQ(stored(), "!late-reply open, silence open") << "the client was not heard of by that";
  say(client);
  EXPECT_EQ(stored(), "!late-reply open, !silence open") << "at once";
}

TEST_P(Signals, OfSilenceKnowOfNoFormThatGoesToTheNeutralPersonAndOfNoSessionThatWasMissed) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    note_new_episodes(tx);
    return encounters::plan_encounter(tx, therapist, episode, EncounterId::make(clock.now()),
                                      {clock.now() + hours(24 * 20), 50, encounters::Channel::chat, ""}, clock.now())
        .map([](const auto&) {});
  }));
  const auto form = ask("risq");
  wait(hours(24 * 19));
  send(form, "risq", 4, 2);
  wait(hours(24 * 2 - 13));
  EXPECT_EQ(stored(), "") << "a session is ahead";
  wait(hours(14));
  note_again();
  EXPECT_EQ(stored(), "silence open")
      << "nobody came to it, and what the neutral person got is no word to the therapist";
}

TEST_P(Signals, OfAFormOfTheTherapistsAreForWhoeverSeesThatForm) {
  const auto form = differ();
  const auto signal = only();
  EXPECT_EQ(signal.kind, Kind::divergence);
  EXPECT_EQ(signal.form, form);
  EXPECT_TRUE(sees(therapist, signal.id));
  EXPECT_EQ(waiting(therapist).size(), 1U) << "it stands in the list of the one who filled the form in";
  stand_in();
  EXPECT_EQ(seen_by(deputy, episode), R"(200 {"signals":[]})") << "the sentence has the therapist's score";
  EXPECT_FALSE(sees(deputy, signal.id));
  EXPECT_TRUE(waiting(deputy).empty());
  ASSERT_TRUE(record(signal, Outcome::discussed, FollowUp::date, clock.now()));
  EXPECT_EQ(follow_ups(therapist), 1U);
  EXPECT_EQ(follow_ups(deputy), 0U);
  EXPECT_EQ(in_record(), 0U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, therapist, form, true); }));
  EXPECT_EQ(in_record(), 1U) << "the client sees the form";
  EXPECT_FALSE(sees(deputy, signal.id));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, therapist, form, false); }));
  EXPECT_EQ(in_record(), 0U);
}

TEST_P(Signals, OfAFormOfTheTherapistsAreNeverOnTheSupervisorsListAndEndWithAHandOver) {
  differ();
  const auto signal = only();
  wait(hours(24 * 9));
  EXPECT_EQ(unanswered(supervisor), 0U);
  hand_over();
  EXPECT_FALSE(sees(therapist, signal.id));
  EXPECT_FALSE(sees(stranger, signal.id)) << "the next therapist";
  EXPECT_TRUE(waiting(stranger).empty());
  EXPECT_EQ(in_record(), 0U);
  note_again();
  EXPECT_EQ(stored(), "!divergence open") << "what the former therapist filled in counts no more";
  EXPECT_EQ(seen_by(stranger, episode), R"(200 {"signals":[]})");
}

TEST_P(Signals, OfAFormAfterAHandOverAreAboutWhoeverHeldItsSession) {
  hold_session();
  wait(hours(24));
  hold_session();
  wait(hours(24));
  const auto late = ask("sparq");
  const auto next = ask("gad-7");
  hand_over();
  wait(hours(24));
  send(late, "sparq", 8, 16);
  EXPECT_EQ(places_of_forms(), "2 after 0") << "of the last session with the former therapist";
  wait(hours(24));
  hold_session(stranger);
  wait(hours(24));
  send(next, "gad-7", 7, 3);
  EXPECT_EQ(places_of_forms(), "2 after 0, 3 after 2");
}

TEST_P(Signals, OfATreatmentWithoutSessionsBeginAnewWithAnotherTherapistToo) {
  phq(8);
  wait(hours(24));
  phq(8);
  const auto same_day = ask("gad-7");
  const auto next = ask("phq-9");
  wait(hours(1));
  hand_over();
  wait(hours(1));
  send(same_day, "gad-7", 7, 3);
  wait(hours(24));
  send(next, "phq-9", 9, 8);
  EXPECT_EQ(places_of_forms(), "1 after 0, 2 after 0, 2 after 0, 3 after 2");
}

TEST_P(Signals, OfTwoFormsThatDoNotComeAreTwoAndSayWhose) {
  for (int session = 0; session < 4; ++session) {
    wait(hours(24 * 7));
    hold_session();
    const auto clients = ask("check-in", clock.now() + hours(2));
    const auto therapists = ask("check-in-therapist", clock.now() + hours(2));
    if (session < 3) {
      send(clients, "check-in", 4, 10);
      send(therapists, "check-in-therapist", 4, 10, 1, therapist);
    }
    phq(6);
  }
  wait(hours(27));
  EXPECT_EQ(stored(), "missing open, missing open");
  const auto seen = seen_by(therapist, episode);
  EXPECT_NE(seen.find("Relationship check-in did not come for session 4"), std::string::npos) << seen;
  EXPECT_NE(seen.find("Relationship check-in, the therapist's form, did not come for session 4"), std::string::npos);
}

TEST_P(Signals, OfATherapistsFormThatNobodyWasAskedForAreNotMadeOfTheClientsThatIsMissing) {
  for (int session = 0; session < 4; ++session) {
    wait(hours(24 * 7));
    hold_session();
    const auto clients = ask("check-in", clock.now() + hours(2));
    if (session < 3) {
      send(clients, "check-in", 4, 10);
      rate("check-in-therapist", 10, therapist);
    }
    phq(6);
  }
  wait(hours(27));
  EXPECT_EQ(stored(), "missing open") << "the client's alone";
}

TEST_P(Signals, OfOneCourseThatCannotBeLookedThroughHoldUpNoOther) {
  const auto broken = FormId::make(clock.now());
  const auto key = keys->key_for(other_client, soon()).value();
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(questionnaires::ask_form(tx, therapist, {broken, other_episode, "gad-7", Occasion::on_request, {}},
                                 clock.now()));
    TRY(questionnaires::save_answers(tx, other_client, broken, 0, Bytes{1}, [](const Bytes&) { return false; }));
    TRY(questionnaires::complete_form(tx, other_client, {broken, 1, 1, clock.now(), Bytes{1, 2, 3}, Bytes{1, 2, 3}}));
    return {};
  }));
  phq(8);
  wait(hours(24));
  phq(16);
  const auto due = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<DueLook>> { return list_due(tx, 10); })->size();
  };
  EXPECT_EQ(due(), 2U);
  ASSERT_TRUE(look_through_of(*house, therapist, soon())) << "before the list of clients is read";
  EXPECT_EQ(waiting(therapist).size(), 1U);
  EXPECT_EQ(due(), 0U) << "nor is it tried every second";
  wait(hours(1));
  EXPECT_EQ(due(), 1U);
  EXPECT_EQ(look_through_due(*house, soon()), 0);
  EXPECT_EQ(due(), 0U);
  EXPECT_EQ(seen_by(therapist, other_episode), R"(200 {"signals":[]})");
}

TEST_P(Signals, ThatGrowGraverAfterAnAnswerAreOpenAgain) {
  const auto first = ask("phq-9");
  send(first, "phq-9", 9, 10);
  wait(hours(24));
  const auto second = phq(11);
  const auto form = ask("sparq");
  send(form, "sparq", 8, 4);
  const auto signal = only();
  EXPECT_EQ(signal.kind, Kind::early_alliance);
  EXPECT_EQ(signal.level, Level::look);
  ASSERT_TRUE(record(signal, Outcome::discussed));
  send(second, "phq-9", 9, 12, 2);
  EXPECT_EQ(stored(), "early-alliance answered") << "other numbers, no graver";
  wait(hours(24));
  send(second, "phq-9", 9, 17, 3);
  look();
  const auto now = read([&](store::ReadTx& tx) { return find_signal(tx, therapist, signal.id); }).value();
  EXPECT_EQ(now.level, Level::act);
  EXPECT_EQ(now.state, State::open);
  EXPECT_EQ(now.found_at, clock.now()) << "the supervisor's days count from here";
  EXPECT_TRUE(waits(now, clock.now()));
}

TEST_P(Signals, AreLookedAtAgainAtTheNextSessionOnlyWhileThatIsWaitedFor) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::discussed, FollowUp::next_session));
  ASSERT_TRUE(record(signal, Outcome::acted)) << "answered anew, without a look again";
  // A look that began before that.
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    set_follow_up_at(tx, signal.id, clock.now());
    return {};
  }));
  EXPECT_EQ(follow_ups(therapist), 0U);
}

TEST_P(Signals, OutcomesOfOneIdAreTheSameOrRefused) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto target = "/api/signals/" + only().id.text() + "/outcomes";
  const auto id = OutcomeId::make(clock.now()).text();
  const auto post = [&](const std::string& rest) {
    const auto answer =
        call(therapist, access::Role::therapist, http::Method::post, target, R"({"id":")" + id + R"(",)" + rest + "}");
    return std::to_string(answer.status) + (answer.status < 300 ? "" : " " + answer.body);
  };
  const std::string first = R"("outcome":"discussed","follow_up":"date","follow_up_days":7,"note":"spoke of it")";
  EXPECT_EQ(post(first), "200");
  wait(hours(1));
  EXPECT_EQ(post(first), "200") << "sent again after a lost answer";
  for (const std::string other :
       {R"("outcome":"acted","follow_up":"date","follow_up_days":7,"note":"spoke of it")",
        R"("outcome":"discussed","follow_up":"date","follow_up_days":8,"note":"spoke of it")",
        R"("outcome":"discussed","follow_up":"next_session","note":"spoke of it")",
        R"("outcome":"discussed","follow_up":"date","follow_up_days":7,"note":"spoke of something else")",
        R"("outcome":"discussed","follow_up":"date","follow_up_days":7)"}) {
    const auto said = post(other);
    EXPECT_EQ(said.substr(0, 3), "409") << other;
    EXPECT_NE(said.find("signal.outcome_differs"), std::string::npos) << said;
  }
}

TEST_P(Signals, ResultsAreSealedForTheOutcomeThatIsTheLatestOnceNobodyElseCanAnswer) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::discussed, FollowUp::date, clock.now()));
  wait(hours(1));
  ASSERT_TRUE(record(signal, Outcome::acted, FollowUp::date, clock.now()));
  std::optional<OutcomeId> sealed_for;
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return follow_up(
        tx, therapist, signal.id, FollowUpResult::better,
        [&](OutcomeId outcome) {
          sealed_for = outcome;
          return std::optional(Bytes{1, 2, 3});
        },
        clock.now());
  }));
  const auto outcomes = read([&](store::ReadTx& tx) -> Result<std::vector<StoredOutcome>> {
                          return list_outcomes(tx, signal.id);
                        }).value();
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(sealed_for, outcomes.back().id);
  EXPECT_EQ(outcomes.back().sealed_result_note, (Bytes{1, 2, 3}));
}

TEST_P(Signals, AreSeenByWhoeverTreatsNowAndNobodyElse) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  const auto sees = [&](AccountId who) {
    return read([&](store::ReadTx& tx) { return find_signal(tx, who, signal.id); }).has_value();
  };
  EXPECT_TRUE(sees(therapist));
  for (const auto who : {stranger, deputy, supervisor, neutral, client, other_client}) EXPECT_FALSE(sees(who));
  EXPECT_EQ(seen_by(stranger, episode).substr(0, 3), "404");
  EXPECT_FALSE(write([&](store::WriteTx& tx) {
    return answer(tx, stranger, signal.id, {OutcomeId::make(clock.now()), Outcome::acted, {}, {}, {}, {}}, clock.now());
  }));
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice},
                                  {people::HandOverId::make(clock.now()), episode, stranger, clock.now()}, {});
  }));
  EXPECT_FALSE(sees(therapist)) << "handed over";
  EXPECT_TRUE(sees(stranger));
  EXPECT_TRUE(waiting(therapist).empty());
  EXPECT_EQ(waiting(stranger).size(), 1U);
}

TEST_P(Signals, NotesAreForWhoeverWroteThem) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  const auto key = keys->key_for(client, soon()).value();
  const auto id = OutcomeId::make(clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return answer(
        tx, therapist, signal.id,
        {id, Outcome::discussed, {}, {}, {}, access::seal(*key, bound_to(id, NotePart::outcome), "spoke of it")},
        clock.now());
  }));
  const auto read_as = [&](AccountId who) {
    return call(who, access::Role::therapist, http::Method::get, "/api/signals/" + signal.id.text()).body;
  };
  EXPECT_NE(read_as(therapist).find("spoke of it"), std::string::npos);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice},
                                  {people::HandOverId::make(clock.now()), episode, stranger, clock.now()}, {});
  }));
  const auto after = read_as(stranger);
  EXPECT_EQ(after.find("spoke of it"), std::string::npos);
  EXPECT_NE(after.find(R"("by":"Berger Therapist")"), std::string::npos) << after;
}

TEST_P(Signals, NeverAnsweredAreSeenByTheSupervisor) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  EXPECT_EQ(unanswered(supervisor), 0U) << "not yet";
  wait(hours(24 * 7));
  EXPECT_EQ(unanswered(supervisor), 1U);
  for (const auto who : {therapist, stranger, neutral, administrator}) EXPECT_EQ(unanswered(who), 0U);
  const auto listed = call(supervisor, access::Role::supervisor, http::Method::get, "/api/signals/unanswered").body;
  EXPECT_NE(listed.find(R"("client":"Amara Client","therapist":"Berger Therapist","title":"Reliably worse")"),
            std::string::npos)
      << listed;
  EXPECT_EQ(listed.find("points"), std::string::npos) << "without the numbers";
  ASSERT_TRUE(record(signal, Outcome::false_alarm));
  EXPECT_EQ(unanswered(supervisor), 0U);
}

// The record of a client whose account is closed is locked: of what was found in it nobody reads anything any more.
TEST_P(Signals, OfALockedRecordAreReadByNobody) {
  phq(8);
  wait(hours(24));
  phq(16);
  const auto signal = only();
  ASSERT_TRUE(record(signal, Outcome::deferred, FollowUp::date, clock.now() + days(2)));
  const auto target = "/api/signals/" + signal.id.text();
  const auto opened = [&](AccountId viewer, access::Role role) {
    return call(viewer, role, http::Method::get, target).status;
  };
  ASSERT_EQ(opened(therapist, access::Role::therapist), 200);
  wait(hours(24 * 11));
  ASSERT_EQ(unanswered(supervisor), 1U);
  const auto follow_ups = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<DueFollowUp>> { return list_follow_ups(tx, therapist); })
        .value()
        .size();
  };
  ASSERT_EQ(follow_ups(), 1U);

  const Bytes nobody{1};
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::lock_client(tx, client, nobody, nobody, clock.now()); }));
  for (const auto who : {therapist, deputy, supervisor, stranger, client}) {
    EXPECT_EQ(opened(who, access::Role::therapist), 404);
    EXPECT_EQ(seen_by(who, episode).substr(0, 3), "404");
    EXPECT_TRUE(waiting(who).empty());
    EXPECT_EQ(unanswered(who), 0U);
    EXPECT_FALSE(write([&](store::WriteTx& tx) {
      return answer(tx, who, signal.id, {OutcomeId::make(clock.now()), Outcome::acted, {}, {}, {}, {}}, clock.now());
    }));
    EXPECT_FALSE(write(
        [&](store::WriteTx& tx) { return follow_up(tx, who, signal.id, FollowUpResult::better, {}, clock.now()); }));
  }
  EXPECT_EQ(follow_ups(), 0U);
  look();  // and nothing is found in it any more
  const auto due = read([&](store::ReadTx& tx) -> Result<std::vector<DueLook>> { return list_due(tx, 10); }).value();
  EXPECT_TRUE(std::none_of(due.begin(), due.end(), [&](const auto& one) { return one.episode == episode; }));
}

TEST_P(Signals, OfAClientGoWithEverythingElse) {
  phq(8);
  wait(hours(24));
  phq(16);
  ASSERT_TRUE(record(only(), Outcome::acted));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    EXPECT_TRUE(list_all(tx, episode).empty());
    EXPECT_TRUE(list_due(tx, 10).empty());
    return {};
  }));
}

// Of PHQ-9 something was told by limits that were made anew since its last form; of GAD-7 a form came after them.
TEST(NoNews, OfOneFormIsNoneOfASignalThatNamesAnotherWhichCame) {
  const auto made_at = from_micros(1'795'000'000'000'000);
  const auto key = access::SealKey::random();
  StoredCourse course;
  course.limits_made_at["phq-9"] = made_at;
  for (const auto& [instrument, came] : {std::pair("phq-9", made_at - days(1)), {"gad-7", made_at + hours(1)}}) {
    auto& form = course.forms.emplace_back();
    form.id = FormId::make(came);
    form.instrument = instrument;
    auto& version = course.versions.emplace_back();
    version.form = form.id;
    version.completed_at = came;
  }
  Found found;
  found.signal.kind = Kind::not_on_track;
  found.signal.rule = "no-improvement-by-6";
  found.signal.version = find_rule("no-improvement-by-6")->version;
  found.signal.instrument = "phq-9";
  found.signal.session = 6;
  found.basis = course.forms.front().id.text();
  found.at = made_at;
  const auto added = [&] { return changes_of(course, {found}, key, made_at + hours(2)).value().added.size(); };
  EXPECT_EQ(added(), 0U) << "other limits alone are no reason to say more";
  found.signal.values = {{"also_from gad-7 total", 15}, {"also_to gad-7 total", 14}};
  EXPECT_EQ(added(), 1U) << "what came with the other is told";
}

INSTANTIATE_TEST_SUITE_P(Engines, Signals, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::signals
