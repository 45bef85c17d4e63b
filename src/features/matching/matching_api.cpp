#include "features/matching/matching_api.hpp"

#include <utility>

#include "base/log.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/matching/matching.hpp"
#include "features/matching/search.hpp"
#include "features/matching/therapists.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "features/therapist_profiles/therapist_profiles_shapes.hpp"

namespace rapport::matching {

using therapist_profiles::ShownProfile;

enum class SearchState { none, choosing, asked, found };
BOOST_DESCRIBE_ENUM(SearchState, none, choosing, asked, found)

struct MatchesAnswer {
  static constexpr std::string_view says =
      "`state`: `none` where one came by a therapist's invitation, `choosing`, `asked` (somebody is to be chosen for "
      "one; choosing oneself still goes), `found`. At most three proposals, in an order that says nothing; none but "
      "while one looks for somebody. `nobody`: wishes that nobody who has room meets. `has_wishes`: one has written "
      "any.";
  SearchState state = SearchState::none;
  std::optional<Time> asked_at;
  bool has_wishes = false;
  std::vector<ProposedTherapist> proposals;
  std::vector<FitReason> nobody;
};
BOOST_DESCRIBE_STRUCT(MatchesAnswer, (), (state, asked_at, has_wishes, proposals, nobody))

struct TherapistWanted {
  AccountId therapist;
};
BOOST_DESCRIBE_STRUCT(TherapistWanted, (), (therapist))

struct WaitingFit {
  static constexpr std::string_view says = "Which wishes of the client this therapist meets, and which not.";
  AccountId therapist;
  std::vector<FitReason> met;
  std::vector<FitReason> unmet;
};
BOOST_DESCRIBE_STRUCT(WaitingFit, (), (therapist, met, unmet))

struct WaitingClient {
  static constexpr std::string_view says =
      "A client without a therapist, without a name. Who has `asked_at` wants somebody to be chosen for them, and only "
      "then `fits` says whom their wishes fit, and `nobody` which nobody meets; the words of the wishes are nowhere.";
  AccountId client;
  Time came_at;
  std::optional<Time> asked_at;
  std::vector<WaitingFit> fits;
  std::vector<FitReason> nobody;
};
BOOST_DESCRIBE_STRUCT(WaitingClient, (), (client, came_at, asked_at, fits, nobody))

struct TherapistWithRoom {
  static constexpr std::string_view says =
      "A therapist of the practice. `room` is how many more clients they take; it and `profile` are absent while they "
      "have "
      "written no profile. `away`: now, or from within the time in which a first contact is due; `away_from` and "
      "`away_until`: then, or later in the next weeks.";
  people::Person therapist;
  std::optional<std::int64_t> room;
  bool away = false;
  std::optional<Time> away_from = {};
  std::optional<Time> away_until = {};
  std::optional<ShownProfile> profile = {};
};
BOOST_DESCRIBE_STRUCT(TherapistWithRoom, (), (therapist, room, away, away_from, away_until, profile))

struct LateContact {
  static constexpr std::string_view says =
      "The time for the first contact with a client is over without one. Since when the two work together, which time "
      "that was and whose it is stands nowhere here, since a short one tells how somebody is.";
  people::Person therapist;
};
BOOST_DESCRIBE_STRUCT(LateContact, (), (therapist))

struct WaitingClients {
  static constexpr std::string_view says = "Whoever waits longest is the first, in `clients` and in `late`.";
  std::vector<WaitingClient> clients;
  std::vector<TherapistWithRoom> therapists;
  std::vector<LateContact> late;
};
BOOST_DESCRIBE_STRUCT(WaitingClients, (), (clients, therapists, late))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

SearchState state_of(const std::optional<Search>& search) {
  if (!search) return SearchState::none;
  if (search->ended_at) return SearchState::found;
  return search->asked_at ? SearchState::asked : SearchState::choosing;
}

/// What a client's proposals are made of.
struct Stored {
  std::optional<Search> search;
  std::optional<preferences::StoredWishes> wishes;
  std::vector<StoredTherapist> therapists;
};

Result<Answer<MatchesAnswer>> read_matches(Context& context, Call& call) {
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Stored> {
    Stored seen{find_search(tx, client), preferences::find_wishes(tx, client), {}};
    if (seen.search && !seen.search->ended_at) {
      TRY_ASSIGN(seen.therapists, list_stored(tx, context.viewer.practice));
    }
    return seen;
  }));
  Answer<MatchesAnswer> answer;
  answer.value.state = state_of(stored.search);
  answer.value.has_wishes = stored.wishes.has_value();
  if (answer.value.state == SearchState::asked) answer.value.asked_at = stored.search->asked_at;
  TRY_ASSIGN(const auto wishes, open_wishes(context.house, stored.wishes, call.deadline));
  const auto therapists = open_all(context.house, stored.therapists, call.deadline);
  auto proposals = propose(wishes, client, candidates_of(therapists));
  answer.value.proposals = show(std::move(proposals.fits), therapists);
  answer.value.nobody = std::move(proposals.nobody);
  return answer;
}

/// Their live lines tell who is there, of the pairs of before: they open anew.
void open_lines_anew(House& house, const Choice& choice) {
  house.care_begun(choice.client);
  house.care_begun(choice.therapist);
}

Result<Answer<Nothing>> begin(Context& context, const Call& call, const Choice& choice) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.client = choice.client;
    entry.view = "therapist " + choice.therapist.text();
    TRY_ASSIGN(const bool is_new, begin_with(tx, choice));
    entry.count = is_new ? 1 : 0;
    return {};
  }));
  open_lines_anew(context.house, choice);
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> choose(Context& context, Call& call, const TherapistWanted& wanted) {
  return begin(context, call, {context.viewer.practice, context.viewer.account, wanted.therapist, {}});
}

Result<Answer<Nothing>> assign(Context& context, Call& call, const TherapistWanted& wanted) {
  const auto client = call.path_id<AccountId>("client");
  return begin(context, call, {context.viewer.practice, client, wanted.therapist, context.viewer.account});
}

Result<Answer<Nothing>> ask(Context& context, Call& call) {
  const auto client = context.viewer.account;
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.client = client;
    TRY_ASSIGN(const bool is_new, ask_to_be_assigned(tx, client));
    entry.count = is_new ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

/// Who waits, with the wishes of those who asked.
struct Waiting {
  std::vector<std::pair<Search, std::optional<preferences::StoredWishes>>> searches;
  std::vector<StoredTherapist> therapists;
  std::vector<first_contact::NewPair> new_pairs;
};

Result<Waiting> read_stored(Context& context, const Call& call) {
  const auto practice = context.viewer.practice;
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Waiting> {
    Waiting waiting{{}, {}, {}};
    TRY_ASSIGN(waiting.therapists, list_stored(tx, practice));
    TRY_ASSIGN(waiting.new_pairs, first_contact::list_new_pairs(tx, practice));
    for (const auto& search : list_open_searches(tx, practice)) {
      auto wishes = search.asked_at ? preferences::find_wishes(tx, search.client) : std::nullopt;
      waiting.searches.emplace_back(search, std::move(wishes));
    }
    return waiting;
  });
}

/// Whose wishes do not open waits all the same, and nobody else with them.
WaitingClient describe(House& house, const Search& search, const std::optional<preferences::StoredWishes>& stored,
                       const std::vector<Candidate>& candidates, Deadline deadline) {
  WaitingClient made{search.client, search.began_at, search.asked_at, {}, {}};
  if (!search.asked_at) return made;
  const auto wishes = open_wishes(house, stored, deadline);
  if (!wishes) {
    log::error("matching.not_read", {{"account", search.client.text()}, {"code", wishes.error().code}});
    return made;
  }
  auto proposals = propose(*wishes, search.client, candidates);
  for (auto& fit : proposals.fits) {
    made.fits.push_back({fit.therapist, std::move(fit.met), std::move(fit.unmet)});
  }
  made.nobody = std::move(proposals.nobody);
  return made;
}

/// Adds those to `clients` too, whose first contact is late.
std::vector<LateContact> late_contacts(Context& context, const Call& call,
                                       const std::vector<first_contact::NewPair>& pairs,
                                       std::vector<AccountId>& clients) {
  people::Names names(context.house, call.deadline);
  std::vector<LateContact> late;
  for (const auto& [pair, by] : first_contact::expect_contacts(context.house, pairs, call.deadline)) {
    if (by > context.house.clock.now()) continue;
    auto name = names.of_therapist(pair.therapist);
    if (!name) {
      log::error("matching.not_read", {{"account", pair.therapist.text()}, {"code", name.error().code}});
      continue;
    }
    late.push_back({{pair.therapist, *std::move(name)}});
    clients.push_back(pair.client);
  }
  return late;
}

Result<Answer<WaitingClients>> read_waiting(Context& context, Call& call) {
  TRY_ASSIGN(const auto stored, read_stored(context, call));
  const auto therapists = open_all(context.house, stored.therapists, call.deadline);
  const auto candidates = candidates_of(therapists);
  Answer<WaitingClients> answer;
  std::vector<AccountId> clients;
  for (const auto& [search, wishes] : stored.searches) {
    answer.value.clients.push_back(describe(context.house, search, wishes, candidates, call.deadline));
    clients.push_back(search.client);
  }
  for (const auto& one : therapists) {
    TherapistWithRoom made{one.person, one.room, one.is_away};
    if (one.away) {
      made.away_from = one.away->starts_at;
      made.away_until = one.away->ends_at;
    }
    if (one.room) made.profile = therapist_profiles::shown(one.person, one.profile);
    answer.value.therapists.push_back(std::move(made));
  }
  answer.value.late = late_contacts(context, call, stored.new_pairs, clients);
  TRY(audit_reads(context, call, clients, std::nullopt, "clients_waiting"));
  return answer;
}

}  // namespace

void add_matching_routes(Routes& routes) {
  routes.get("/api/me/matches")
      .says("Which therapists could fit one's wishes, and why")
      .answers<MatchesAnswer>()
      .needs(PermissionName{"choose_therapist"})
      .not_audited("one's own wishes, and what therapists say of themselves")
      .handle(read_matches);
  routes.put("/api/me/therapist")
      .says("Choose a therapist")
      .explains(
          "The work begins at once; the therapist is told by a mail. Sent again it changes nothing. 409 "
          "`therapist.full` where somebody else had the last place, `therapist.found` where one works with another by "
          "now.")
      .body<TherapistWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"choose_therapist"})
      .audits("therapist.choose")
      .handle(choose);
  routes.put("/api/me/assignment")
      .says("Ask the practice to choose a therapist for one")
      .explains(
          "Coordinators and administrators are told by a mail. They see which wishes whom fit, but neither the name "
          "nor "
          "the words. Choosing oneself still goes until they have.")
      .answers<Nothing>(204)
      .needs(PermissionName{"choose_therapist"})
      .audits("assignment.ask")
      .handle(ask);
  routes.get("/api/clients-waiting")
      .says("Clients without a therapist, who has room, and whose first contact is late")
      .explains("Clients without names. Whose wishes fit whom is there for those who asked for somebody to be chosen.")
      .answers<WaitingClients>()
      .needs(PermissionName{"assign_therapist"})
      .audits("clients_waiting.read")
      .handle(read_waiting);
  routes.put("/api/clients-waiting/{client}/therapist")
      .says("Choose a therapist for a client who has none")
      .explains(
          "The work begins at once; both are told by a mail. It may be somebody without room: whoever assigns has "
          "asked "
          "them.")
      .body<TherapistWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"assign_therapist"}, "client")
      .audits("therapist.assign")
      .handle(assign);
}

}  // namespace rapport::matching
