#include "features/people/hand_overs_api.hpp"

#include "features/encounters/encounters.hpp"
#include "features/people/absences.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "http/given_time.hpp"

namespace rapport::people {

enum class PlannedSessions { keep, cancel };
BOOST_DESCRIBE_ENUM(PlannedSessions, keep, cancel)

struct PlannedHandOverEntry {
  HandOverId id;
  Person to;
  Time at;
  PlannedSessions sessions = PlannedSessions::keep;
};
BOOST_DESCRIBE_STRUCT(PlannedHandOverEntry, (), (id, to, at, sessions))

struct OpenTreatmentEntry {
  static constexpr std::string_view says =
      "A treatment that goes on. `client` is absent for an administrator, who learns no client's name here. "
      "`planned_sessions`: how many sessions are to come.";
  EpisodeId episode;
  std::optional<std::string> client;
  Time since;
  std::int64_t planned_sessions = 0;
  std::optional<PlannedHandOverEntry> hand_over;
};
BOOST_DESCRIBE_STRUCT(OpenTreatmentEntry, (), (episode, client, since, planned_sessions, hand_over))

struct OpenTreatments {
  static constexpr std::string_view says =
      "The treatments of a therapist that go on, the oldest first, and the therapists who can take one over.";
  std::vector<OpenTreatmentEntry> treatments;
  std::vector<Person> therapists;
};
BOOST_DESCRIBE_STRUCT(OpenTreatments, (), (treatments, therapists))

struct HandOverWanted {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, the same at every try. `at`: from when on `to` "
      "treats, at most a year ahead; absent: from now on. What an administrator asks for holds 24 hours from now at "
      "the "
      "earliest. `sessions`: what becomes of those that are planned; absent: "
      "they stay.";
  HandOverId id;
  EpisodeId episode;
  AccountId to;
  std::optional<http::GivenTime> at;
  std::optional<PlannedSessions> sessions;
};
BOOST_DESCRIBE_STRUCT(HandOverWanted, (), (id, episode, to, at, sessions))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

bool is_administrator(const Context& context) {
  return context.viewer.role == access::Role::administrator;
}

/// Their live lines tell who is there, of the pairs of before: they open anew.
void open_lines_anew(House& house, const HandOver& one) {
  for (const auto account : {one.client, one.from, one.to}) house.care_begun(account);
}

/// What is there to hand over, of one moment.
struct Seen {
  std::vector<OpenTreatment> treatments;
  std::vector<std::int64_t> planned;
  std::vector<AccountId> therapists;
};

Result<Seen> see(Context& context, const Call& call, AccountId therapist) {
  if (!is_administrator(context) && therapist != context.viewer.account) return fail(not_found());
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Seen> {
    const auto practice = context.viewer.practice;
    if (staff_role(tx, practice, therapist) != "therapist") return fail(not_found());
    Seen seen{list_open_treatments(tx, practice, therapist), {}, list_therapists(tx, practice)};
    std::erase(seen.therapists, therapist);
    for (const auto& one : seen.treatments) seen.planned.push_back(encounters::count_planned(tx, one.episode));
    return seen;
  });
}

Result<OpenTreatmentEntry> describe(Context& context, const OpenTreatment& one, std::int64_t planned, Names& names,
                                    Deadline deadline) {
  OpenTreatmentEntry entry{one.episode, {}, one.opened_at, planned, {}};
  if (!is_administrator(context)) {
    Account account;
    account.id = one.client;
    account.sealed_profile = one.client_profile;
    TRY_ASSIGN(auto profile, open_profile(context.house, account, deadline));
    entry.client = std::move(profile.name);
  }
  if (one.planned) {
    TRY_ASSIGN(auto name, names.of(one.planned->to));
    entry.hand_over = {one.planned->id,
                       {one.planned->to, std::move(name)},
                       one.planned->due_at,
                       one.planned->keeps_sessions ? PlannedSessions::keep : PlannedSessions::cancel};
  }
  return entry;
}

Result<Answer<OpenTreatments>> read_treatments(Context& context, Call& call) {
  TRY_ASSIGN(const auto seen, see(context, call, call.path_id<AccountId>("account")));
  Names names(context.house, call.deadline);
  Answer<OpenTreatments> answer;
  std::vector<AccountId> clients;
  for (std::size_t i = 0; i < seen.treatments.size(); ++i) {
    TRY_ASSIGN(auto entry, describe(context, seen.treatments[i], seen.planned[i], names, call.deadline));
    answer.value.treatments.push_back(std::move(entry));
    clients.push_back(seen.treatments[i].client);
  }
  for (const auto account : seen.therapists) {
    TRY_ASSIGN(auto name, names.of(account));
    answer.value.therapists.push_back({account, std::move(name)});
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "hand_overs"));
  return answer;
}

Result<Answer<Nothing>> plan(Context& context, Call& call, const HandOverWanted& body,
                             const CancelSessions& cancel_sessions) {
  if (uuid_version(body.id.uuid()) != 7) {
    return fail(invalid("hand_over.id_not_v7", "The hand-over's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new hand-over."}}));
  }
  const NewHandOver wanted{body.id, body.episode, body.to, body.at ? body.at->at : context.house.clock.now(),
                           body.sessions != PlannedSessions::cancel};
  TRY_ASSIGN(
      const auto planned,
      audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<PlannedHandOver> {
        TRY_ASSIGN(auto made, plan_hand_over(tx, context.viewer, wanted, cancel_sessions));
        entry.client = made.hand_over.client;
        entry.view = "hand_over " + wanted.id.text() + " to " + wanted.to.text();
        entry.count = made.is_new ? 1 : 0;
        return made;
      }));
  if (planned.hand_over.done_at) open_lines_anew(context.house, planned.hand_over);
  return Answer<Nothing>{planned.is_new ? 201 : 200, {}};
}

Result<Answer<Nothing>> call_off(Context& context, Call& call) {
  const auto id = call.path_id<HandOverId>("hand_over");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const auto called_off, call_off_hand_over(tx, context.viewer, id));
    entry.client = called_off.hand_over.client;
    entry.view = "hand_over " + id.text();
    entry.count = called_off.is_new ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_hand_over_routes(Routes& routes, const CancelSessions& cancel_sessions) {
  routes.get("/api/people/{account}/treatments")
      .says("The treatments of a therapist that go on, to be handed over")
      .explains("A therapist asks for their own, an administrator for anybody's, without names.")
      .answers<OpenTreatments>()
      .needs(PermissionName{"hand_over"}, "account")
      .audits("hand_overs.read")
      .handle(read_treatments);
  routes.post("/api/hand-overs")
      .says("Hand a treatment over to another therapist, now or at a stated moment")
      .explains(
          "From that moment on the new therapist finds all that was written, but not the former one's own notes, and "
          "the former therapist finds nothing any more. What a client showed the former one of single answers has to "
          "be shown anew; reply times are agreed on anew. All three are told at once. What an administrator asks for "
          "holds no sooner than 24 hours later, and the therapist can call it off until then.")
      .body<HandOverWanted>()
      .answers<Nothing>(201, 200)
      .needs(PermissionName{"hand_over"})
      .audits("hand_over.plan")
      .handle([cancel_sessions](Context& context, Call& call, const HandOverWanted& body) {
        return plan(context, call, body, cancel_sessions);
      });
  routes.del("/api/hand-overs/{hand_over}")
      .says("Call off a hand-over that is to come")
      .answers<Nothing>(204)
      .needs(PermissionName{"hand_over"}, "hand_over")
      .audits("hand_over.call_off")
      .handle(call_off);
}

Result<std::int64_t> carry_out_hand_overs(House& house, const CancelSessions& cancel_sessions, Time began_at,
                                          Deadline deadline) {
  const auto asked_since = house.clock.now() < began_at + kTimeAfterStart ? began_at : Time{};
  TRY_ASSIGN(const bool is_due, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<bool> {
    return is_any_hand_over_due(tx, asked_since);
  }));
  if (!is_due) return 0;
  TRY_ASSIGN(const auto done, house.db.write(deadline, [&](store::WriteTx& tx) {
    return carry_out_hand_overs(tx, cancel_sessions, asked_since);
  }));
  for (const auto& one : done) open_lines_anew(house, one);
  return std::ssize(done);
}

}  // namespace rapport::people
