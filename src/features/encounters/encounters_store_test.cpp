#include <atomic>
#include <thread>

#include "features/encounters/encounters.hpp"
#include "support/house_fixture.hpp"

namespace rapport::encounters {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Encounters : public testing::HouseTest {
 protected:
  Plan plan(hours ahead = hours(24)) { return {clock.now() + ahead, 50, Channel::chat, "Europe/Berlin"}; }
  Result<Changed> put(EncounterId id, const Plan& wanted, AccountId by, EpisodeId in) {
    return write([&](store::WriteTx& tx) { return plan_encounter(tx, by, in, id, wanted, clock.now()); });
  }
  EncounterId planned(hours ahead = hours(24)) {
    const auto id = EncounterId::make(clock.now());
    const auto made = put(id, plan(ahead), therapist, episode);
    EXPECT_TRUE(made) << made.error().detail;
    return id;
  }
  Result<Changed> open(EncounterId id, std::optional<AccountId> by = std::nullopt) {
    return write([&](store::WriteTx& tx) { return open_encounter(tx, by.value_or(therapist), id, clock.now()); });
  }
  Result<Changed> close(EncounterId id) {
    return write([&](store::WriteTx& tx) { return close_encounter(tx, therapist, id, clock.now()); });
  }
  Result<Changed> change(EncounterId id, const PlanChange& wanted) {
    return write([&](store::WriteTx& tx) { return change_encounter(tx, therapist, id, wanted, clock.now()); });
  }
  Result<Encounter> seen(AccountId viewer, EncounterId id) {
    return read([&](store::ReadTx& tx) { return find_encounter(tx, viewer, id); });
  }
  template <class F>
  auto look(F f) {
    return read([&](store::ReadTx& tx) -> Result<std::invoke_result_t<F, store::ReadTx&>> { return f(tx); }).value();
  }
  std::vector<Encounter> listed(AccountId viewer, std::optional<EncounterId> before = std::nullopt,
                                std::int64_t limit = kLargestPage) {
    return look([&](store::ReadTx& tx) { return list_encounters(tx, viewer, episode, before, limit); });
  }
  Result<Encounter> point(AccountId by, EncounterId encounter, AgendaItemId id, const std::optional<Bytes>& text,
                          std::int64_t place = 0, bool done = false) {
    return write(
        [&](store::WriteTx& tx) { return put_agenda_item(tx, by, encounter, id, place, done, text, clock.now()); });
  }
  Result<SavedNote> note(AccountId by, EncounterId encounter, SittingId sitting, const Bytes& words) {
    return write([&](store::WriteTx& tx) { return save_note(tx, by, encounter, sitting, words, clock.now()); });
  }
};

TEST_P(Encounters, GoFromPlannedToOpenToClosedAndEachStepTwiceIsOne) {
  const auto id = planned();
  sink.take();
  EXPECT_FALSE(put(id, plan(hours(99)), therapist, episode)->is_new);
  EXPECT_EQ(seen(client, id)->plan.starts_at, clock.now() + hours(24)) << "a changed plan is not looked at";
  EXPECT_FALSE(seen(client, id)->number);
  EXPECT_EQ(close(id).error().code, "encounter.not_open");

  clock.set(clock.now() + minutes(3));
  const auto began = clock.now();
  EXPECT_TRUE(open(id)->is_new);
  clock.set(clock.now() + minutes(50));
  EXPECT_FALSE(open(id)->is_new);
  EXPECT_EQ(*seen(client, id)->began_at, began) << "opened again, it has still begun when it began";
  EXPECT_TRUE(close(id)->is_new);
  clock.set(clock.now() + minutes(1));
  EXPECT_FALSE(close(id)->is_new);
  const auto over = seen(client, id).value();
  EXPECT_EQ(over.status, Status::closed);
  EXPECT_EQ(over.number, 1);
  EXPECT_EQ(*over.ended_at, began + minutes(50));
  EXPECT_EQ(open(id).error().code, "encounter.is_over");
  const auto told = sink.take();
  ASSERT_EQ(told.size(), 5U) << "what is sent again is told again";
  for (const auto& event : told) {
    EXPECT_EQ(event.recipients, (std::vector{client, therapist}));
    EXPECT_EQ(event.room, chat);
  }
}

TEST_P(Encounters, AreNumberedAsTheyBeginAndOneIsOpenAtATime) {
  const auto later = planned(hours(48));
  const auto sooner = planned(hours(24));
  ASSERT_TRUE(open(later));
  EXPECT_EQ(open(sooner).error().code, "encounter.another_open");
  ASSERT_TRUE(close(later));
  clock.set(clock.now() - hours(1));  // a clock that jumps back changes no number and ends nothing before it began
  ASSERT_TRUE(open(sooner));
  EXPECT_EQ(seen(client, later)->number, 1);
  EXPECT_EQ(seen(client, sooner)->number, 2);
  clock.set(clock.now() - hours(1));
  EXPECT_EQ(close(sooner)->encounter.ended_at, seen(client, sooner)->began_at);
}

TEST_P(Encounters, OpenedAtOnceOnlyOneBegins) {
  for (int round = 0; round < 20; ++round) {
    const std::array<EncounterId, 2> both{planned(), planned()};
    std::array<bool, 2> opened{};
    std::atomic<int> waiting{2};
    const auto race = [&](std::size_t which) {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      opened.at(which) = open(both.at(which)).has_value();
    };
    std::jthread other([&] { race(1); });
    race(0);
    other.join();
    ASSERT_NE(opened[0], opened[1]);
    const auto winner = both.at(opened[0] ? 0 : 1);
    EXPECT_EQ(seen(client, winner)->number, round + 1);
    ASSERT_TRUE(close(winner));
  }
}

TEST_P(Encounters, AreMovedOrCancelledUntilTheyBegin) {
  const auto id = planned();
  const auto moved = change(id, {.starts_at = clock.now() + hours(72), .minutes = 25});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->encounter.plan.starts_at, clock.now() + hours(72));
  EXPECT_EQ(moved->encounter.plan.minutes, 25);
  EXPECT_EQ(moved->encounter.plan.zone, "Europe/Berlin");
  EXPECT_EQ(change(id, {.minutes = 4}).error().code, "encounter.plan");
  const auto cancel = [&](EncounterId which) {
    return write([&](store::WriteTx& tx) { return cancel_encounter(tx, therapist, which); });
  };
  const auto begun = planned();
  ASSERT_TRUE(open(begun));
  EXPECT_EQ(change(begun, {.minutes = 25}).error().code, "encounter.has_begun");
  EXPECT_EQ(cancel(begun).error().code, "encounter.has_begun");
  EXPECT_TRUE(cancel(id)->is_new);
  EXPECT_FALSE(cancel(id)->is_new);
  EXPECT_EQ(open(id).error().code, "encounter.is_over");
}

TEST_P(Encounters, RecordWhichChannelWasUsedWhen) {
  const auto id = planned();
  const auto began = clock.now();
  ASSERT_TRUE(open(id));
  clock.set(began + minutes(30));
  EXPECT_TRUE(change(id, {.channel = Channel::messages})->is_new);
  EXPECT_FALSE(change(id, {.channel = Channel::messages})->is_new);
  clock.set(began + hours(50));
  ASSERT_TRUE(close(id));
  const auto used = look([&](store::ReadTx& tx) { return list_channels(tx, id); });
  ASSERT_EQ(used.size(), 2U);
  EXPECT_EQ(used[0].channel, Channel::chat);
  EXPECT_EQ(used[0].from, began);
  EXPECT_EQ(used[0].until, began + minutes(30));
  EXPECT_EQ(used[1].channel, Channel::messages);
  EXPECT_EQ(used[1].from, began + minutes(30));
  EXPECT_EQ(used[1].until, began + hours(50));
}

TEST_P(Encounters, OfOthersDoNotExist) {
  const auto id = planned();
  const auto item = AgendaItemId::make(clock.now());
  ASSERT_TRUE(point(client, id, item, Bytes{1}));
  for (const auto outsider : {other_client, stranger}) {
    EXPECT_EQ(seen(outsider, id).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(listed(outsider).empty());
    EXPECT_TRUE(look([&](store::ReadTx& tx) { return list_ahead(tx, outsider); }).empty());
    EXPECT_EQ(read([&](store::ReadTx& tx) { return client_of_episode(tx, outsider, episode); }).error().kind,
              ErrorKind::not_found);
    EXPECT_EQ(put(EncounterId::make(clock.now()), plan(), outsider, episode).error().kind, ErrorKind::not_found);
    EXPECT_EQ(point(outsider, id, item, Bytes{2}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(open(id, outsider).error().kind, ErrorKind::not_found);
    EXPECT_EQ(note(outsider, id, SittingId::make(clock.now()), Bytes{1}).error().kind, ErrorKind::not_found);
  }
  // The client sees it, but does not hold it.
  EXPECT_EQ(open(id, client).error().kind, ErrorKind::not_found);
  EXPECT_EQ(put(EncounterId::make(clock.now()), plan(), client, episode).error().kind, ErrorKind::not_found);
  EXPECT_EQ(put(id, plan(), therapist, other_episode).error().code, "encounter.id_taken");
  EXPECT_EQ(seen(client, id)->status, Status::planned);
}

TEST_P(Encounters, AreListedByWhenTheyBeganPageByPage) {
  std::vector<EncounterId> order;
  for (int i = 1; i <= 5; ++i) order.push_back(planned(hours(i)));
  ASSERT_TRUE(open(order[4]));  // begun before any other is to begin
  const std::vector<EncounterId> latest_first{order[3], order[2], order[1], order[0], order[4]};
  std::vector<EncounterId> found;
  std::optional<EncounterId> before;
  for (auto page = listed(client, before, 2); !page.empty(); page = listed(client, before, 2)) {
    EXPECT_LE(page.size(), 2U);
    for (const auto& one : page) found.push_back(one.id);
    before = found.back();
  }
  EXPECT_EQ(found, latest_first);
  const auto ahead = look([&](store::ReadTx& tx) { return list_ahead(tx, therapist); });
  ASSERT_EQ(ahead.size(), 5U);
  EXPECT_EQ(ahead[0].id, order[4]) << "what is open stands first";
  EXPECT_EQ(ahead[1].id, order[0]);
  ASSERT_TRUE(close(order[4]));
  EXPECT_EQ(look([&](store::ReadTx& tx) { return list_ahead(tx, therapist); }).size(), 4U);
}

TEST_P(Encounters, BothWriteTheAgendaAndEachTheirOwnWords) {
  const auto id = planned();
  const auto mine = AgendaItemId::make(clock.now());
  const auto theirs = AgendaItemId::make(clock.now());
  ASSERT_TRUE(point(client, id, mine, Bytes{1}, 2));
  ASSERT_TRUE(point(client, id, mine, Bytes{1}, 2));
  ASSERT_TRUE(point(therapist, id, theirs, Bytes{2}, 1));
  EXPECT_EQ(seen(client, id)->agenda_left, 2);
  EXPECT_EQ(point(therapist, id, mine, Bytes{9}).error().code, "agenda.not_yours");
  EXPECT_EQ(point(client, id, AgendaItemId::make(clock.now()), std::nullopt).error().code, "agenda.no_text");
  ASSERT_TRUE(point(therapist, id, mine, std::nullopt, 0, true));
  EXPECT_EQ(point(client, planned(), mine, Bytes{1}).error().code, "agenda.id_taken");
  auto agenda = look([&](store::ReadTx& tx) { return list_agenda(tx, id); });
  ASSERT_EQ(agenda.size(), 2U);
  EXPECT_EQ(agenda[0].id, mine);
  EXPECT_EQ(agenda[0].author, client);
  EXPECT_EQ(agenda[0].sealed_text, Bytes{1});
  EXPECT_TRUE(agenda[0].done);
  EXPECT_EQ(seen(client, id)->agenda_left, 1);

  const auto remove = [&](AccountId by, AgendaItemId item) {
    return write([&](store::WriteTx& tx) { return remove_agenda_item(tx, by, id, item); });
  };
  EXPECT_EQ(remove(therapist, mine).error().code, "agenda.not_yours");
  EXPECT_TRUE(remove(client, mine));
  EXPECT_TRUE(remove(client, mine));
  ASSERT_TRUE(open(id));
  EXPECT_TRUE(point(client, id, AgendaItemId::make(clock.now()), Bytes{3})) << "also while it is open";
  ASSERT_TRUE(close(id));
  EXPECT_EQ(point(client, id, AgendaItemId::make(clock.now()), Bytes{3}).error().code, "encounter.is_over");
}

TEST_P(Encounters, HaveAnAgendaWithAnEnd) {
  const auto id = planned();
  for (std::int64_t i = 0; i < kMostPoints; ++i) {
    ASSERT_TRUE(point(client, id, AgendaItemId::make(clock.now()), Bytes{1}));
  }
  EXPECT_EQ(point(client, id, AgendaItemId::make(clock.now()), Bytes{1}).error().code, "agenda.full");
}

TEST_P(Encounters, NotesAreTheTherapistsAloneAndNoVersionIsOverwrittenByAnotherSitting) {
  const auto id = planned();
  const auto morning = SittingId::make(clock.now());
  const auto evening = SittingId::make(clock.now());
  sink.take();
  EXPECT_EQ(note(therapist, id, morning, Bytes{1})->version, 1);
  EXPECT_EQ(note(therapist, id, morning, Bytes{2})->version, 1) << "one sitting, one version";
  EXPECT_EQ(note(therapist, id, evening, Bytes{3})->version, 2);
  EXPECT_EQ(note(therapist, id, morning, Bytes{4})->version, 3) << "it had not seen what the evening wrote";
  EXPECT_EQ(note(therapist, id, morning, Bytes{5})->version, 3);
  const auto words = [&](std::optional<std::int64_t> version) {
    return look([&](store::ReadTx& tx) { return find_note(tx, therapist, id, version); })->sealed_sections;
  };
  EXPECT_EQ(words(std::nullopt), Bytes{5});
  EXPECT_EQ(words(1), Bytes{2});
  EXPECT_EQ(words(2), Bytes{3});
  EXPECT_EQ(look([&](store::ReadTx& tx) { return list_note_versions(tx, therapist, id); }).size(), 3U);
  for (const auto other : {client, other_client, stranger}) {
    EXPECT_EQ(note(other, id, morning, Bytes{9}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(read([&](store::ReadTx& tx) { return find_for_notes(tx, other, id); }).error().kind,
              ErrorKind::not_found);
  }
  EXPECT_TRUE(sink.take().empty()) << "nobody is told that there are notes";
}

INSTANTIATE_TEST_SUITE_P(Engines, Encounters, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::encounters
