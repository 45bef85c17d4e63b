#include "features/safety/safety_api.hpp"

#include "features/people/hand_overs.hpp"
#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "support/full_house.hpp"

namespace rapport::safety {
namespace {

using questionnaires::FormId;

class SafetyApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_safety_routes(routes);
    routes.finish();
  }
  http::Response read_as(AccountId viewer, access::Role role, const std::string& target) {
    const auto match = routes.find(http::Method::get, target);
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input;
    return routes.answer(match, context, call, {&input, 1}).front();
  }
  ConcernId complain() {
    const auto raised = write([&](store::WriteTx& tx) -> Result<void> {
      const questionnaires::NewForm wanted{
          FormId::make(clock.now()), episode, "risq", questionnaires::Occasion::on_request, {}};
      TRY_ASSIGN(const auto asked, questionnaires::ask_form(tx, therapist, wanted, clock.now()));
      return raise(tx, asked.form, 1, Kind::rift, {}, clock.now());
    });
    EXPECT_TRUE(raised) << raised.error().detail;
    return read([&](store::ReadTx& tx) -> Result<ConcernId> { return list_concerns(tx, neutral, 1).at(0).id; }).value();
  }
  /// Both clients go to somebody else, and the therapist leaves.
  void leave_to(AccountId whom) {
    clock.set(clock.now() + std::chrono::hours(1));
    const auto left = write([&](store::WriteTx& tx) -> Result<void> {
      for (const auto each : {episode, other_episode}) {
        const people::NewHandOver now{people::HandOverId::make(clock.now()), each, whom, clock.now()};
        TRY(people::plan_hand_over(tx, {therapist, access::Role::therapist, {}, practice}, now, {}));
      }
      TRY(people::close_staff(tx, practice, therapist, people::Leaving::orderly));
      return {};
    });
    ASSERT_TRUE(left) << left.error().detail;
  }

  Routes routes;
};

TEST_P(SafetyApi, NamesWhoeverTreatedThenAlsoAfterAHandOverAndOnceTheyHaveLeft) {
  complain();
  const auto read_all = [&] { return read_as(neutral, access::Role::neutral_person, "/api/concerns").body; };
  EXPECT_NE(read_all().find(R"("therapist":"Berger Therapist","questionnaire")"), std::string::npos)
      << "nobody else has treated, and a neutral person is led to no episode: " << read_all();
  leave_to(stranger);
  EXPECT_NE(read_all().find(R"("therapist":"Berger Therapist","therapist_now":"Dora Therapist")"), std::string::npos)
      << read_all();
  for (const auto who : {therapist, stranger, deputy}) {
    EXPECT_EQ(read_as(who, access::Role::therapist, "/api/concerns").body, R"({"concerns":[]})");
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, SafetyApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::safety
