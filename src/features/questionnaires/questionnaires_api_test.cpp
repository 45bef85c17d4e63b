#include "features/questionnaires/questionnaires_api.hpp"

#include "features/questionnaires/questionnaires_rules.hpp"
#include "support/full_house.hpp"

namespace rapport::questionnaires {
namespace {

const store::Query kCloseAccount{"test.close_account", "UPDATE account SET closed_at = $2 WHERE id = $1", true};
const store::Query kAllOfForms{"test.forms_sealed",
                               "SELECT sealed_answers, sealed_scores FROM questionnaire_response_version"};

class FormsApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_questionnaire_routes(routes, {std::chrono::minutes(30), "the chamber", "the office"});
    routes.finish();
  }
  http::Response call(AccountId viewer, http::Method method, const std::string& target, const std::string& body = "") {
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return match.refusal();
    Context context{*house, {viewer, access::Role::client, session, practice}};
    http::Call one;
    one.deadline = soon();
    const http::BodyInput input{body, nullptr};
    return routes.answer(match, context, one, {&input, 1}).front();
  }
  http::Response ask(const std::string& instrument) {
    form = FormId::make(clock.now());
    return call(
        therapist, http::Method::post, "/api/episodes/" + episode.text() + "/forms",
        R"({"id":")" + form.text() + R"(","questionnaire":")" + instrument + R"(","occasion":"after_session"})");
  }
  std::string at(const std::string& rest = "") { return "/api/forms/" + form.text() + rest; }
  http::Response save(int based_on, const std::string& answers) {
    return call(client, http::Method::put, at("/answers"),
                R"({"based_on":)" + std::to_string(based_on) + R"(,"language":"en","answers":[)" + answers + "]}");
  }
  http::Response send(int revision, int version) {
    return call(client, http::Method::post, at("/completion"),
                R"({"revision":)" + std::to_string(revision) + R"(,"version":)" + std::to_string(version) + "}");
  }
  /// Every question of the form with one value.
  static std::string all(int count, int value) {
    std::string list;
    for (int i = 1; i <= count; ++i) {
      list += (i > 1 ? "," : "") + std::string(R"({"item":")") + std::to_string(i) + R"(","value":)" +
              std::to_string(value) + "}";
    }
    return list;
  }
  bool has(const http::Response& answer, const std::string& words) {
    return answer.body.find(words) != std::string::npos;
  }

  /// The therapist says of the one concern that is open what was done.
  void close_it() {
    const auto concerns = read([&](store::ReadTx& tx) -> Result<std::vector<safety::Concern>> {
      return safety::open_concerns_of(tx, therapist);
    });
    ASSERT_EQ(concerns->size(), 1U);
    const auto never = [](const Bytes&) { return false; };
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return safety::close(tx, therapist, concerns->front().id, Bytes{1}, never, clock.now());
    }));
  }

  SessionId session = SessionId::make(clock.now());
  FormId form;
  Routes routes;
};

TEST_P(FormsApi, AFormIsBegunOnOneDeviceAndSentFromAnother) {
  ASSERT_EQ(ask("gad-7").status, 201);
  EXPECT_EQ(save(0, all(3, 2)).body, R"({"revision":1})");
  const auto resumed = call(client, http::Method::get, at());
  EXPECT_TRUE(has(resumed, R"("state":"in_progress")")) << resumed.body;
  EXPECT_TRUE(has(resumed, R"({"item":"3","value":2})"));
  EXPECT_EQ(save(1, all(7, 2)).status, 200);
  EXPECT_EQ(save(0, all(1, 0)).status, 409) << "the first device knows less";
  sink.take();
  const auto sent = send(2, 1);
  EXPECT_EQ(sent.status, 201) << sent.body;
  EXPECT_TRUE(has(sent, R"("value":14)"));
  EXPECT_TRUE(has(sent, "Moderate"));
  const auto told = sink.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].frame, R"({"room":")" + chat.text() + R"(","kind":"form","body":{"episode":")" + episode.text() +
                               R"(","form":")" + form.text() + R"(","change":"completed"}})")
      << "no answer and no score in an event";
  EXPECT_EQ(send(2, 1).status, 200);
}

TEST_P(FormsApi, WhatIsUnderWayWhenTheRecordIsLockedIsRefusedAndRaisesNothing) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, all(10, 1)).status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    const auto nobodys = client.bytes();
    return people::lock_client(tx, client, nobodys, nobodys, clock.now());
  }));
  const auto sent = send(1, 1);
  EXPECT_EQ(sent.status, 409);
  EXPECT_TRUE(has(sent, "record.closed")) << sent.body;
  EXPECT_FALSE(
      read([&](store::ReadTx& tx) -> Result<bool> { return safety::latest_concern_of(tx, form).has_value(); }).value());
}

TEST_P(FormsApi, WhatIsInProgressIsForTheClientAlone) {
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(3, 2)).status, 200);
  const auto seen = call(therapist, http::Method::get, at());
  EXPECT_TRUE(has(seen, "in_progress"));
  EXPECT_FALSE(has(seen, R"("value":2)")) << seen.body;
  EXPECT_FALSE(has(seen, "draft"));
}

TEST_P(FormsApi, SparqShowsTheTherapistScoresAndItemsOnlyIfAllowed) {
  ASSERT_EQ(ask("sparq").status, 201);
  ASSERT_EQ(save(0, all(7, 3)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  const auto scores = call(therapist, http::Method::get, at());
  EXPECT_TRUE(has(scores, R"("key":"positive")")) << scores.body;
  EXPECT_FALSE(has(scores, R"("answers")")) << scores.body;
  EXPECT_FALSE(has(scores, "not_answered")) << "which item was left out says something about it";
  EXPECT_FALSE(has(scores, "total"));
  ASSERT_EQ(call(client, http::Method::put, at("/items-allowed"), R"({"allowed":true})").status, 204);
  EXPECT_TRUE(has(call(therapist, http::Method::get, at()), R"("answers")"));
  ASSERT_EQ(call(client, http::Method::put, at("/items-allowed"), R"({"allowed":false})").status, 204);
  EXPECT_FALSE(has(call(therapist, http::Method::get, at()), R"("answers")"));
}

TEST_P(FormsApi, ACorrectionIsANewVersionAndTheCourseGoesOnFromIt) {
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(7, 3)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  ASSERT_EQ(save(1, all(7, 2)).status, 200);
  ASSERT_EQ(send(2, 2).status, 201);
  const auto history = call(therapist, http::Method::get, at());
  EXPECT_TRUE(has(history, R"("version":1)"));
  EXPECT_TRUE(has(history, R"("value":21)"));
  EXPECT_TRUE(has(history, R"("value":14)"));

  clock.set(clock.now() + std::chrono::hours(24));
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(7, 1)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  const auto list = call(therapist, http::Method::get, "/api/episodes/" + episode.text() + "/forms");
  EXPECT_TRUE(has(list, R"("value":-7,"change":"recovered","into_clinical_range":false,"threshold":4)")) << list.body;
}

/// Answers as they are saved, with one of them different.
std::string with(int count, int item, int value) {
  std::string list;
  for (int i = 1; i <= count; ++i) {
    list += (i > 1 ? "," : "") + std::string(R"({"item":")") + std::to_string(i) + R"(","value":)" +
            std::to_string(i == item ? value : 0) + "}";
  }
  return list;
}

TEST_P(FormsApi, WhoeverAnswersTheNinthQuestionHearsAtOnceWhoIsToldAndByWhen) {
  ASSERT_EQ(ask("phq-9").status, 201);
  const auto before = call(client, http::Method::get, at());
  EXPECT_TRUE(has(before, R"("looked_at_by":["Berger Therapist","Emil Deputy"])"));
  EXPECT_TRUE(has(before, R"("deputy":"Emil Deputy")")) << "a name that the client may not know";
  ASSERT_EQ(save(0, with(10, 9, 1)).status, 200);
  const auto sent = send(1, 1);
  const std::string told = R"("told":{"kind":"safety","state":"open","readers":["Berger Therapist","Emil Deputy"],)";
  EXPECT_TRUE(has(sent, told)) << sent.body;
  EXPECT_TRUE(has(sent, R"("deputy":"Emil Deputy"},"deputy":"Emil Deputy"})"))
      << "of what was told, too: " << sent.body;
  EXPECT_TRUE(has(sent, R"("acknowledge_by":")")) << "there is a supervisor";
  EXPECT_TRUE(has(call(client, http::Method::get, at()), R"("told":{)")) << "the answer may have been lost";
  EXPECT_FALSE(has(call(therapist, http::Method::get, at()), "told"));
  EXPECT_FALSE(has(call(therapist, http::Method::get, at()), "looked_at_by"));
}

TEST_P(FormsApi, WhoeverTakesAnAnswerBackReadsThatTheFirstOneIsStillWithOthersUntilItIsClosed) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, with(10, 9, 2)).status, 200);
  EXPECT_TRUE(has(send(1, 1), R"("earlier":false)"));
  ASSERT_EQ(save(1, with(10, 9, 0)).status, 200);
  const auto back = send(2, 2);
  EXPECT_TRUE(has(back, R"("told":{"kind":"safety","state":"open","readers":["Berger Therapist","Emil Deputy"],)"
                        R"("left":false,"earlier":true)"))
      << back.body;
  EXPECT_TRUE(has(back, R"("acknowledge_by":")")) << "the clock runs on";
  close_it();
  EXPECT_FALSE(has(call(client, http::Method::get, at()), "\"told\""));
}

TEST_P(FormsApi, WhoWasToldStaysSoWhoeverStandsAroundTheClientLater) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, with(10, 9, 2)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_helpers(tx, episode, {}); }));
  EXPECT_TRUE(
      has(call(client, http::Method::get, at()), R"("readers":["Berger Therapist","Emil Deputy"],"left":false)"));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    for (const auto who : {deputy, therapist}) tx.execute(kCloseAccount, {who, clock.now()});
    return {};
  }));
  const auto left = call(client, http::Method::get, at());
  EXPECT_TRUE(has(left, R"("readers":[],"left":true)")) << left.body;
  EXPECT_FALSE(has(left, "\"deputy\"")) << "nobody of them is here";
  EXPECT_TRUE(has(left, R"("supervisor_told":false)"));
}

TEST_P(FormsApi, NothingSoundsWellToTheClientBesideAFormWithAnAnswerAboutHarmAlsoAfterACorrection) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, all(10, 0)).status, 200);
  ASSERT_TRUE(has(send(1, 1), "Minimal")) << "where nothing was answered, it is said";
  clock.set(clock.now() + std::chrono::hours(24));
  const auto list = "/api/episodes/" + episode.text() + "/forms?limit=1";
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, all(8, 0) + R"(,{"item":"9","value":1},{"item":"10","value":0})").status, 200);
  for (int version = 1; version <= 2; ++version) {
    const auto sent = send(version, version);
    ASSERT_EQ(sent.status, 201) << sent.body;
    for (const auto& seen : {sent, call(client, http::Method::get, at()), call(client, http::Method::get, list)}) {
      EXPECT_TRUE(has(seen, R"("key":"total")")) << seen.body;
      for (const auto* words : {"Minimal", "since_first", "since_previous"})
        EXPECT_FALSE(has(seen, words)) << seen.body;
    }
    for (const auto& target : {at(), list}) {
      const auto seen = call(therapist, http::Method::get, target);
      for (const auto* words : {"Minimal", "since_first"}) EXPECT_TRUE(has(seen, words)) << seen.body;
    }
    ASSERT_EQ(save(version, all(10, 0)).status, 200);
  }
}

TEST_P(FormsApi, WhatTheClientReadsIsWhatCameOfIt) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_EQ(save(0, with(10, 9, 3)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  close_it();
  const auto closed = call(client, http::Method::get, at());
  EXPECT_TRUE(has(closed, R"("told":{"kind":"safety","state":"closed")")) << closed.body;
  EXPECT_FALSE(has(closed, "acknowledge_by")) << "no clock runs any more";

  clock.set(clock.now() + std::chrono::hours(2));
  ASSERT_EQ(save(1, with(10, 9, 2)).status, 200);
  const auto again = send(2, 2);
  EXPECT_TRUE(has(again, R"("told":{"kind":"safety","state":"open")"))
      << "less, but the first was closed: " << again.body;
  EXPECT_TRUE(has(again, R"("since":")" + to_rfc3339(clock.now()).substr(0, 19))) << again.body;
  ASSERT_EQ(save(2, with(10, 9, 1)).status, 200);
  ASSERT_EQ(send(3, 3).status, 201);
  close_it();  // of the second and the third version there is one
}

TEST_P(FormsApi, WhoeverHasClosedTheirAccountIsNotToldAndKeepsNobodyFromBeingHelped) {
  ASSERT_EQ(ask("phq-9").status, 201);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    for (const auto who : {deputy, supervisor}) tx.execute(kCloseAccount, {who, clock.now()});
    return {};
  }));
  EXPECT_TRUE(
      has(call(client, http::Method::get, at()), R"("looked_at_by":["Berger Therapist"],"then_supervisor":false)"));
  ASSERT_EQ(save(0, with(10, 9, 2)).status, 200);
  const auto sent = send(1, 1);
  ASSERT_EQ(sent.status, 201);
  EXPECT_TRUE(has(sent, R"("readers":["Berger Therapist"])")) << sent.body;
  EXPECT_FALSE(has(sent, "acknowledge_by")) << "nobody is promised who is not there";
}

TEST_P(FormsApi, OnlyWhatNobodyHasBegunIsTakenBackAndNothingThatIsForTheNeutralPerson) {
  const auto take_back = [&] { return call(therapist, http::Method::del, at()); };
  ASSERT_EQ(ask("risq").status, 201);
  const auto refused = take_back();
  EXPECT_TRUE(has(refused, "form.for_neutral_person"));
  ASSERT_EQ(save(0, with(4, 1, 1)).status, 200);
  EXPECT_EQ(take_back().body, refused.body) << "the refusal does not tell that it was begun";
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(1, 2)).status, 200);
  EXPECT_TRUE(has(take_back(), "form.begun"));
  ASSERT_EQ(ask("gad-7").status, 201);
  EXPECT_EQ(take_back().status, 204);
}

TEST_P(FormsApi, AnAnswerAboutHarmIsKnownToTheScreenBeforeItIsSent) {
  const auto wording = call(client, http::Method::get, "/api/questionnaires/phq-9");
  EXPECT_TRUE(has(wording, R"("contacts_from":1)")) << wording.body;
  EXPECT_FALSE(has(call(client, http::Method::get, "/api/questionnaires/gad-7"), "contacts_from"));
}

TEST_P(FormsApi, WhoeverFearsHarmHearsOfTheContactsThatThePracticeHas) {
  ASSERT_EQ(ask("risq").status, 201);
  EXPECT_TRUE(has(call(client, http::Method::get, at()), R"("looked_at_by":["Gita Neutral"])"));
  ASSERT_EQ(save(0, with(4, 1, 1)).status, 200);
  const auto sent = send(1, 1);
  EXPECT_TRUE(has(sent, R"("told":{"kind":"rift","state":"open","readers":["Gita Neutral"])")) << sent.body;
  ASSERT_EQ(save(1, with(4, 2, 1)).status, 200);
  EXPECT_TRUE(has(send(2, 2), R"("complaint_contact":"the chamber","safeguarding_contact":"the office")"));
}

TEST_P(FormsApi, OfWhatIsForTheNeutralPersonTheTherapistSeesWhetherItWasSent) {
  ASSERT_EQ(ask("risq").status, 201);
  ASSERT_EQ(save(0, with(4, 2, 1)).status, 200);
  EXPECT_TRUE(has(call(therapist, http::Method::get, at()), R"("state":"asked","revision":0,"version":0)"));
  ASSERT_EQ(send(1, 1).status, 201);
  const auto seen = call(therapist, http::Method::get, at());
  EXPECT_TRUE(has(seen, R"("state":"completed","revision":0,"version":0)")) << seen.body;
  for (const auto* words : {"completed_at", "scores", "count", "answers", "told"}) EXPECT_FALSE(has(seen, words));
  EXPECT_FALSE(has(call(therapist, http::Method::get, "/api/episodes/" + episode.text() + "/forms"), "scores"));
}

TEST_P(FormsApi, OfWhatIsForTheNeutralPersonTheTherapistSeesNoDayThatCouldPass) {
  form = FormId::make(clock.now());
  const auto asked =
      call(therapist, http::Method::post, "/api/episodes/" + episode.text() + "/forms",
           R"({"id":")" + form.text() + R"(","questionnaire":"risq","occasion":"after_session","due_in_days":1})");
  ASSERT_EQ(asked.status, 201);
  EXPECT_FALSE(has(asked, R"("due_at":")")) << asked.body;
  clock.set(clock.now() + std::chrono::hours(48));
  EXPECT_FALSE(has(call(therapist, http::Method::get, at()), R"("due_at":")"));
  EXPECT_FALSE(has(call(therapist, http::Method::get, "/api/episodes/" + episode.text() + "/forms"), R"("due_at":")"));
  EXPECT_TRUE(has(call(client, http::Method::get, at()), R"("due_at":")")) << "whoever fills it in is told";
}

TEST_P(FormsApi, QuestionnairesWithoutWordingAreRefused) {
  for (const auto* id : {"wai-sr", "srs"}) {
    const auto refused = ask(id);
    EXPECT_EQ(refused.status, 422) << id;
    EXPECT_TRUE(has(refused, "form.not_offered")) << id;
    EXPECT_EQ(call(client, http::Method::get, std::string("/api/questionnaires/") + id).status, 404);
  }
}

TEST_P(FormsApi, AnswersAndScoresAreSealed) {
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(7, 3)).status, 200);
  ASSERT_EQ(send(1, 1).status, 201);
  std::string stored;
  ASSERT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
    tx.each(kAllOfForms, {}, [&](const store::Row& row) {
      for (const int column : {0, 1}) stored.append(row.bytes(column).begin(), row.bytes(column).end());
    });
    return {};
  }));
  EXPECT_GT(stored.size(), 100U);
  for (const auto* words : {"answers", "total", "Severe", "item"}) EXPECT_EQ(stored.find(words), std::string::npos);
}

TEST_P(FormsApi, NobodyElseLearnsThatTheFormExists) {
  ASSERT_EQ(ask("gad-7").status, 201);
  ASSERT_EQ(save(0, all(7, 3)).status, 200);
  const auto nowhere = "/api/forms/" + FormId::make(clock.now()).text();
  const std::vector<std::tuple<http::Method, std::string, std::string>> calls{
      {http::Method::get, "", ""},
      {http::Method::put, "/answers", R"({"based_on":1,"language":"en","answers":[]})"},
      {http::Method::post, "/completion", R"({"revision":1,"version":1})"},
      {http::Method::put, "/items-allowed", R"({"allowed":true})"}};
  for (const auto outsider : {other_client, stranger}) {
    for (const auto& [method, rest, body] : calls) {
      const auto refused = call(outsider, method, at(rest), body);
      EXPECT_EQ(refused.status, 404) << rest;
      EXPECT_EQ(refused.body, call(outsider, method, nowhere + rest, body).body) << rest;
    }
  }
  EXPECT_EQ(save(1, "").status, 200) << "nothing was sent or overwritten";
}

TEST_P(FormsApi, AShortListComparesWithWhatIsNotInIt) {
  std::vector<FormId> forms;
  for (const int value : {3, 1, 2}) {
    ASSERT_EQ(ask("gad-7").status, 201);
    ASSERT_EQ(save(0, all(7, value)).status, 200);
    ASSERT_EQ(send(1, 1).status, 201);
    forms.push_back(form);
    clock.set(clock.now() + std::chrono::hours(24));
  }
  const auto latest = call(therapist, http::Method::get, "/api/episodes/" + episode.text() + "/forms?limit=1");
  EXPECT_TRUE(has(latest, forms[2].text())) << latest.body;
  EXPECT_FALSE(has(latest, forms[1].text()));
  EXPECT_TRUE(has(latest, R"("more":true)"));
  for (const auto& answer : {latest, call(therapist, http::Method::get, at())}) {
    EXPECT_TRUE(has(answer, R"("value":-7,"change":"improved")")) << "since the first: " << answer.body;
    EXPECT_TRUE(has(answer, R"("value":7,"change":"deteriorated")")) << "since the one before: " << answer.body;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, FormsApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::questionnaires
