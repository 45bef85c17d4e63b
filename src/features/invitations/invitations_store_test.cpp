#include <latch>
#include <thread>

#include "features/invitations/invitations.hpp"
#include "features/people/staff.hpp"
#include "support/house_fixture.hpp"

namespace rapport::invitations {
namespace {

const store::Query kAccounts{"test.invitations.accounts", "SELECT COUNT(*) FROM account WHERE password_hash = 'new'"};
const store::Query kEpisodes{"test.invitations.episodes", "SELECT COUNT(*) FROM episode_of_care WHERE client_id = $1"};

class Invitations : public testing::HouseTest {
 protected:
  Invitation wanted(access::Role role) {
    Invitation made;
    made.id = InvitationId::make(clock.now());
    made.practice = practice;
    made.account = AccountId::make(clock.now());
    made.role = role;
    made.invited_by = role == access::Role::client ? therapist : administrator;
    if (role == access::Role::client) made.therapist = therapist;
    made.invited_at = clock.now();
    made.ends_at = clock.now() + std::chrono::hours(72);
    made.sealed_profile = {1};
    return made;
  }
  Result<void> make(const Invitation& invitation, const Bytes& digest) {
    return write([&](store::WriteTx& tx) { return invite(tx, invitation, digest); });
  }
  Result<Invitation> use(const Bytes& digest, const Bytes& login = {7, 7}) {
    return write([&](store::WriteTx& tx) { return accept(tx, digest, {login, "new", {2}}, clock.now()); });
  }
  bool leads_somewhere(const Bytes& digest) {
    return *read([&](store::ReadTx& tx) -> Result<bool> { return find_by_token(tx, digest, clock.now()).has_value(); });
  }
  std::int64_t count(const store::Query& query, const store::Values& values = {}) {
    return *read([&](store::ReadTx& tx) -> Result<std::int64_t> {
      return *tx.first(query, values, [](const store::Row& row) { return row.int64(0); });
    });
  }

  const Bytes token{1, 2, 3};
  const AccountId second = AccountId::make(clock.now());  ///< another administrator
};

TEST_P(Invitations, AClientComesToTheirTherapistAndWhoStandsAroundThem) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(people::set_backing(tx, practice, therapist, {supervisor, deputy}));
    TRY(people::set_neutral_person(tx, practice, neutral));
    return {};
  }));
  const auto invitation = wanted(access::Role::client);
  ASSERT_TRUE(make(invitation, token));
  EXPECT_EQ(count(kEpisodes, {invitation.account}), 0);
  ASSERT_TRUE(use(token));
  const auto episodes = *read([&](store::ReadTx& tx) -> Result<std::vector<people::Episode>> {
    return people::list_episodes(tx, invitation.account);
  });
  ASSERT_EQ(episodes.size(), 1U);
  EXPECT_EQ(episodes[0].therapist, therapist);
  const auto events = sink.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].recipients, std::vector{therapist});
}

TEST_P(Invitations, ALinkWorksOnce) {
  ASSERT_TRUE(make(wanted(access::Role::coder), token));
  EXPECT_TRUE(leads_somewhere(token));
  ASSERT_TRUE(use(token));
  EXPECT_FALSE(leads_somewhere(token));
  EXPECT_EQ(use(token, {8}).error().code, "invitation.gone");
  EXPECT_EQ(count(kAccounts), 1);
}

TEST_P(Invitations, OfTwoAtOnceOneGetsTheAccount) {
  const auto invitation = wanted(access::Role::client);
  ASSERT_TRUE(make(invitation, token));
  std::latch both(2);
  std::array<bool, 2> got{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < got.size(); ++i) {
    threads.emplace_back([&, i] {
      both.arrive_and_wait();
      got[i] = use(token, {static_cast<std::uint8_t>(i)}).has_value();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_NE(got[0], got[1]);
  EXPECT_EQ(count(kAccounts), 1);
  EXPECT_EQ(count(kEpisodes, {invitation.account}), 1);
}

TEST_P(Invitations, EndToTheMicrosecond) {
  ASSERT_TRUE(make(wanted(access::Role::coder), token));
  clock.set(clock.now() + std::chrono::hours(72) - std::chrono::microseconds(1));
  EXPECT_TRUE(leads_somewhere(token));
  clock.set(clock.now() + std::chrono::microseconds(1));
  EXPECT_FALSE(leads_somewhere(token));
  EXPECT_EQ(use(token).error().code, "invitation.gone");
}

TEST_P(Invitations, AreWithdrawnByWhoeverMadeThem) {
  const auto invitation = wanted(access::Role::coder);
  ASSERT_TRUE(make(invitation, token));
  const auto by = [&](AccountId who) {
    return write([&](store::WriteTx& tx) { return withdraw(tx, who, invitation.id, clock.now()); });
  };
  EXPECT_EQ(by(therapist).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(by(administrator).value());
  EXPECT_FALSE(by(administrator).value());
  EXPECT_EQ(use(token).error().code, "invitation.gone");
  EXPECT_EQ(make(invitation, {5}).error().code, "invitation.over");
}

TEST_P(Invitations, AUsedOneIsNotWithdrawnAndNotMadeAnew) {
  const auto invitation = wanted(access::Role::coder);
  ASSERT_TRUE(make(invitation, token));
  ASSERT_TRUE(use(token));
  const auto withdrawn =
      write([&](store::WriteTx& tx) { return withdraw(tx, administrator, invitation.id, clock.now()); });
  EXPECT_EQ(withdrawn.error().code, "invitation.over");
  EXPECT_EQ(make(invitation, {5}).error().code, "invitation.over");
}

TEST_P(Invitations, ANewLinkPutsTheOneBeforeOutOfUse) {
  auto invitation = wanted(access::Role::coder);
  ASSERT_TRUE(make(invitation, token));
  ASSERT_TRUE(make(invitation, {5}));
  EXPECT_FALSE(leads_somewhere(token));
  EXPECT_TRUE(leads_somewhere({5}));
  invitation.invited_by = supervisor;
  EXPECT_EQ(make(invitation, {6}).error().code, "invitation.over") << "somebody else's id";
}

TEST_P(Invitations, ALogInThatIsTakenLeavesTheLinkAsItWas) {
  ASSERT_TRUE(make(wanted(access::Role::coder), token));
  const Bytes taken(client.bytes().begin(), client.bytes().end());
  EXPECT_EQ(use(token, taken).error().code, "account.login_taken");
  EXPECT_TRUE(leads_somewhere(token));
  EXPECT_TRUE(use(token));
}

TEST_P(Invitations, OfSomebodyWhoHasLeftLeadNowhereThoughTheyInvitedThemselves) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    return people::add_account(tx, account_of(second, "administrator"));
  }));
  auto back_door = wanted(access::Role::administrator);
  back_door.invited_by = second;
  ASSERT_TRUE(make(back_door, token));
  EXPECT_TRUE(leads_somewhere(token));
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, second, people::Leaving::orderly); }));
  EXPECT_FALSE(leads_somewhere(token));
  EXPECT_EQ(use(token).error().code, "invitation.gone");
}

TEST_P(Invitations, OfStaffAreSeenAndWithdrawnByEveryAdministratorAndThoseOfClientsByNobodyElse) {
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    return people::add_account(tx, account_of(second, "administrator"));
  }));
  const auto coming = wanted(access::Role::coder);
  const auto clients = wanted(access::Role::client);
  ASSERT_TRUE(make(coming, token));
  ASSERT_TRUE(make(clients, {5}));
  const auto seen_by = [&](AccountId who) {
    const auto seen = *read([&](store::ReadTx& tx) -> Result<std::vector<Invitation>> { return list_seen(tx, who); });
    std::vector<InvitationId> ids;
    for (const auto& one : seen) ids.push_back(one.id);
    return ids;
  };
  EXPECT_EQ(seen_by(second), std::vector{coming.id});
  EXPECT_EQ(seen_by(therapist), std::vector{clients.id});
  EXPECT_TRUE(seen_by(supervisor).empty());
  const auto withdrawn = [&](InvitationId which) {
    return write([&](store::WriteTx& tx) { return withdraw(tx, second, which, clock.now()); });
  };
  EXPECT_EQ(withdrawn(clients.id).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(withdrawn(coming.id).value());
  EXPECT_EQ(use(token).error().code, "invitation.gone");
}

TEST_P(Invitations, LeadToNoTherapistWhoHasLeft) {
  ASSERT_TRUE(make(wanted(access::Role::client), token));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {{}, deputy}); }));
  ASSERT_TRUE(write(
      [&](store::WriteTx& tx) { return people::close_staff(tx, practice, therapist, people::Leaving::at_once); }));
  EXPECT_EQ(use(token).error().code, "invitation.gone");
  EXPECT_EQ(make(wanted(access::Role::client), {5}).error().kind, ErrorKind::not_found);
}

TEST_P(Invitations, ThatLedToNothingAreForgottenAMonthAfterTheirEnd) {
  const auto expired = wanted(access::Role::client);
  const auto withdrawn = wanted(access::Role::supervisor);
  const auto used = wanted(access::Role::client);
  ASSERT_TRUE(make(expired, {6}));
  ASSERT_TRUE(make(withdrawn, {7}));
  ASSERT_TRUE(make(used, {8}));
  ASSERT_TRUE(use({8}));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return withdraw(tx, withdrawn.invited_by, withdrawn.id, clock.now()); }));
  const auto forgettable = [&] {
    const auto before = clock.now() - kForgottenAfter;
    return *read([&](store::ReadTx& tx) -> Result<std::vector<AccountId>> { return list_forgettable(tx, before, 10); });
  };
  EXPECT_TRUE(forgettable().empty());
  clock.set(clock.now() + kForgottenAfter);
  EXPECT_EQ(forgettable(), std::vector{withdrawn.account}) << "the other one ended later";
  clock.set(expired.ends_at + kForgottenAfter);
  EXPECT_EQ(forgettable().size(), 2U);
  for (const auto account : {expired.account, withdrawn.account, used.account}) {
    const bool is_gone =
        *write([&](store::WriteTx& tx) -> Result<bool> { return forget(tx, account, clock.now() - kForgottenAfter); });
    EXPECT_EQ(is_gone, account != used.account);
  }
  EXPECT_TRUE(forgettable().empty());
  EXPECT_TRUE(read([&](store::ReadTx& tx) -> Result<bool> {
                return people::find_client(tx, used.account).has_value() && !people::find_client(tx, expired.account);
              }).value());
}

INSTANTIATE_TEST_SUITE_P(Engines, Invitations, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::invitations
