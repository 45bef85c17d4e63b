#include <algorithm>
#include <random>
#include <set>

#include "features/encounters/encounters.hpp"
#include "features/messages/messages.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "support/house_fixture.hpp"

namespace rapport::people {
namespace {

using std::chrono::hours;

const store::Query kCarriedOut{"test.hand_overs.carried_out",
                               "SELECT view_name FROM audit WHERE action = 'hand_over.carry_out'"};

class HandOvers : public testing::HouseTest {
 protected:
  access::Viewer as(AccountId who, access::Role role = access::Role::therapist) const {
    return {who, role, {}, practice};
  }
  access::Viewer kim() const { return as(administrator, access::Role::administrator); }
  NewHandOver wanted(EpisodeId which, AccountId to, hours in = hours(0), bool keeps = true) {
    return {HandOverId::make(clock.now()), which, to, clock.now() + in, keeps};
  }
  /// As the server does it, without forms.
  CancelSessions cancel = [](store::WriteTx& tx, AccountId whose, EpisodeId which) -> Result<void> {
    TRY(encounters::cancel_planned(tx, whose, which));
    return {};
  };
  Result<PlannedHandOver> plan(const access::Viewer& by, const NewHandOver& what) {
    return write([&](store::WriteTx& tx) { return plan_hand_over(tx, by, what, cancel); });
  }
  Result<PlannedHandOver> call_off(const access::Viewer& by, HandOverId id) {
    return write([&](store::WriteTx& tx) { return call_off_hand_over(tx, by, id); });
  }
  std::int64_t carry_out() {
    return write([&](store::WriteTx& tx) -> Result<std::int64_t> {
             TRY_ASSIGN(const auto done, carry_out_hand_overs(tx, cancel));
             return std::ssize(done);
           })
        .value();
  }
  Result<bool> close(AccountId who, Leaving how = Leaving::orderly) {
    return write([&](store::WriteTx& tx) { return close_staff(tx, practice, who, how); });
  }
  Result<bool> back(AccountId of, std::optional<AccountId> by) {
    return write([&](store::WriteTx& tx) { return set_backing(tx, practice, of, {.deputy = by}); });
  }
  bool finds(AccountId who, EpisodeId which) {
    return read([&](store::ReadTx& tx) { return find_episode(tx, who, which); }).has_value();
  }
  safety::Team team_of(EpisodeId which) {
    return *read([&](store::ReadTx& tx) { return safety::find_team(tx, which); });
  }
  /// Who answers in place of the therapist who has left, as the client reads it.
  std::optional<AccountId> away_deputy() {
    const auto away = *read([&](store::ReadTx& tx) -> Result<std::optional<Away>> { return away_of(tx, therapist); });
    return away ? away->deputy : std::nullopt;
  }
  std::set<AccountId> mailed(const std::string& notice) {
    return *read([&](store::ReadTx& tx) -> Result<std::set<AccountId>> {
      std::set<AccountId> people;
      for (const auto& one : notify::deliveries_of(tx, notice)) people.insert(one.to);
      return people;
    });
  }
  std::set<AccountId> mailed(HandOverId id, const std::string& step) {
    return mailed("hand_over:" + id.text() + ":" + step);
  }
  std::set<AccountId> told_of_dismissal(AccountId of) { return mailed("dismissed:" + of.text() + ":"); }
  /// Of a therapist who has left: the new deputy goes on only later, and there was none before.
  bool waits_for_deputy(AccountId of) {
    const auto staff =
        *read([&](store::ReadTx& tx) -> Result<std::vector<StaffMember>> { return list_staff(tx, practice); });
    const auto one = std::find_if(staff.begin(), staff.end(), [&](const StaffMember& each) { return each.id == of; });
    return one->deputy_from > clock.now() && !one->deputy_before;
  }
  /// An absence that lasts now, and in which somebody has agreed to stand in.
  bool is_away(AccountId who) {
    const auto all = *read([&](store::ReadTx& tx) -> Result<std::vector<Absence>> { return list_absences(tx, kim()); });
    return std::any_of(all.begin(), all.end(), [&](const Absence& one) {
      return one.therapist == who && one.starts_at <= clock.now() && one.agreed_at && !one.declined_at;
    });
  }
  std::optional<HandOver> told_of(EpisodeId which) {
    return *read([&](store::ReadTx& tx) -> Result<std::optional<HandOver>> { return hand_over_of(tx, which); });
  }
  EncounterId planned_session(AccountId by, EpisodeId which) {
    const auto id = EncounterId::make(clock.now());
    const auto made = write([&](store::WriteTx& tx) {
      return encounters::plan_encounter(tx, by, which, id, {clock.now() + hours(48), 50, {}, ""}, clock.now());
    });
    EXPECT_TRUE(made);
    return id;
  }
};

TEST_P(HandOvers, FromTheMomentOnTheNewTherapistHasItAndTheFormerOneFindsNothing) {
  ASSERT_TRUE(back(stranger, deputy));
  const auto session = planned_session(therapist, episode);
  sink.take();
  const auto one = wanted(episode, stranger);
  EXPECT_TRUE(plan(as(therapist), one)->hand_over.done_at);
  const auto events = sink.take();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].recipients, (std::vector{client, therapist, stranger}));
  EXPECT_FALSE(finds(therapist, episode));
  EXPECT_TRUE(finds(stranger, episode));
  EXPECT_TRUE(finds(client, episode));
  EXPECT_TRUE(finds(therapist, other_episode)) << "the others stay";
  EXPECT_FALSE(finds(stranger, other_episode));
  EXPECT_EQ(team_of(episode).therapist, stranger);
  EXPECT_EQ(team_of(episode).deputy, deputy);
  EXPECT_EQ(told_of(episode)->from, therapist);
  const auto kept = read([&](store::ReadTx& tx) { return encounters::find_encounter(tx, stranger, session); });
  EXPECT_EQ(kept->status, encounters::Status::planned);
  EXPECT_FALSE(read([&](store::ReadTx& tx) { return encounters::find_encounter(tx, therapist, session); }));
  EXPECT_FALSE(plan(as(therapist), one)->is_new) << "sent again";
  EXPECT_EQ(call_off(as(therapist), one.id).error().code, "hand_over.done");
  clock.set(clock.now() + kToldOfHandOver);
  EXPECT_FALSE(told_of(episode)) << "for a month";
}

TEST_P(HandOvers, WaitsForTheStatedMomentAndCanBeCalledOffUntilThen) {
  const auto session = planned_session(therapist, episode);
  const auto one = wanted(episode, stranger, hours(72), false);
  ASSERT_FALSE(plan(kim(), one)->hand_over.done_at);
  EXPECT_EQ(plan(as(therapist), wanted(episode, deputy)).error().code, "hand_over.planned");
  EXPECT_TRUE(finds(therapist, episode));
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_EQ(told_of(episode)->to, stranger) << "the client reads it beforehand";
  EXPECT_TRUE(call_off(as(therapist), one.id)->is_new);
  EXPECT_FALSE(call_off(as(therapist), one.id)->is_new);
  EXPECT_EQ(told_of(episode)->called_off_at, clock.now()) << "the client who read of it is told";
  clock.set(clock.now() + hours(1));
  const auto again = wanted(episode, stranger, hours(72), false);
  ASSERT_TRUE(plan(kim(), again));
  EXPECT_EQ(told_of(episode)->id, again.id) << "what is to come goes first";
  clock.set(again.due_at - std::chrono::seconds(1));
  EXPECT_EQ(carry_out(), 0);
  clock.set(again.due_at);
  EXPECT_EQ(carry_out(), 1);
  EXPECT_EQ(carry_out(), 0);
  EXPECT_EQ(read([](store::ReadTx& tx) -> Result<std::vector<std::string>> {
              return tx.list(kCarriedOut, {}, [](const store::Row& row) { return std::string(row.text(0)); });
            }).value(),
            std::vector{"hand_over " + again.id.text() + " to " + stranger.text()});
  EXPECT_FALSE(finds(therapist, episode));
  const auto cancelled = read([&](store::ReadTx& tx) { return encounters::find_encounter(tx, stranger, session); });
  EXPECT_EQ(cancelled->status, encounters::Status::cancelled);
}

TEST_P(HandOvers, AreForTheirTherapistAndAdministratorsAndGoToAnotherTherapist) {
  EXPECT_EQ(plan(as(stranger), wanted(episode, stranger)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(plan(as(deputy), wanted(episode, stranger)).error().kind, ErrorKind::not_found);
  for (const auto nobody : {therapist, client, supervisor, administrator, AccountId::make(clock.now())}) {
    EXPECT_EQ(plan(as(therapist), wanted(episode, nobody)).error().code, "hand_over.to");
  }
  EXPECT_EQ(plan(as(therapist), wanted(episode, stranger, hours(24 * 400))).error().code, "hand_over.date");
  const auto one = wanted(episode, stranger, hours(1));
  ASSERT_TRUE(plan(as(therapist), one));
  auto same_id = wanted(other_episode, stranger);
  same_id.id = one.id;
  EXPECT_EQ(plan(as(therapist), same_id).error().code, "hand_over.id_taken");
  EXPECT_EQ(call_off(as(stranger), one.id).error().kind, ErrorKind::not_found);
}

TEST_P(HandOvers, AnAccountIsClosedOnceNobodyIsLeftAloneByIt) {
  EXPECT_EQ(close(therapist).error().code, "account.has_clients");
  ASSERT_TRUE(plan(as(therapist), wanted(episode, stranger)));
  ASSERT_TRUE(plan(kim(), wanted(other_episode, deputy)));
  EXPECT_EQ(close(therapist).error().code, "account.has_clients") << "planned is not done";
  clock.set(clock.now() + kTimeToObject);
  EXPECT_EQ(carry_out(), 1);
  EXPECT_TRUE(close(therapist).value());
  EXPECT_FALSE(close(therapist).value());
}

TEST_P(HandOvers, WhoIsDismissedHasADeputyWhoGoesOnUntilEachIsHandedOver) {
  EXPECT_EQ(close(therapist, Leaving::at_once).error().code, "account.no_deputy");
  ASSERT_TRUE(back(therapist, deputy));
  clock.set(clock.now() + kTimeToObject);
  EXPECT_FALSE(finds(deputy, episode));
  ASSERT_TRUE(close(therapist, Leaving::at_once).value());
  EXPECT_EQ(told_of_dismissal(therapist), (std::set<AccountId>{client, other_client, deputy}));
  EXPECT_TRUE(finds(deputy, episode));
  EXPECT_TRUE(finds(deputy, other_episode));
  EXPECT_EQ(read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_episodes(tx, deputy).size(); }), 2U);
  const auto away = *read([&](store::ReadTx& tx) -> Result<std::optional<Away>> { return away_of(tx, therapist); });
  EXPECT_EQ(away->deputy, deputy);
  EXPECT_FALSE(away->ends_at);
  EXPECT_EQ(close(deputy, Leaving::at_once).error().code, "account.stands_in");
  EXPECT_EQ(back(therapist, {}).error().code, "backing.role");
  ASSERT_TRUE(back(therapist, stranger)) << "somebody else can be named";
  ASSERT_TRUE(plan(kim(), wanted(episode, deputy)));
  EXPECT_TRUE(finds(deputy, episode)) << "who goes on until the other does";
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_EQ(close(deputy).error().code, "account.stands_in");
  clock.set(clock.now() + kTimeToObject);
  EXPECT_EQ(carry_out(), 1);
  EXPECT_TRUE(finds(deputy, episode)) << "the therapist now";
  EXPECT_FALSE(finds(deputy, other_episode));
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_TRUE(finds(stranger, other_episode));
  EXPECT_EQ(close(stranger).error().code, "account.stands_in") << "there is another client still";
  ASSERT_TRUE(plan(kim(), wanted(other_episode, deputy)));
  clock.set(clock.now() + kTimeToObject);
  EXPECT_EQ(carry_out(), 1);
  EXPECT_TRUE(close(stranger).value());
  EXPECT_EQ(back(therapist, deputy).error().kind, ErrorKind::not_found) << "nobody is left to stand in for";
}

TEST_P(HandOvers, WhoeverGoesOnLeavesAtOnceWhereSomebodyElseIsNamed) {
  ASSERT_TRUE(back(therapist, deputy));
  clock.set(clock.now() + kTimeToObject);
  ASSERT_TRUE(close(therapist, Leaving::at_once).value());
  EXPECT_EQ(close(deputy, Leaving::at_once).error().code, "account.stands_in") << "nobody else is named";
  ASSERT_TRUE(back(therapist, stranger));
  EXPECT_EQ(close(deputy).error().code, "account.stands_in") << "in no emergency they go on until the other does";
  ASSERT_TRUE(close(deputy, Leaving::at_once).value());
  EXPECT_EQ(told_of_dismissal(deputy), (std::set<AccountId>{client, other_client, stranger}));
  EXPECT_FALSE(finds(deputy, episode));
  EXPECT_FALSE(finds(stranger, episode)) << "no sooner than without this";
  EXPECT_FALSE(away_deputy());
  EXPECT_EQ(team_of(episode).deputy, stranger) << "answers about harm are not lost";
  clock.set(clock.now() + kTimeToObject);
  EXPECT_TRUE(finds(stranger, episode));
  EXPECT_EQ(away_deputy(), stranger);
}

TEST_P(HandOvers, OfAnAdministratorHoldADayLaterAndUntilThenTheTherapistCallsThemOff) {
  const auto one = wanted(episode, stranger);
  const auto planned = plan(kim(), one);
  ASSERT_TRUE(planned);
  EXPECT_FALSE(planned->hand_over.done_at);
  EXPECT_EQ(planned->hand_over.due_at, clock.now() + kTimeToObject);
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_EQ(told_of(episode)->to, stranger) << "the client reads it at once";
  EXPECT_EQ(mailed(one.id, "planned"), (std::set{client, therapist, stranger}));
  clock.set(planned->hand_over.due_at - std::chrono::seconds(1));
  EXPECT_EQ(carry_out(), 0);
  EXPECT_TRUE(call_off(as(therapist), one.id)->is_new);
  clock.set(planned->hand_over.due_at);
  EXPECT_EQ(carry_out(), 0);
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_TRUE(finds(therapist, episode));
}

TEST_P(HandOvers, ADeputyWhoWasNamedOfLateGoesOnOnceADayHasPassed) {
  ASSERT_TRUE(back(therapist, stranger));
  ASSERT_TRUE(close(therapist, Leaving::at_once).value());
  EXPECT_FALSE(finds(stranger, episode)) << "an account that an administrator has made for themselves, say";
  EXPECT_FALSE(away_deputy());
  EXPECT_EQ(team_of(episode).deputy, stranger) << "answers about harm are not lost";
  const auto one = wanted(episode, stranger);
  ASSERT_TRUE(plan(kim(), one));
  EXPECT_FALSE(finds(stranger, episode)) << "nor by handing over";
  clock.set(clock.now() + kTimeToObject - std::chrono::seconds(1));
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_FALSE(finds(deputy, episode)) << "who was no deputy of this therapist's";
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_TRUE(finds(stranger, episode));
  EXPECT_EQ(away_deputy(), stranger);
}

TEST_P(HandOvers, WhoeverWasDeputyBeforeGoesOnUntilTheNewOneDoes) {
  ASSERT_TRUE(back(therapist, deputy));
  clock.set(clock.now() + kTimeToObject);
  ASSERT_TRUE(back(therapist, stranger));
  ASSERT_TRUE(close(therapist, Leaving::at_once).value());
  EXPECT_TRUE(finds(deputy, episode));
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_EQ(away_deputy(), deputy);
  EXPECT_EQ(team_of(episode).deputy, deputy);
  const auto one = wanted(episode, stranger);
  ASSERT_TRUE(plan(kim(), one));
  EXPECT_EQ(mailed(one.id, "planned"), (std::set{client, therapist, stranger, deputy})) << "whoever treats now";
  ASSERT_TRUE(back(therapist, deputy)) << "after all: without a gap";
  EXPECT_TRUE(finds(deputy, episode));
  ASSERT_TRUE(back(therapist, stranger));
  clock.set(clock.now() + kTimeToObject);
  EXPECT_FALSE(finds(deputy, episode));
  EXPECT_TRUE(finds(stranger, episode));
}

TEST_P(HandOvers, WhoeverStandsInForSomebodyWhoGoesOnHasTheirClientsToo) {
  ASSERT_TRUE(back(therapist, deputy));
  clock.set(clock.now() + kTimeToObject);
  const NewAbsence absence{AbsenceId::make(clock.now()), deputy, stranger, clock.now() + hours(1),
                           clock.now() + hours(48)};
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(announce(tx, as(deputy), absence));
    TRY(answer_absence(tx, as(stranger), absence.id, true));
    return {};
  }));
  clock.set(absence.starts_at);
  ASSERT_TRUE(close(therapist, Leaving::at_once).value()) << "also where the deputy is away already";
  EXPECT_TRUE(finds(stranger, episode));
  EXPECT_EQ(read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_episodes(tx, stranger).size(); }), 2U);
  EXPECT_EQ(team_of(episode).deputy, stranger) << "who hears of a concern";
  EXPECT_EQ(away_deputy(), stranger) << "whom the client reads of";
  clock.set(absence.ends_at);
  EXPECT_FALSE(finds(stranger, episode));
  EXPECT_TRUE(finds(deputy, episode));
  EXPECT_EQ(team_of(episode).deputy, deputy);
}

TEST_P(HandOvers, NobodyIsHandedToSomebodyWhoLeaves) {
  const auto one = wanted(episode, stranger, hours(25));
  ASSERT_TRUE(plan(kim(), one));
  ASSERT_TRUE(close(stranger).value());
  clock.set(one.due_at);
  EXPECT_EQ(carry_out(), 0);
  EXPECT_TRUE(finds(therapist, episode));
  EXPECT_TRUE(told_of(episode)->called_off_at);
}

TEST_P(HandOvers, LeaveTheFormerOnesNotesAndDraftsBehindAndWhatWasReadIsRead) {
  const auto session = planned_session(therapist, episode);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    TRY(encounters::save_note(tx, therapist, session, encounters::SittingId::make(clock.now()), Bytes{1}, clock.now()));
    TRY(messages::save_draft(tx, therapist, chat.uuid(), client, 0, {{}, {2}, {}, {}}, clock.now(),
                             [](const auto&) { return false; }));
    const std::vector<messages::SealedMessage> two{{MessageId::make(clock.now()), {3}, ""},
                                                   {MessageId::make(clock.now()), {4}, ""}};
    TRY(messages::append_messages(tx, client, chat, two, clock.now()));
    TRY(messages::advance_receipt(tx, therapist, chat, 2, 1));
    return {};
  }));
  ASSERT_TRUE(plan(as(therapist), wanted(episode, stranger)));
  ASSERT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
    EXPECT_FALSE(encounters::find_note(tx, stranger, session, {}));
    EXPECT_TRUE(encounters::list_note_versions(tx, stranger, session).empty());
    EXPECT_FALSE(messages::find_draft(tx, therapist, chat.uuid()));
    TRY_ASSIGN(const auto found, find_episode(tx, stranger, episode));
    EXPECT_EQ(found.unread, 1) << "what waited goes on waiting";
    EXPECT_EQ(former_therapists_of(tx, episode).size(), 1U);
    return {};
  }));
  const auto begun = write([&](store::WriteTx& tx) {
    return encounters::save_note(tx, stranger, session, encounters::SittingId::make(clock.now()), Bytes{5},
                                 clock.now());
  });
  EXPECT_EQ(begun->version, 2) << "beside the former one's, not over it";
}

/// Whatever happens in whatever order: a treatment that goes on has a therapist who is there, or a deputy who is, and
/// finds it; and whoever had it before does not.
TEST_P(HandOvers, NoPathLeavesATreatmentWithoutSomebodyWhoHearsOfAConcern) {
  std::mt19937 random(4711);
  const auto pick = [&](const std::vector<AccountId>& from) { return from[random() % from.size()]; };
  std::vector<HandOverId> planned;
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    // Enough of them to be dismissed one after another.
    for (int i = 0; i < 6; ++i) TRY(add_account(tx, account_of(AccountId::make(clock.now()), "therapist")));
    return {};
  }));
  std::vector<AccountId> therapists =
      *read([&](store::ReadTx& tx) -> Result<std::vector<AccountId>> { return list_therapists(tx, practice); });
  int done = 0;
  for (int step = 0; step < 400; ++step) {
    const auto which = random() % 2 == 0 ? episode : other_episode;
    const auto one = pick(therapists);
    const auto other = pick(therapists);
    switch (random() % 9) {
      case 0:
      case 1: {
        const auto what = wanted(which, one, hours(random() % 3 * 24), random() % 2 == 0);
        if (plan(random() % 2 == 0 ? kim() : as(other), what)) planned.push_back(what.id), ++done;
        break;
      }
      case 2:
        if (!planned.empty()) (void)call_off(kim(), planned[random() % planned.size()]);
        break;
      case 3:
        if (random() % 4 == 0 && close(one)) ++done;
        break;
      case 4:
        if (random() % 4 == 0 && close(one, Leaving::at_once)) ++done;
        break;
      case 5:
        (void)back(one, random() % 4 == 0 ? std::nullopt : std::optional(other));
        break;
      case 6: {
        const NewAbsence absence{AbsenceId::make(clock.now()), one, other, clock.now(), clock.now() + hours(72)};
        if (write([&](store::WriteTx& tx) { return announce(tx, kim(), absence); })) {
          (void)write([&](store::WriteTx& tx) { return answer_absence(tx, as(other), absence.id, true); });
        }
        break;
      }
      default:
        clock.set(clock.now() + hours(12));
        carry_out();
    }
    for (const auto each : {episode, other_episode}) {
      const auto team = team_of(each);
      const bool is_there =
          *read([&](store::ReadTx& tx) -> Result<bool> { return find_account(tx, team.therapist).has_value(); });
      ASSERT_TRUE(is_there || team.deputy) << "step " << step << ": nobody hears";
      if (!is_there) {
        ASSERT_TRUE(finds(*team.deputy, each) || waits_for_deputy(team.therapist)) << "step " << step;
        ASSERT_FALSE(is_away(*team.deputy)) << "step " << step << ": whoever hears is away";
      }
      for (const auto& who : therapists) {
        if (who == team.therapist) continue;
        const bool stands_in = *read([&](store::ReadTx& tx) -> Result<bool> {
          const auto as_whom = treating_as(tx, who);
          return std::find(as_whom.begin(), as_whom.end(), team.therapist) != as_whom.end();
        });
        ASSERT_EQ(finds(who, each), stands_in) << "step " << step;
      }
    }
  }
  EXPECT_GT(done, 10) << "the paths lead somewhere";
}

TEST_P(HandOvers, ThatWereAskedForBeforeAStartWaitAsLongAsTheServerSays) {
  const auto one = wanted(episode, stranger, hours(24));
  ASSERT_TRUE(plan(as(therapist), one));
  clock.set(clock.now() + hours(48));
  const auto began_at = clock.now();
  const auto done_of = [&](Time asked_since) {
    return write([&](store::WriteTx& tx) -> Result<std::int64_t> {
             TRY_ASSIGN(const auto done, carry_out_hand_overs(tx, cancel, asked_since));
             return std::ssize(done);
           })
        .value();
  };
  EXPECT_EQ(done_of(began_at), 0);
  EXPECT_FALSE(*read([&](store::ReadTx& tx) -> Result<bool> { return is_any_hand_over_due(tx, began_at); }));
  EXPECT_EQ(done_of({}), 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, HandOvers, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::people
