#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/clock.hpp"
#include "features/matching/matching.hpp"

namespace rapport::matching {
namespace {

using preferences::Wishes;
using therapist_profiles::DayPart;
using therapist_profiles::Gender;
using therapist_profiles::WayOfWorking;
using therapist_profiles::WeekTime;

const Time kNow = from_micros(1'795'000'000'000'000);

Candidate somebody(std::int64_t room = 2) {
  Candidate made;
  made.therapist = AccountId::make(kNow);
  made.room = room;
  made.profile.languages = {"de"};
  return made;
}

bool is_proposed(const Proposals& made, AccountId therapist) {
  return std::ranges::any_of(made.fits, [&](const Fit& one) { return one.therapist == therapist; });
}

const Fit& fit_of(const Proposals& made, const Candidate& candidate) {
  return *std::ranges::find(made.fits, candidate.therapist, &Fit::therapist);
}

TEST(Matching, SaysInWhichWishesSomebodyFitsAndInWhichNot) {
  auto one = somebody();
  one.profile.languages = {"de", "tr"};
  one.profile.times = {{2, DayPart::evening}, {4, DayPart::morning}};
  one.profile.way = {.talk = 0, .tasks = -2};
  const Wishes wishes{.way = {.talk = -2, .lead = 1, .tasks = -1},
                      .gender = Gender::woman,
                      .language = "tr",
                      .times = {{1, DayPart::evening}, {2, DayPart::evening}}};
  const auto made = propose(wishes, AccountId::make(kNow), {one});
  ASSERT_EQ(made.fits.size(), 1U);
  const auto& fit = made.fits.front();
  EXPECT_EQ(fit.met, (std::vector<FitReason>{{.wish = Wish::language, .language = "tr"},
                                             {.wish = Wish::times, .times = {{2, DayPart::evening}}},
                                             {.wish = Wish::tasks, .way = -2}}));
  EXPECT_EQ(fit.unmet, (std::vector<FitReason>{{.wish = Wish::gender, .gender = Gender::woman},
                                               {.wish = Wish::talk, .way = 0},
                                               {.wish = Wish::lead}}));
  EXPECT_EQ(made.nobody.size(), 3U) << "the only one there is meets none of these";
  EXPECT_FALSE(made.nobody[1].way) << "what one of them says is not said of all";
}

TEST(Matching, WhatIsNeededComesBeforeEverythingElse) {
  auto fits_in_all_else = somebody(9);
  fits_in_all_else.profile.way = {-2, -2, -2, -2};
  auto speaks = somebody(1);
  speaks.profile.languages = {"tr"};
  const Wishes wishes{.way = {-2, -2, -2, -2}, .language = "tr"};
  const auto client = AccountId::make(kNow);
  const auto made = propose(wishes, client, {fits_in_all_else, speaks});
  EXPECT_TRUE(is_proposed(made, speaks.therapist));
  EXPECT_FALSE(is_proposed(made, fits_in_all_else.therapist));
  const auto without = propose(wishes, client, {fits_in_all_else});
  EXPECT_TRUE(is_proposed(without, fits_in_all_else.therapist)) << "rather than nobody";
  ASSERT_EQ(without.nobody.size(), 1U);
  EXPECT_EQ(without.nobody.front().wish, Wish::language);
}

TEST(Matching, NobodyWhomTheClientRuledOutIsFoundForThem) {
  auto silent = somebody(9);
  auto man = somebody(9);
  man.profile.gender = Gender::man;
  const Wishes wishes{.gender = Gender::woman, .gender_needed = true};
  const auto client = AccountId::make(kNow);
  EXPECT_TRUE(in_order(wishes, client, {silent, man}).empty());
  auto woman = somebody(1);
  woman.profile.gender = Gender::woman;
  EXPECT_EQ(in_order(wishes, client, {silent, man, woman}), std::vector{woman.therapist});
}

TEST(Matching, AllTimesTogetherCountNoMoreThanAnotherWish) {
  auto at_all_times = somebody(1);
  for (std::int64_t day = 1; day <= 6; ++day) at_all_times.profile.times.push_back({day, DayPart::evening});
  auto as_wished = somebody(9);
  as_wished.profile.way.tasks = -2;
  const Wishes wishes{.way = {.tasks = -2}, .times = at_all_times.profile.times};
  EXPECT_EQ(in_order(wishes, AccountId::make(kNow), {at_all_times, as_wished}).front(), as_wished.therapist)
      << "they are even, and there is more room";
}

TEST(Matching, AGenderIsNeededOnlyWhereThatIsSaid) {
  auto man = somebody();
  man.profile.gender = Gender::man;
  man.profile.way.tasks = -2;
  auto woman = somebody();
  woman.profile.gender = Gender::woman;
  auto silent = somebody();
  Wishes wishes{.way = {.tasks = -2}, .gender = Gender::woman};
  const auto client = AccountId::make(kNow);
  EXPECT_EQ(propose(wishes, client, {man, woman, silent}).fits.size(), 3U);
  wishes.gender_needed = true;
  const auto made = propose(wishes, client, {man, woman, silent});
  ASSERT_EQ(made.fits.size(), 1U) << "neither the man nor who does not say";
  EXPECT_EQ(made.fits.front().therapist, woman.therapist);
}

TEST(Matching, WithoutWishesWhoHasMoreRoomComesFirst) {
  const auto little = somebody(1);
  const auto much = somebody(5);
  EXPECT_EQ(in_order({}, AccountId::make(kNow), {little, much}),
            (std::vector<AccountId>{much.therapist, little.therapist}));
  const auto made = propose({}, AccountId::make(kNow), {little, much});
  EXPECT_TRUE(made.nobody.empty());
  for (const auto& fit : made.fits) EXPECT_TRUE(fit.met.empty() && fit.unmet.empty());
}

TEST(Matching, OfThreeWhoAreAlikeEachIsTheFirstForSomeClients) {
  const std::vector<Candidate> alike{somebody(), somebody(), somebody()};
  std::set<AccountId> first, shown_first;
  for (int i = 0; i < 60; ++i) {
    const auto client = AccountId::make(kNow);
    first.insert(in_order({}, client, alike).front());
    shown_first.insert(propose({}, client, alike).fits.front().therapist);
  }
  EXPECT_EQ(first.size(), 3U);
  EXPECT_EQ(shown_first.size(), 3U);
}

TEST(Matching, TheOneShownFirstNeedNotFitBest) {
  auto best = somebody(9);
  best.profile.way.tasks = -2;
  const Wishes wishes{.way = {.tasks = -2}};
  std::set<AccountId> shown_first;
  for (int i = 0; i < 60; ++i) {
    const auto made = propose(wishes, AccountId::make(kNow), {best, somebody(), somebody()});
    shown_first.insert(made.fits.front().therapist);
    EXPECT_EQ(fit_of(made, best).met.size(), 1U);
  }
  EXPECT_GT(shown_first.size(), 1U) << "no order is to be read out of it";
}

/// What holds whoever wishes for what.
class Drawn {
 public:
  explicit Drawn(unsigned seed) : random_(seed) {}

  Candidate candidate() {
    Candidate made = somebody(draw(0, 3));
    made.profile.languages = draw(0, 1) == 1 ? std::vector<std::string>{"de", "tr"} : std::vector<std::string>{"de"};
    made.profile.gender = gender();
    made.profile.way = {degree(), degree(), degree(), degree()};
    for (int i = draw(0, 4); i > 0; --i) made.profile.times.push_back(time());
    return made;
  }
  std::vector<Candidate> candidates() {
    std::vector<Candidate> all;
    for (int i = draw(1, 7); i > 0; --i) all.push_back(candidate());
    return all;
  }
  Wishes wishes() {
    Wishes made{{degree(), degree(), degree(), degree()}, gender(), draw(0, 1) == 1, {}, {}, ""};
    if (draw(0, 2) == 0) made.language = "tr";
    for (int i = draw(0, 3); i > 0; --i) made.times.push_back(time());
    made.gender_needed = made.gender && made.gender_needed;
    return made;
  }
  /// The same wishes and one more that this therapist meets, or nothing where there is none to add.
  std::optional<Wishes> with_one_more(Wishes wishes, const Candidate& of) {
    const auto& own = of.profile;
    switch (draw(0, 6)) {
      case 0:
        return adds(wishes, wishes.way.talk, own.way.talk);
      case 1:
        return adds(wishes, wishes.way.lead, own.way.lead);
      case 2:
        return adds(wishes, wishes.way.time, own.way.time);
      case 3:
        return adds(wishes, wishes.way.tasks, own.way.tasks);
      case 4:
        if (!wishes.gender) wishes.gender_needed = draw(0, 1) == 1;
        return adds(wishes, wishes.gender, own.gender);
      case 5:
        if (wishes.language) return std::nullopt;
        wishes.language = own.languages.front();
        return wishes;
      default:
        if (own.times.empty() || std::ranges::find(wishes.times, own.times[0]) != wishes.times.end()) {
          return std::nullopt;
        }
        wishes.times.push_back(own.times[0]);
        return wishes;
    }
  }
  void shuffle(std::vector<Candidate>& candidates) { std::ranges::shuffle(candidates, random_); }
  std::size_t place(std::size_t size) { return static_cast<std::size_t>(draw(0, static_cast<int>(size) - 1)); }

 private:
  template <class T>
  static std::optional<Wishes> adds(Wishes& wishes, std::optional<T>& wish, const std::optional<T>& own) {
    if (wish || !own) return std::nullopt;
    wish = own;
    return wishes;
  }
  int draw(int from, int to) { return std::uniform_int_distribution(from, to)(random_); }
  std::optional<std::int64_t> degree() {
    if (draw(0, 2) == 0) return std::nullopt;
    return draw(-2, 2);
  }
  std::optional<Gender> gender() {
    if (draw(0, 2) == 0) return std::nullopt;
    return static_cast<Gender>(draw(0, 2));
  }
  WeekTime time() { return {draw(1, 3), static_cast<DayPart>(draw(0, 2))}; }

  std::mt19937 random_;
};

std::size_t place_of(const std::vector<AccountId>& order, AccountId therapist) {
  return static_cast<std::size_t>(std::ranges::find(order, therapist) - order.begin());
}

TEST(MatchingAlways, AFurtherWishThatSomebodyMeetsPutsThemBehindNobody) {
  Drawn drawn(20261130);
  int compared = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto candidates = drawn.candidates();
    const auto& one = candidates[drawn.place(candidates.size())];
    const auto before = drawn.wishes();
    const auto after = drawn.with_one_more(before, one);
    if (!after || one.room == 0) continue;
    ++compared;
    const auto client = AccountId::make(kNow);
    EXPECT_LE(place_of(in_order(*after, client, candidates), one.therapist),
              place_of(in_order(before, client, candidates), one.therapist));
    if (is_proposed(propose(before, client, candidates), one.therapist)) {
      EXPECT_TRUE(is_proposed(propose(*after, client, candidates), one.therapist));
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST(MatchingAlways, WhoHasNoRoomIsNeverProposedAndNeverMoreThanThree) {
  Drawn drawn(7);
  for (int i = 0; i < 1000; ++i) {
    const auto candidates = drawn.candidates();
    const auto made = propose(drawn.wishes(), AccountId::make(kNow), candidates);
    EXPECT_LE(made.fits.size(), kMostProposed);
    bool has_room = false;
    for (const auto& one : candidates) {
      has_room = has_room || one.room > 0;
      if (one.room == 0) EXPECT_FALSE(is_proposed(made, one.therapist));
    }
    EXPECT_EQ(made.fits.empty(), !has_room) << "somebody is proposed wherever somebody has room";
  }
}

TEST(MatchingAlways, TheOrderInWhichProfilesComeMakesNoDifference) {
  Drawn drawn(11);
  for (int i = 0; i < 1000; ++i) {
    auto candidates = drawn.candidates();
    const auto wishes = drawn.wishes();
    const auto client = AccountId::make(kNow);
    const auto order = in_order(wishes, client, candidates);
    const auto before = propose(wishes, client, candidates);
    drawn.shuffle(candidates);
    EXPECT_EQ(in_order(wishes, client, candidates), order);
    const auto after = propose(wishes, client, candidates);
    ASSERT_EQ(after.fits.size(), before.fits.size());
    for (std::size_t at = 0; at < after.fits.size(); ++at) {
      EXPECT_EQ(after.fits[at].therapist, before.fits[at].therapist);
      EXPECT_EQ(after.fits[at].met, before.fits[at].met);
      EXPECT_EQ(after.fits[at].unmet, before.fits[at].unmet);
    }
    EXPECT_EQ(after.nobody, before.nobody);
  }
}

TEST(MatchingAlways, EveryWishStandsOnOneSideOfEveryProposal) {
  Drawn drawn(13);
  for (int i = 0; i < 1000; ++i) {
    const auto wishes = drawn.wishes();
    const std::size_t wished = (wishes.way.talk ? 1U : 0U) + (wishes.way.lead ? 1U : 0U) + (wishes.way.time ? 1U : 0U) +
                               (wishes.way.tasks ? 1U : 0U) + (wishes.gender ? 1U : 0U) + (wishes.language ? 1U : 0U) +
                               (wishes.times.empty() ? 0U : 1U);
    const auto made = propose(wishes, AccountId::make(kNow), drawn.candidates());
    for (const auto& fit : made.fits) EXPECT_EQ(fit.met.size() + fit.unmet.size(), wished);
    for (const auto& lacking : made.nobody) {
      for (const auto& fit : made.fits) {
        EXPECT_TRUE(std::ranges::none_of(fit.met, [&](const auto& one) { return one.wish == lacking.wish; }));
      }
    }
  }
}

}  // namespace
}  // namespace rapport::matching
