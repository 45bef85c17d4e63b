#include "features/course/course_api.hpp"

#include "features/course/course.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "support/full_house.hpp"

namespace rapport::course {
namespace {

using questionnaires::FormId;
using questionnaires::Occasion;

class CourseApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_course_routes(routes);
    routes.finish();
  }
  http::Response read_by(AccountId viewer) {
    const auto match = routes.find(http::Method::get, "/api/episodes/" + episode.text() + "/course");
    Context context{*house, {viewer, access::Role::client, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input;
    return routes.answer(match, context, call, {&input, 1}).front();
  }
  /// Planned, begun and ended within the hour.
  void hold_session() {
    const auto id = EncounterId::make(clock.now());
    const auto held = write([&](store::WriteTx& tx) -> Result<void> {
      const auto now = clock.now();
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {now, 50, encounters::Channel::chat, ""}, now));
      TRY(encounters::open_encounter(tx, therapist, id, now));
      encounters::PlanChange change;
      change.channel = encounters::Channel::messages;
      TRY(encounters::change_encounter(tx, therapist, id, change, now + std::chrono::minutes(20)));
      TRY(encounters::close_encounter(tx, therapist, id, now + std::chrono::minutes(50)));
      return {};
    });
    ASSERT_TRUE(held) << held.error().detail;
  }
  void send(const std::string& instrument, const std::vector<double>& values, FormId id) {
    const auto key = keys->key_for(client, soon()).value();
    questionnaires::Answers answers{"en", {}};
    for (std::size_t i = 0; i < values.size(); ++i) answers.answers.push_back({std::to_string(i + 1), values[i]});
    const auto scores = questionnaires::score_answers(*questionnaires::instruments().find(instrument), answers).value();
    const auto sent = write([&](store::WriteTx& tx) -> Result<void> {
      const auto draft = questionnaires::seal_answers(*key, id, 0, answers);
      TRY(questionnaires::ask_form(tx, therapist, {id, episode, instrument, Occasion::after_session, {}}, clock.now()));
      TRY(questionnaires::save_answers(tx, client, id, 0, draft, [](const Bytes&) { return false; }));
      TRY(questionnaires::complete_form(tx, client,
                                        {id, 1, 1, clock.now(), questionnaires::seal_answers(*key, id, 1, answers),
                                         questionnaires::seal_scores(*key, id, 1, scores)}));
      return {};
    });
    ASSERT_TRUE(sent) << sent.error().detail;
  }
  void raise(FormId form, safety::Kind kind) {
    const auto raised = write([&](store::WriteTx& tx) -> Result<void> {
      TRY_ASSIGN(const auto stored, questionnaires::find_form(tx, client, form));
      return safety::raise(tx, stored, 1, kind, {}, clock.now());
    });
    ASSERT_TRUE(raised) << raised.error().detail;
  }
  FormId new_form() { return FormId::make(clock.now()); }

  Routes routes;
};

TEST_P(CourseApi, HasTheSessionsTheirChannelsAndTheScoresForBoth) {
  hold_session();
  clock.set(clock.now() + std::chrono::hours(2));
  send("gad-7", {2, 2, 2, 2, 2, 2, 2}, new_form());
  for (const auto viewer : {client, therapist}) {
    const auto course = read_by(viewer);
    ASSERT_EQ(course.status, 200) << course.body;
    EXPECT_NE(course.body.find(R"("number":1,"status":"closed","channels":["chat","messages"])"), std::string::npos)
        << course.body;
    EXPECT_NE(course.body.find(R"("values":[{"scale":"total","value":14,)"), std::string::npos) << course.body;
  }
  EXPECT_EQ(read_by(stranger).status, 404);
  EXPECT_EQ(read_by(other_client).status, 404);
}

TEST_P(CourseApi, IsTheSameToTheTherapistWhateverWasAnsweredToRisq) {
  hold_session();
  const auto without = read_by(therapist).body;
  const auto form = new_form();
  send("risq", {0, 1, 0, 1}, form);
  raise(form, safety::Kind::rift);
  EXPECT_EQ(read_by(therapist).body, without);
  EXPECT_NE(read_by(client).body.find("risq"), std::string::npos) << "the client's own";
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return questionnaires::allow_items(tx, client, form, true); }));
  const auto allowed = read_by(therapist).body;
  EXPECT_NE(allowed.find(R"("scale":"count","value":2)"), std::string::npos);
  EXPECT_EQ(allowed.find("rift"), std::string::npos) << "whom else it went to stays between those two";
  EXPECT_NE(read_by(client).body.find(R"("concerns":[{"kind":"rift"}])"), std::string::npos);
}

TEST_P(CourseApi, TellsTheTherapistWhichAnswerAPersonLooksAtAndTheClientThatOneDoes) {
  const auto form = new_form();
  send("phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, form);
  raise(form, safety::Kind::safety);
  const auto concern = read([&](store::ReadTx& tx) -> Result<safety::ConcernId> {
                         return safety::latest_concern_of(tx, form)->id;
                       }).value();
  const auto found = [&](const std::string& words) {
    return read_by(therapist).body.find(R"("concerns":[{"kind":"safety","id":")" + concern.text() + "\"," + words) !=
           std::string::npos;
  };
  EXPECT_TRUE(found(R"("state":"open","questions":[9]})")) << read_by(therapist).body;
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return safety::acknowledge(tx, deputy, concern, clock.now()); }));
  EXPECT_TRUE(found(R"("state":"acknowledged","questions":[9],"by":"Emil Deputy"})")) << read_by(therapist).body;
  const auto own = read_by(client).body;
  EXPECT_NE(own.find(R"("concerns":[{"kind":"safety"}])"), std::string::npos) << own;
  EXPECT_EQ(own.find("Minimal"), std::string::npos) << own;
  EXPECT_EQ(own.find(concern.text()), std::string::npos) << own;
  EXPECT_EQ(own.find("Emil"), std::string::npos) << own;
  for (const auto viewer : {deputy, supervisor, neutral}) EXPECT_EQ(read_by(viewer).status, 404);
}

INSTANTIATE_TEST_SUITE_P(Engines, CourseApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::course
