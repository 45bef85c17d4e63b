/// Signals from a form that is sent to what was done about them, on both engines.
#include "features/signals/signals.hpp"

#include <fmt/format.h>

#include "features/encounters/encounters.hpp"
#include "features/messages/messages_rules.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/evaluation.hpp"
#include "features/signals/signals_api.hpp"
#include "support/full_house.hpp"

namespace rapport::signals {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::hours;

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
  void send(FormId id, const std::string& instrument, int questions, int sum, std::int64_t version = 1) {
    const auto key = keys->key_for(client, soon()).value();
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
    const auto scores = questionnaires::score_answers(*questionnaires::instruments().find(instrument), answers).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(questionnaires::save_answers(tx, client, id, version - 1, questionnaires::seal_answers(*key, id, 0, answers),
                                       [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(
          tx, client,
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
  void say(AccountId author) {
    const auto key = keys->key_for(client, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from("Hello").value();
    const auto sealed =
        messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return messages::append_messages(tx, author, chat, {sealed}, clock.now()); }));
  }
  void hold_session() {
    const auto id = EncounterId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, therapist, id, clock.now()));
      TRY(encounters::close_encounter(tx, therapist, id, clock.now() + std::chrono::minutes(50)));
      note_change(tx, episode);  // as the route does
      return {};
    });
    ASSERT_TRUE(held) << held.error().detail;
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
  wait(hours(24));
  phq(16);
  const auto seen = seen_by(therapist, episode);  // brings it up to date by itself
  EXPECT_NE(seen.find(R"("reason":"PHQ-9 is 16, 8 points worse than the 8 of session 1; the reliable change is)"),
            std::string::npos)
      << seen;
  EXPECT_NE(seen.find(R"("published":false)"), std::string::npos);
  EXPECT_NE(seen.find(R"("waits":true)"), std::string::npos);
  const auto signal = only();
  const auto key = keys->key_for(client, soon()).value();
  const auto body = open_body(*key, signal.id, signal.sealed_body).value();
  EXPECT_EQ(sentence_of(signal, body, "de"),
            "PHQ-9: 16, das sind 8 Punkte schlechter als die 8 aus Sitzung 1; ab 6 Punkte ist eine Veränderung "
            "zuverlässig.");
}

TEST_P(Signals, OfAFormThatWasCorrectedSayWhatIsTrueNowOrThatTheyHoldNoLonger) {
  phq(8);
  wait(hours(24));
  const auto second = phq(16);
  EXPECT_EQ(stored(), "deterioration open");
  send(second, "phq-9", 9, 18, 2);
  EXPECT_EQ(stored(), "deterioration open");
  EXPECT_NE(seen_by(therapist, episode).find("PHQ-9 is 18, 10 points worse"), std::string::npos);
  send(second, "phq-9", 9, 9, 3);
  EXPECT_EQ(stored(), "!deterioration open");
  EXPECT_TRUE(waiting(therapist).empty()) << "nobody is asked about it";
  EXPECT_NE(seen_by(therapist, episode).find(R"("holds":false)"), std::string::npos) << "and it is not deleted";
  send(second, "phq-9", 9, 17, 4);
  EXPECT_EQ(stored(), "deterioration open") << "it is the same signal again";
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
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<std::vector<RuleTally>> { return tally(tx, Time{}); })->empty());
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> {
                return list_for_record(tx, episode);
              })->empty());
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, false); }));
  EXPECT_EQ(read([&](store::ReadTx& tx) { return find_signal(tx, therapist, signal.id); }).error().kind,
            ErrorKind::not_found)
      << "at once, before anything is looked through";
  EXPECT_EQ(seen_by(therapist, episode), R"(200 {"signals":[]})");
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
  EXPECT_EQ(stored(), "missing open, missing open");
  send(late[0], "gad-7", 7, 6);
  send(late[1], "gad-7", 7, 6);
  EXPECT_EQ(stored(), "!missing open, !missing open");
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
  say(therapist);
  wait(hours(24));
  EXPECT_EQ(stored(), "!late-reply open");
  wait(hours(24 * 21));
  EXPECT_EQ(stored(), "!late-reply open, silence open");
  wait(hours(24 * 7));
  EXPECT_EQ(stored(), "!late-reply open, silence open") << "the same silence";
  say(client);
  wait(hours(24));
  EXPECT_EQ(stored(), "!late-reply open, !silence open");
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

TEST_P(Signals, NeverAnsweredAreSeenByTheSupervisorAndCountedForThePractice) {
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
  const auto counted = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::vector<RuleTally>> { return tally(tx, Time{}); }).value();
  };
  ASSERT_EQ(counted().size(), 1U);
  EXPECT_EQ(counted()[0].rule, "deterioration-from-start");
  EXPECT_EQ(counted()[0].unanswered, 1);
  ASSERT_TRUE(record(signal, Outcome::false_alarm));
  EXPECT_EQ(unanswered(supervisor), 0U);
  EXPECT_EQ(counted()[0].signals, 1);
  EXPECT_EQ(counted()[0].false_alarm, 1);
  EXPECT_EQ(counted()[0].unanswered, 0);
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

INSTANTIATE_TEST_SUITE_P(Engines, Signals, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::signals
