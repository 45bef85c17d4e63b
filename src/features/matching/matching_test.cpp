/// From an invitation that names no therapist to the first day of the work, as people ask for it.
#include <random>

#include "features/invitations/invitations_api.hpp"
#include "features/matching/matching_api.hpp"
#include "features/matching/search.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/staff.hpp"
#include "features/preferences/preferences.hpp"
#include "features/preferences/preferences_api.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "features/therapist_profiles/therapist_profiles_api.hpp"
#include "support/full_house.hpp"

namespace rapport::matching {
namespace {

using access::Role;
using http::Method;

class Choosing : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    invitations::add_invitation_routes(routes);
    therapist_profiles::add_therapist_profile_routes(routes);
    preferences::add_preference_routes(routes);
    add_matching_routes(routes);
    routes.finish();
    newcomer = comes("nora");
  }
  http::Response ask(Context context, Method method, const std::string& target, const std::string& body = {}) {
    http::Request request;
    request.peer = "127.0.0.1";
    const auto match = routes.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    return routes.answer(match, context, call, {&input, 1}).front();
  }
  Context as(AccountId account, Role role) { return {*house, {account, role, SessionId::make(clock.now()), practice}}; }
  http::Response client_asks(AccountId who, Method method, const std::string& target, const std::string& body = {}) {
    return ask(as(who, Role::client), method, target, body);
  }
  /// Somebody whom an administrator invites without a therapist.
  AccountId comes(const std::string& login) {
    const auto made = ask(as(administrator, Role::administrator), Method::post, "/api/invitations",
                          R"({"id":")" + MessageId::make(clock.now()).text() + R"(","role":"client","name":"N.N."})");
    EXPECT_EQ(made.status, 201) << made.body;
    const auto from = made.body.find("/join#") + 6;
    const auto token = made.body.substr(from, made.body.find('"', from) - from);
    const auto look = ask({*house}, Method::post, "/api/invitation", R"({"token":")" + token + R"("})");
    EXPECT_FALSE(has(look, R"("therapist")")) << look.body;
    const auto came = ask({*house}, Method::post, "/api/invitation/acceptance",
                          R"({"token":")" + token + R"(","name":"Nora Weiss","login":")" + login +
                              R"(","password":"quiet horse stairs"})");
    EXPECT_EQ(came.status, 204) << came.body;
    return read([&](store::ReadTx& tx) -> Result<std::optional<people::Account>> {
             return people::find_account_by_login(tx, access::login_digest(root, login));
           })
        .value()
        ->id;
  }
  void says(AccountId who, std::int64_t capacity, const std::string& languages = R"(["de"])", int based_on = 0) {
    const auto said = ask(as(who, Role::therapist), Method::put, "/api/me/therapist-profile",
                          R"({"based_on":)" + std::to_string(based_on) + R"(,"capacity":)" + std::to_string(capacity) +
                              R"(,"approaches":["systemic"],"languages":)" + languages +
                              R"(,"reasons":[],"focus":"Nights","times":[],"way":{},"about":""})");
    EXPECT_EQ(said.status, 200) << said.body;
  }
  http::Response wishes(AccountId who, const std::string& more, int based_on = 0) {
    return client_asks(who, Method::put, "/api/me/preferences",
                       R"({"based_on":)" + std::to_string(based_on) +
                           R"(,"way":{},"gender_needed":false,"times":[],"words":"not too loud")" + more + "}");
  }
  http::Response chooses(AccountId who, AccountId whom) {
    return client_asks(who, Method::put, "/api/me/therapist", R"({"therapist":")" + whom.text() + R"("})");
  }
  http::Response assigns(AccountId by, Role role, AccountId client, AccountId whom) {
    return ask(as(by, role), Method::put, "/api/clients-waiting/" + client.text() + "/therapist",
               R"({"therapist":")" + whom.text() + R"("})");
  }
  http::Response matches(AccountId who) { return client_asks(who, Method::get, "/api/me/matches"); }
  http::Response waiting(AccountId by, Role role) { return ask(as(by, role), Method::get, "/api/clients-waiting"); }
  static bool has(const http::Response& answer, const std::string& words) {
    return answer.body.find(words) != std::string::npos;
  }
  std::vector<people::Episode> episodes(AccountId who) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<people::Episode>> {
             return people::list_episodes(tx, who);
           })
        .value();
  }
  std::size_t mails(const std::string& key) {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> { return notify::deliveries_of(tx, key).size(); })
        .value();
  }

  Routes routes;
  AccountId newcomer;
};

TEST_P(Choosing, BeginsWithoutATherapistAndWithWhoeverWroteAProfile) {
  EXPECT_TRUE(episodes(newcomer).empty());
  auto answer = matches(newcomer);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(has(answer, R"("state":"choosing")")) << answer.body;
  EXPECT_TRUE(has(answer, R"("proposals":[])")) << "nobody is proposed who said nothing: " << answer.body;
  says(stranger, 1);
  answer = matches(newcomer);
  EXPECT_TRUE(has(answer, "Dora Therapist") && has(answer, "Nights")) << answer.body;
  EXPECT_FALSE(has(answer, "Berger")) << answer.body;
  EXPECT_EQ(chooses(newcomer, therapist).status, 409) << "has written no profile";
  EXPECT_TRUE(has(matches(client), R"("state":"none")"));
  EXPECT_FALSE(has(matches(client), "Dora")) << "who has a therapist is proposed nobody";
}

TEST_P(Choosing, BeginsTheWorkAtOnceAndTellsTheTherapist) {
  says(stranger, 2);
  std::vector<AccountId> lines;
  house->care_begun = [&](AccountId account) { lines.push_back(account); };
  EXPECT_EQ(chooses(newcomer, stranger).status, 204);
  EXPECT_EQ(lines, (std::vector{newcomer, stranger}));
  ASSERT_EQ(episodes(newcomer).size(), 1U);
  EXPECT_EQ(episodes(newcomer).front().therapist, stranger);
  EXPECT_EQ(episodes(stranger).size(), 1U);
  EXPECT_EQ(mails("matching:" + newcomer.text() + ":begun:" + stranger.text()), 1U);
  EXPECT_EQ(mails("matching:" + newcomer.text() + ":begun:" + newcomer.text()), 0U) << "they did it themselves";

  EXPECT_EQ(chooses(newcomer, stranger).status, 204) << "sent again";
  EXPECT_EQ(episodes(newcomer).size(), 1U);
  says(therapist, 9);
  const auto other = chooses(newcomer, therapist);
  EXPECT_EQ(other.status, 409);
  EXPECT_TRUE(has(other, "therapist.found")) << other.body;
  EXPECT_EQ(episodes(newcomer).size(), 1U);
  EXPECT_TRUE(has(matches(newcomer), R"("state":"found")"));
  EXPECT_EQ(client_asks(newcomer, Method::put, "/api/me/assignment").status, 409);
}

TEST_P(Choosing, TheLastPlaceIsGivenOnce) {
  says(stranger, 1);
  const auto second = comes("olga");
  EXPECT_EQ(chooses(newcomer, stranger).status, 204);
  const auto late = chooses(second, stranger);
  EXPECT_EQ(late.status, 409);
  EXPECT_TRUE(has(late, "therapist.full")) << late.body;
  EXPECT_TRUE(episodes(second).empty());
  EXPECT_FALSE(has(matches(second), "Dora"));
}

TEST_P(Choosing, WhoIsAwayOrHasLeftIsNotProposed) {
  says(stranger, 3);
  says(therapist, 9);
  EXPECT_TRUE(has(matches(newcomer), "Dora"));
  const auto now = clock.now();
  people::NewAbsence absence;
  absence.id = people::AbsenceId::make(now);
  absence.therapist = stranger;
  absence.deputy = deputy;
  absence.starts_at = now;
  absence.ends_at = now + std::chrono::hours(48);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::announce(tx, {stranger, Role::therapist, SessionId::make(now), practice}, absence);
  }));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_FALSE(has(matches(newcomer), "Dora"));
  EXPECT_TRUE(has(chooses(newcomer, stranger), "therapist.full"));
  clock.set(clock.now() + std::chrono::hours(72));
  EXPECT_TRUE(has(matches(newcomer), "Dora")) << "back again";
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, stranger, people::Leaving::orderly); }));
  EXPECT_FALSE(has(matches(newcomer), "Dora"));
  EXPECT_TRUE(has(chooses(newcomer, stranger), "therapist.not_there"));
}

TEST_P(Choosing, SaysWhichWishNobodyMeets) {
  says(stranger, 3);
  const auto wished = wishes(newcomer, R"(,"language":"tr")");
  EXPECT_EQ(wished.status, 200) << wished.body;
  const auto answer = matches(newcomer);
  EXPECT_TRUE(has(answer, R"("nobody":[{"wish":"language","language":"tr","times":[]}])")) << answer.body;
  EXPECT_TRUE(has(answer, R"("has_wishes":true)"));
  says(therapist, 9, R"(["de","tr"])");
  const auto better = matches(newcomer);
  EXPECT_TRUE(has(better, "Berger") && has(better, R"("met":[{"wish":"language","language":"tr","times":[]}])"));
  EXPECT_FALSE(has(better, "Dora"));
}

TEST_P(Choosing, WhoAsksToBeAssignedIsSeenWithoutANameAndWithoutWords) {
  says(stranger, 3, R"(["de","tr"])");
  wishes(newcomer, R"(,"language":"tr")");
  auto seen = waiting(coordinator, Role::coordinator);
  EXPECT_EQ(seen.status, 200) << seen.body;
  EXPECT_TRUE(has(seen, newcomer.text()));
  EXPECT_FALSE(has(seen, R"("wish")")) << "they have not asked: " << seen.body;
  EXPECT_EQ(client_asks(newcomer, Method::put, "/api/me/assignment").status, 204);
  EXPECT_EQ(client_asks(newcomer, Method::put, "/api/me/assignment").status, 204);
  for (const auto who : {coordinator, administrator}) {
    EXPECT_EQ(mails("matching:" + newcomer.text() + ":asked:" + who.text()), 1U);
  }
  for (const auto& [who, role] : {std::pair{coordinator, Role::coordinator}, {administrator, Role::administrator}}) {
    seen = waiting(who, role);
    EXPECT_TRUE(has(seen, R"("met":[{"wish":"language")")) << seen.body;
    EXPECT_FALSE(has(seen, "Nora") || has(seen, "nora") || has(seen, "not too loud")) << seen.body;
    EXPECT_TRUE(has(seen, "Dora Therapist") && has(seen, R"("room":3)")) << seen.body;
  }
  EXPECT_TRUE(has(matches(newcomer), R"("state":"asked")"));
  EXPECT_TRUE(has(matches(newcomer), "Dora")) << "choosing oneself still goes";
}

TEST_P(Choosing, WhoeverAssignsMayPassOverWhoHasNoRoom) {
  says(stranger, 0);
  EXPECT_EQ(assigns(coordinator, Role::coordinator, newcomer, supervisor).status, 409) << "no therapist";
  EXPECT_EQ(assigns(coordinator, Role::coordinator, client, stranger).status, 404) << "looks for nobody";
  EXPECT_EQ(assigns(coordinator, Role::coordinator, newcomer, stranger).status, 204);
  EXPECT_EQ(assigns(coordinator, Role::coordinator, newcomer, stranger).status, 204) << "sent again";
  EXPECT_EQ(assigns(administrator, Role::administrator, newcomer, therapist).status, 409) << "somebody was quicker";
  ASSERT_EQ(episodes(newcomer).size(), 1U);
  EXPECT_EQ(episodes(newcomer).front().therapist, stranger);
  for (const auto who : {newcomer, stranger}) {
    EXPECT_EQ(mails("matching:" + newcomer.text() + ":begun:" + who.text()), 1U);
  }
  EXPECT_FALSE(has(waiting(coordinator, Role::coordinator), newcomer.text()));
}

TEST_P(Choosing, ShowsWhoeverAssignsWhereTheFirstContactIsLateButNotWhoseItIs) {
  says(stranger, 2);
  ASSERT_EQ(chooses(newcomer, stranger).status, 204);
  const auto began_at = clock.now();
  clock.set(began_at + std::chrono::days(6));
  EXPECT_TRUE(has(waiting(coordinator, Role::coordinator), R"("late":[]})"));
  clock.set(began_at + std::chrono::days(8));
  for (const auto& [who, role] : {std::pair{coordinator, Role::coordinator}, {administrator, Role::administrator}}) {
    const auto seen = waiting(who, role);
    const auto late = seen.body.substr(seen.body.find(R"("late":)"));
    EXPECT_NE(late.find("Dora Therapist"), std::string::npos) << late;
    EXPECT_EQ(late.find("Nora"), std::string::npos) << late;
    EXPECT_EQ(late.find(newcomer.text()), std::string::npos) << late;
  }
}

TEST_P(Choosing, WhatDoesNotOpenTakesNobodyElseAway) {
  says(stranger, 3);
  const auto second = comes("olga");
  for (const auto who : {newcomer, second}) client_asks(who, Method::put, "/api/me/assignment");
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return preferences::add_wishes(tx, {newcomer, 1, clock.now(), Bytes(60)},
                                   [](const preferences::StoredWishes&) { return false; });
  }));
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return therapist_profiles::store_profile(tx, {therapist, 1, 5, Bytes(60), clock.now()},
                                             [](const auto&) { return false; });
  }));
  const auto seen = waiting(coordinator, Role::coordinator);
  EXPECT_EQ(seen.status, 200) << seen.body;
  EXPECT_TRUE(has(seen, newcomer.text()) && has(seen, second.text())) << seen.body;
  EXPECT_TRUE(has(seen, "Dora Therapist")) << seen.body;
  EXPECT_FALSE(has(seen, "Berger")) << seen.body;
  EXPECT_TRUE(has(matches(second), "Dora"));
}

TEST_P(Choosing, NobodyIsForgottenWhoLooksForLong) {
  const auto asked = [&] { return mails("matching:" + newcomer.text() + ":long:"); };
  clock.set(clock.now() + std::chrono::days(6));
  EXPECT_EQ(tell_of_long_searches(*house, soon()).value(), 0);
  client_asks(newcomer, Method::put, "/api/me/assignment");
  clock.set(clock.now() + std::chrono::days(6));
  EXPECT_EQ(tell_of_long_searches(*house, soon()).value(), 0) << "counted from when they asked";
  clock.set(clock.now() + std::chrono::days(2));
  EXPECT_EQ(tell_of_long_searches(*house, soon()).value(), 1);
  EXPECT_EQ(asked(), 2U);
  EXPECT_EQ(tell_of_long_searches(*house, soon()).value(), 0) << "once";
  const auto second = comes("olga");
  clock.set(clock.now() + std::chrono::days(8));
  EXPECT_EQ(tell_of_long_searches(*house, soon()).value(), 1) << "who never asked, too";
  EXPECT_EQ(mails("matching:" + second.text() + ":long:"), 2U);
}

TEST_P(Choosing, AnAbsenceOfTheNextDaysIsLookedAtAndALaterOneShown) {
  says(stranger, 3);
  const auto now = clock.now();
  people::NewAbsence absence;
  absence.id = people::AbsenceId::make(now);
  absence.therapist = stranger;
  absence.deputy = deputy;
  absence.starts_at = now + std::chrono::days(10);
  absence.ends_at = now + std::chrono::days(20);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return people::announce(tx, {stranger, Role::therapist, SessionId::make(now), practice}, absence);
  }));
  EXPECT_TRUE(has(matches(newcomer), R"("away_from")")) << matches(newcomer).body;
  clock.set(now + std::chrono::days(4));
  EXPECT_FALSE(has(matches(newcomer), "Dora")) << "a first contact would not come";
  EXPECT_TRUE(has(chooses(newcomer, stranger), "therapist.full"));
  EXPECT_TRUE(has(waiting(coordinator, Role::coordinator), R"("away":true,"away_from")"));
}

TEST_P(Choosing, NeverHasOneClientWithTwoTherapistsWhoeverIsQuicker) {
  says(stranger, 3);
  says(therapist, 9);
  client_asks(newcomer, Method::put, "/api/me/assignment");
  std::mt19937 random(5);
  int began = 0;
  for (int i = 0; i < 12; ++i) {
    const auto whom = random() % 2 == 0 ? stranger : therapist;
    const auto answer =
        random() % 2 == 0 ? chooses(newcomer, whom) : assigns(coordinator, Role::coordinator, newcomer, whom);
    EXPECT_TRUE(answer.status == 204 || answer.status == 409) << answer.body;
    began += answer.status == 204 ? 1 : 0;
    EXPECT_EQ(episodes(newcomer).size(), 1U);
  }
  EXPECT_GE(began, 1);
  EXPECT_EQ(mails("matching:" + newcomer.text() + ":asked:"), 2U);
}

TEST_P(Choosing, ATherapistStillInvitesClientsOfTheirOwn) {
  const auto made = ask(as(stranger, Role::therapist), Method::post, "/api/invitations",
                        R"({"id":")" + MessageId::make(clock.now()).text() + R"(","role":"client","name":"N.N."})");
  EXPECT_EQ(made.status, 201) << made.body;
  const auto staff = ask(as(administrator, Role::administrator), Method::post, "/api/invitations",
                         R"({"id":")" + MessageId::make(clock.now()).text() +
                             R"(","role":"coder","name":"N.N.","therapist":")" + stranger.text() + R"("})");
  EXPECT_EQ(staff.status, 422);
  EXPECT_TRUE(has(staff, "invitation.therapist")) << staff.body;
}

TEST_P(Choosing, WhoLeavesLooksForNobodyAnyMore) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    end_search_of(tx, newcomer);
    return {};
  }));
  EXPECT_FALSE(has(waiting(coordinator, Role::coordinator), newcomer.text()));
  says(stranger, 3);
  EXPECT_EQ(chooses(newcomer, stranger).status, 404);
}

INSTANTIATE_TEST_SUITE_P(Engines, Choosing, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::matching
