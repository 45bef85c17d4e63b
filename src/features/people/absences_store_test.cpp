#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "support/house_fixture.hpp"

namespace rapport::people {
namespace {

using std::chrono::hours;

class AbsenceStore : public testing::HouseTest {
 protected:
  access::Viewer as(AccountId who, access::Role role = access::Role::therapist) const {
    return {who, role, {}, practice};
  }
  /// `from` and `until` count days from now.
  NewAbsence wanted(AccountId of, int from, int until, std::optional<AccountId> by = {}) {
    return {AbsenceId::make(clock.now()), of, by, clock.now() + hours(24 * from), clock.now() + hours(24 * until)};
  }
  Result<bool> announced(const NewAbsence& absence) {
    return write([&](store::WriteTx& tx) { return announce(tx, as(absence.therapist), absence); });
  }
  Result<bool> answered(AccountId by, AbsenceId id, bool agrees) {
    return write([&](store::WriteTx& tx) { return answer_absence(tx, as(by), id, agrees); });
  }
  std::size_t known_to(const access::Viewer& viewer) {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> { return list_absences(tx, viewer).size(); }).value();
  }
  bool is_told(const std::string& key, AccountId who) {
    const auto found = read(
        [&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> { return notify::deliveries_of(tx, key); });
    return found && found->size() == 1 && found->front().to == who;
  }
  bool treats(AccountId who) {
    return read([&](store::ReadTx& tx) -> Result<bool> { return treating_as(tx, who).size() > 1; }).value();
  }
  std::optional<Away> away() {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Away>> { return away_of(tx, therapist); }).value();
  }
};

TEST_P(AbsenceStore, AreToldFourWeeksAheadAndNameTheDeputyOnceTheyAgreed) {
  const auto absence = wanted(therapist, 30, 40, stranger);
  ASSERT_TRUE(announced(absence).value());
  EXPECT_FALSE(announced(absence).value()) << "sent again";
  EXPECT_FALSE(away());
  clock.set(clock.now() + hours(24 * 2));
  ASSERT_TRUE(away());
  EXPECT_FALSE(away()->deputy);
  EXPECT_TRUE(answered(stranger, absence.id, true).value());
  EXPECT_FALSE(answered(stranger, absence.id, true).value()) << "sent again";
  EXPECT_EQ(away()->deputy, stranger);
  EXPECT_TRUE(answered(stranger, absence.id, false).value());
  EXPECT_FALSE(away()->deputy);
  clock.set(absence.ends_at);
  EXPECT_FALSE(away());
  EXPECT_EQ(answered(stranger, absence.id, true).error().code, "absence.over");
}

TEST_P(AbsenceStore, HaveDatesThatCanBeKept) {
  EXPECT_EQ(announced(wanted(therapist, 5, 5, stranger)).error().code, "absence.dates");
  EXPECT_EQ(announced(wanted(therapist, -5, 0, stranger)).error().code, "absence.dates");
  EXPECT_EQ(announced(wanted(therapist, 1, 58, stranger)).error().code, "absence.dates");
  EXPECT_EQ(announced(wanted(therapist, 400, 410, stranger)).error().code, "absence.dates");
  EXPECT_TRUE(announced(wanted(therapist, 0, 56, stranger)));
  EXPECT_EQ(announced(wanted(therapist, 55, 60, stranger)).error().code, "absence.overlaps");
  EXPECT_TRUE(announced(wanted(therapist, 56, 60, stranger))) << "the one begins when the other is over";
}

TEST_P(AbsenceStore, CountFromNowOnWhereTheirBeginningIsPast) {
  const auto midnight = [&](AccountId of, AccountId by) {
    return NewAbsence{AbsenceId::make(clock.now()), of, by, clock.now() - hours(12), clock.now() + hours(12)};
  };
  const auto first = midnight(therapist, stranger);
  ASSERT_TRUE(announced(first));
  ASSERT_TRUE(answered(stranger, first.id, true));
  EXPECT_EQ(away()->starts_at, clock.now());
  EXPECT_EQ(announced(midnight(stranger, deputy)).error().code, "absence.stands_in");
  clock.set(clock.now() + hours(1));
  const auto end = [&](AbsenceId id) {
    return write([&](store::WriteTx& tx) { return end_absence(tx, as(therapist), id); });
  };
  ASSERT_TRUE(end(first.id));
  const auto again = midnight(therapist, deputy);
  ASSERT_TRUE(announced(again)) << "the one of this morning is over";
  EXPECT_TRUE(announced(midnight(stranger, deputy))) << "and so is the standing in";
  EXPECT_TRUE(answered(deputy, again.id, true));
}

TEST_P(AbsenceStore, AreAgreedToByWhoeverWasAwayThemselvesThisMorning) {
  const auto asked = wanted(therapist, 0, 5, stranger);
  ASSERT_TRUE(announced(asked));
  const auto own = wanted(stranger, 0, 3, deputy);
  ASSERT_TRUE(announced(own));
  EXPECT_EQ(answered(stranger, asked.id, true).error().code, "absence.deputy_away");
  clock.set(clock.now() + hours(1));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return end_absence(tx, as(stranger), own.id); }));
  EXPECT_TRUE(answered(stranger, asked.id, true));
}

TEST_P(AbsenceStore, AreAnnouncedAnewInsteadOfOneToWhichTheColleagueSaidNo) {
  const auto first = wanted(therapist, 1, 10, stranger);
  ASSERT_TRUE(announced(first));
  auto next = wanted(therapist, 1, 10, deputy);
  next.instead_of = first.id;
  EXPECT_EQ(announced(next).error().code, "absence.not_declined");
  ASSERT_TRUE(answered(stranger, first.id, false));
  auto of_another = wanted(deputy, 1, 10, stranger);
  of_another.instead_of = first.id;
  EXPECT_EQ(announced(of_another).error().kind, ErrorKind::not_found);
  EXPECT_EQ(known_to(as(stranger)), 1U);
  ASSERT_TRUE(announced(next).value());
  EXPECT_FALSE(announced(next).value()) << "sent again";
  EXPECT_EQ(known_to(as(stranger)), 0U);
  EXPECT_EQ(known_to(as(therapist)), 1U);
  clock.set(clock.now() + hours(48));
  EXPECT_TRUE(away()->is_asked);
  ASSERT_TRUE(answered(deputy, next.id, true));
  EXPECT_EQ(away()->deputy, deputy);
  EXPECT_FALSE(away()->is_asked);
}

TEST_P(AbsenceStore, StaysAnAbsenceUntilWhatAnAdministratorAnnouncesInsteadBegins) {
  const auto first = wanted(therapist, 0, 10, stranger);
  ASSERT_TRUE(announced(first));
  ASSERT_TRUE(answered(stranger, first.id, false));
  auto next = wanted(therapist, 0, 10, deputy);
  next.instead_of = first.id;
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return announce(tx, as(administrator, access::Role::administrator), next); }));
  EXPECT_FALSE(away()->is_asked) << "the first one, to which the colleague said no";
  EXPECT_EQ(away()->ends_at, clock.now() + kTimeToObject);
  clock.set(clock.now() + kTimeToObject);
  EXPECT_TRUE(away()->is_asked);
}

TEST_P(AbsenceStore, LeaveNobodyToHearWhereNeitherSupervisorNorDeputyIsNamed) {
  const auto alone = [&] {
    return *read([&](store::ReadTx& tx) -> Result<bool> { return hears_alone(tx, therapist); });
  };
  const auto back = [&](const Backing& backing) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return set_backing(tx, practice, therapist, backing); }));
  };
  EXPECT_FALSE(alone()) << "there is a supervisor";
  back({std::optional<AccountId>(), {}});
  EXPECT_TRUE(alone());
  back({{}, deputy});
  EXPECT_FALSE(alone());
}

TEST_P(AbsenceStore, AreCoveredByAnotherTherapistWhoIsThere) {
  for (const auto nobody : {therapist, client, supervisor, administrator, AccountId::make(clock.now())}) {
    EXPECT_EQ(announced(wanted(therapist, 1, 2, nobody)).error().code, "absence.deputy");
  }
  EXPECT_EQ(announced(wanted(therapist, 1, 2)).error().code, "absence.deputy") << "there is no usual one";
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return set_backing(tx, practice, therapist, {{}, deputy}); }));
  const auto usual = wanted(therapist, 1, 3);
  ASSERT_TRUE(announced(usual));
  ASSERT_TRUE(announced(wanted(deputy, 2, 4, stranger)));
  EXPECT_EQ(answered(deputy, usual.id, true).error().code, "absence.deputy_away");
  EXPECT_EQ(announced(wanted(stranger, 3, 5, deputy)).error().code, "absence.deputy_away");
  const auto later = wanted(therapist, 10, 12, deputy);
  ASSERT_TRUE(announced(later));
  ASSERT_TRUE(answered(deputy, later.id, true));
  EXPECT_EQ(announced(wanted(deputy, 11, 13, stranger)).error().code, "absence.stands_in");
}

TEST_P(AbsenceStore, AreAnnouncedAndEndedByTheTherapistOrAnAdministratorAlone) {
  const auto absence = wanted(therapist, 0, 10, stranger);
  const auto by = [&](const access::Viewer& viewer) {
    return write([&](store::WriteTx& tx) { return announce(tx, viewer, absence); });
  };
  EXPECT_EQ(by(as(deputy)).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(by(as(administrator, access::Role::administrator)).value());
  EXPECT_EQ(known_to(as(therapist)), 1U);
  EXPECT_EQ(known_to(as(stranger)), 1U);
  EXPECT_EQ(known_to(as(deputy)), 0U);
  EXPECT_EQ(known_to(as(administrator, access::Role::administrator)), 1U);
  const auto end = [&](AccountId who) {
    return write([&](store::WriteTx& tx) { return end_absence(tx, as(who), absence.id); });
  };
  EXPECT_EQ(end(stranger).error().kind, ErrorKind::not_found);
  EXPECT_EQ(end(deputy).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(end(therapist).value());
  EXPECT_FALSE(end(therapist).value());
  EXPECT_EQ(known_to(as(therapist)), 0U);
}

TEST_P(AbsenceStore, AnnouncedByAnAdministratorLeaveTheTherapistADayToObject) {
  auto absence = wanted(therapist, 0, 10, stranger);
  const auto as_administrator = [&] {
    return write(
        [&](store::WriteTx& tx) { return announce(tx, as(administrator, access::Role::administrator), absence); });
  };
  absence.ends_at = absence.starts_at + kTimeToObject;
  EXPECT_EQ(as_administrator().error().code, "absence.dates");
  absence.ends_at = absence.starts_at + std::chrono::hours(240);
  ASSERT_TRUE(as_administrator().value());
  EXPECT_TRUE(is_told("absence:" + absence.id.text() + ":announced", therapist));
  ASSERT_TRUE(answered(stranger, absence.id, true));
  EXPECT_FALSE(treats(stranger)) << "wanted from now on, and yet";
  const auto listed =
      *read([&](store::ReadTx& tx) -> Result<std::vector<Absence>> { return list_absences(tx, as(therapist)); });
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].announced_by, administrator) << "the therapist reads whose doing it is";
  clock.set(clock.now() + kTimeToObject - std::chrono::seconds(1));
  EXPECT_FALSE(treats(stranger));
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_TRUE(treats(stranger));
}

TEST_P(AbsenceStore, AreStoodInForNoMoreByWhoeverLeaves) {
  const auto absence = wanted(therapist, 0, 10, stranger);
  ASSERT_TRUE(announced(absence));
  ASSERT_TRUE(answered(stranger, absence.id, true));
  const auto told = [&] { return read([&](store::ReadTx& tx) { return safety::find_team(tx, episode); })->deputy; };
  EXPECT_EQ(told(), stranger);
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return close_staff(tx, practice, stranger, Leaving::orderly); }));
  EXPECT_EQ(told(), deputy) << "the usual one hears again";
  EXPECT_TRUE(is_told("absence:" + absence.id.text() + ":declined", therapist));
}

TEST_P(AbsenceStore, OfAUsualDeputyMakeWhoeverStandsInForThemHear) {
  const auto told = [&] { return read([&](store::ReadTx& tx) { return safety::find_team(tx, episode); })->deputy; };
  const auto absence = wanted(deputy, 0, 10, stranger);
  ASSERT_TRUE(announced(absence));
  EXPECT_EQ(told(), deputy) << "nobody has agreed to it";
  ASSERT_TRUE(answered(stranger, absence.id, true));
  EXPECT_EQ(told(), stranger);
  clock.set(absence.ends_at);
  EXPECT_EQ(told(), deputy);
  const auto other = wanted(deputy, 20, 30, therapist);
  ASSERT_TRUE(announced(other));
  ASSERT_TRUE(answered(therapist, other.id, true));
  clock.set(other.starts_at);
  EXPECT_EQ(told(), deputy) << "the therapist knows already";
}

TEST_P(AbsenceStore, MakeWhoeverStandsInTheOneWhoIsToldOfConcerns) {
  const auto absence = wanted(therapist, 1, 10, stranger);
  ASSERT_TRUE(announced(absence));
  ASSERT_TRUE(answered(stranger, absence.id, true));
  const auto told = [&] { return read([&](store::ReadTx& tx) { return safety::find_team(tx, episode); })->deputy; };
  EXPECT_EQ(told(), deputy);
  clock.set(absence.starts_at);
  EXPECT_EQ(told(), stranger);
  clock.set(absence.ends_at);
  EXPECT_EQ(told(), deputy);
}

INSTANTIATE_TEST_SUITE_P(Engines, AbsenceStore, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::people
