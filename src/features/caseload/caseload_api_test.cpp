#include "features/caseload/caseload_api.hpp"

#include "features/messages/messages_rules.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/signal_words.hpp"
#include "support/full_house.hpp"

namespace rapport::caseload {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;
using std::chrono::hours;

class CaseloadApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_caseload_routes(routes);
    routes.finish();
  }
  std::string seen_by(AccountId viewer) {
    const auto match = routes.find(http::Method::get, "/api/caseload");
    Context context{*house, {viewer, access::Role::therapist, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input;
    const auto answer = routes.answer(match, context, call, {&input, 1}).front();
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  void say(AccountId author, const std::string& text) {
    const auto key = keys->key_for(client, soon()).value();
    const auto words = http::Text<1, messages::kLongestText>::from(text).value();
    const auto sealed =
        messages::seal_message(*key, author, {MessageId::make(clock.now()), words}, clock.now()).value();
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return messages::append_messages(tx, author, chat, {sealed}, clock.now()); }));
  }
  FormId ask(const std::string& instrument, std::optional<Time> due = {}) {
    const auto id = FormId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return questionnaires::ask_form(tx, therapist, {id, episode, instrument, Occasion::after_session, due},
                                      clock.now());
    }));
    return id;
  }
  void send(FormId id, const std::string& instrument, int questions, double value, std::int64_t version = 1) {
    const auto key = keys->key_for(client, soon()).value();
    questionnaires::Answers answers{"en", {}};
    for (int i = 1; i <= questions; ++i) answers.answers.push_back({std::to_string(i), value});
    const auto scores = questionnaires::score_answers(*questionnaires::instruments().find(instrument), answers).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      const auto draft = questionnaires::seal_answers(*key, id, 0, answers);
      TRY(questionnaires::save_answers(tx, client, id, version - 1, draft, [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(
          tx, client,
          {id, version, version, clock.now(), questionnaires::seal_answers(*key, id, version, answers),
           questionnaires::seal_scores(*key, id, version, scores)}));
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  void wait(hours time) { clock.set(clock.now() + time); }

  Routes routes;
};

TEST_P(CaseloadApi, SaysWhyAndInWhichOrderToTheTherapistAlone) {
  say(client, "Are you there?");
  wait(hours(1));
  const auto seen = seen_by(therapist);
  EXPECT_LT(seen.find("Amara Client"), seen.find("Cem Client")) << seen;
  EXPECT_NE(seen.find(R"("reasons":[{"kind":"reply_due","since":")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"({"kind":"unread",)"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("Are you there?"), std::string::npos);
  say(therapist, "I am.");
  EXPECT_EQ(seen_by(therapist).find("reply_due"), std::string::npos);
  EXPECT_EQ(seen_by(stranger), R"({"clients":[]})");
}

TEST_P(CaseloadApi, SaysThatAFormIsMissingUntilItIsSentOrLongAgo) {
  const auto form = ask("gad-7", clock.now() + hours(1));
  EXPECT_EQ(seen_by(therapist).find("form_missing"), std::string::npos);
  wait(hours(2));
  EXPECT_NE(seen_by(therapist).find(R"("kind":"form_missing")"), std::string::npos);
  send(form, "gad-7", 7, 1);
  EXPECT_EQ(seen_by(therapist).find("form_missing"), std::string::npos);
  ask("gad-7", clock.now());
  wait(hours(24 * 15));
  EXPECT_EQ(seen_by(therapist).find("form_missing"), std::string::npos);
}

TEST_P(CaseloadApi, SaysThatAScoreIsReliablyWorseAsTheRulesDoAndFollowsEveryFormAndCorrection) {
  send(ask("phq-9"), "phq-9", 9, 1);
  EXPECT_EQ(seen_by(therapist).find("PHQ-9"), std::string::npos);
  const auto first = record::day_in_words(std::chrono::floor<std::chrono::days>(clock.now()), "en");
  wait(hours(24));
  const auto second = ask("phq-9");
  send(second, "phq-9", 9, 2);
  for (int again = 0; again < 2; ++again) {
    const auto seen = seen_by(therapist);
    EXPECT_NE(seen.find(R"("kind":"signal_act")"), std::string::npos) << seen;
    EXPECT_NE(seen.find("PHQ-9 was 18, 9 points worse than the 9 of " + first), std::string::npos) << seen;
    EXPECT_EQ(seen.find("PHQ-9"), seen.rfind("PHQ-9")) << "it is said once: " << seen;
  }
  send(second, "phq-9", 9, 1, 2);
  EXPECT_EQ(seen_by(therapist).find("PHQ-9"), std::string::npos);
}

TEST_P(CaseloadApi, SaysBesideASignalWhatTheScoreIsSince) {
  send(ask("phq-9"), "phq-9", 9, 1);
  wait(hours(24));
  send(ask("phq-9"), "phq-9", 9, 2);
  EXPECT_EQ(seen_by(therapist).find("\"latest\""), std::string::npos) << "it is the latest itself";
  wait(hours(24 * 7));
  send(ask("gad-7"), "gad-7", 7, 3);
  EXPECT_EQ(seen_by(therapist).find("\"latest\""), std::string::npos) << "another questionnaire says nothing of it";
  wait(hours(1));
  const auto since = to_rfc3339(clock.now());
  send(ask("phq-9"), "phq-9", 9, 2);
  const auto seen = seen_by(therapist);
  EXPECT_NE(seen.find(R"("kind":"signal_act")"), std::string::npos) << seen;
  EXPECT_NE(seen.find(R"("latest":18,"latest_at":")" + since.substr(0, 10)), std::string::npos) << seen;
}

TEST_P(CaseloadApi, SaysThatSomebodyIsSilentAfterTheWeeksOfTheRuleAndNotOfWhoeverSendsForms) {
  const auto silent_after = signals::find_rule("no-contact")->parameter("weeks") * 7;
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    signals::note_new_episodes(tx);
    return {};
  }));
  // Nothing ever comes from the therapist's other client.
  const auto amara = [&] {
    const auto seen = seen_by(therapist);
    const auto from = seen.find("Amara Client");
    return seen.substr(from, seen.find(R"({"episode")", from) - from);
  };
  say(client, "Hello");
  say(therapist, "Hello");
  for (int day = 1; day < silent_after; ++day) wait(hours(24));
  EXPECT_EQ(amara().find("Neither a message"), std::string::npos) << "not yet";
  send(ask("gad-7"), "gad-7", 7, 1);
  for (int day = 1; day < silent_after; ++day) wait(hours(24));
  EXPECT_EQ(amara().find("Neither a message"), std::string::npos) << "a form came";
  wait(hours(24));
  const auto seen = amara();
  EXPECT_NE(seen.find(R"("kind":"signal_look")"), std::string::npos) << seen;
  EXPECT_NE(seen.find("Neither a message nor a form of the client's"), std::string::npos) << seen;
}

TEST_P(CaseloadApi, SaysThatAFirstContactIsDueUntilThereWasOne) {
  wait(hours(24 * 6 - 1));
  EXPECT_EQ(seen_by(therapist).find("contact_"), std::string::npos) << "a week is what the rule says";
  wait(hours(2));
  EXPECT_NE(seen_by(therapist).find(R"("kind":"contact_due")"), std::string::npos);
  wait(hours(24));
  say(client, "Are you there?");
  auto seen = seen_by(therapist);
  EXPECT_NE(seen.find(R"("kind":"contact_overdue")"), std::string::npos) << seen;
  EXPECT_EQ(seen.find("contact_due"), std::string::npos) << seen;
  say(therapist, "I am.");
  seen = seen_by(therapist);
  const auto from = seen.find("Amara Client");
  const auto amara = seen.substr(from, seen.find(R"({"episode")", from) - from);
  EXPECT_EQ(amara.find("contact_"), std::string::npos) << amara;
  EXPECT_NE(seen.find("contact_overdue"), std::string::npos) << "the other one still waits";
}

TEST_P(CaseloadApi, IsTheSameWhateverOfRisqWasAskedAnsweredOrAllowed) {
  const auto without = seen_by(therapist);
  const auto form = ask("risq", clock.now());
  EXPECT_EQ(seen_by(therapist), without) << "asked";
  for (int value = 0; value < 2; ++value) {
    send(form, "risq", 4, value, value + 1);
    EXPECT_EQ(seen_by(therapist), without) << "answered " << value;
  }
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, true); }));
  EXPECT_EQ(seen_by(therapist), without) << "allowed";
}

INSTANTIATE_TEST_SUITE_P(Engines, CaseloadApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::caseload
