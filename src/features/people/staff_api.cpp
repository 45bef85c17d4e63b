#include "features/people/staff_api.hpp"

#include <set>

#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"

namespace rapport::people {

enum class StaffState { invited, active, closed };
BOOST_DESCRIBE_ENUM(StaffState, invited, active, closed)

struct StaffEntry {
  static constexpr std::string_view says =
      "Somebody who works in the practice. `has_address`: they gave an address for mails, which stands nowhere here; "
      "whoever gave none is told nothing by mail. `clients`: how many have this therapist now; who they are stands "
      "nowhere here. `deputy_from`: only from then on the deputy, who was named of late, goes on with the clients of a "
      "therapist who is dismissed; until then `deputy_before` does, or nobody.";
  AccountId id;
  std::string name;
  std::string role;
  StaffState state = StaffState::active;
  bool has_address = false;
  std::int64_t clients = 0;
  std::optional<AccountId> supervisor;
  std::optional<AccountId> deputy;
  std::optional<Time> deputy_from;
  std::optional<AccountId> deputy_before;
};
BOOST_DESCRIBE_STRUCT(StaffEntry, (),
                      (id, name, role, state, has_address, clients, supervisor, deputy, deputy_from, deputy_before))

struct Staff {
  static constexpr std::string_view says = "`neutral_person` hears what clients say about their therapist.";
  std::vector<StaffEntry> people;
  std::optional<AccountId> neutral_person;
};
BOOST_DESCRIBE_STRUCT(Staff, (), (people, neutral_person))

enum class BackingPart { supervisor, deputy };
BOOST_DESCRIBE_ENUM(BackingPart, supervisor, deputy)

struct BackingWanted {
  static constexpr std::string_view says = "One of the two; the other stays as it is. `person` absent: nobody.";
  BackingPart part = BackingPart::supervisor;
  std::optional<AccountId> person;
};
BOOST_DESCRIBE_STRUCT(BackingWanted, (), (part, person))

struct NeutralPersonWanted {
  static constexpr std::string_view says = "Absent: nobody.";
  std::optional<AccountId> neutral_person;
};
BOOST_DESCRIBE_STRUCT(NeutralPersonWanted, (), (neutral_person))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

StaffState state_of(const StaffMember& member) {
  if (member.closed_at) return StaffState::closed;
  return member.is_invited ? StaffState::invited : StaffState::active;
}

Result<StaffEntry> describe(House& house, const StaffMember& member, Deadline deadline) {
  Account account;
  account.id = member.id;
  account.sealed_profile = member.sealed_profile;
  TRY_ASSIGN(auto profile, open_profile(house, account, deadline));
  StaffEntry entry{member.id,
                   std::move(profile.name),
                   member.role,
                   state_of(member),
                   profile.has_own_email(),
                   member.clients,
                   member.supervisor,
                   member.deputy,
                   {},
                   {}};
  if (member.deputy && member.deputy_from > house.clock.now()) {
    entry.deputy_from = member.deputy_from;
    entry.deputy_before = member.deputy_before;
  }
  return entry;
}

Result<Answer<Staff>> read_staff(Context& context, Call& call) {
  const auto practice = context.viewer.practice;
  Answer<Staff> answer;
  TRY_ASSIGN(const auto members,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<StaffMember>> {
               answer.value.neutral_person = neutral_person_of(tx, practice);
               return list_staff(tx, practice);
             }));
  for (const auto& member : members) {
    TRY_ASSIGN(auto entry, describe(context.house, member, call.deadline));
    answer.value.people.push_back(std::move(entry));
  }
  return answer;
}

/// Runs `change` (WriteTx&) -> Result<bool>, which says whether anything changed, and writes down whom it was about.
template <class F>
Result<Answer<Nothing>> change_staff(Context& context, Call& call, const std::string& about, F change) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.view = about;
    TRY_ASSIGN(const bool changed, change(tx));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

/// Whoever is named, and whose clients it is about, hears of it from somebody else than who did it. The administrator
/// sees it done.
Result<void> tell(store::WriteTx& tx, const std::string& key, std::set<AccountId> people, AccountId by, Time now) {
  people.erase(by);
  for (const auto person : people) {
    TRY(notify::queue(tx, {key + person.text(), person, notify::Kind::part_changed}, now));
  }
  return {};
}

std::string text_of(const std::optional<AccountId>& person) {
  return person ? person->text() : "nobody";
}

/// Of somebody who has left: who goes on with their clients now, and who is named as deputy.
std::string going_on(store::ReadTx& tx, AccountId left) {
  if (!has_open_treatments(tx, left)) return "";
  const auto away = away_of(tx, left);
  return " by " + text_of(away ? away->deputy : std::nullopt) + " deputy " + text_of(usual_helpers(tx, left).deputy);
}

Result<Answer<Nothing>> close_member(Context& context, Call& call, Leaving leaving) {
  const auto account = call.path_id<AccountId>("account");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.view = "account " + account.text();
    TRY_ASSIGN(const bool changed, close_staff(tx, context.viewer.practice, account, leaving));
    entry.view += going_on(tx, account);
    entry.count = changed ? 1 : 0;
    return {};
  }));
  context.house.account_closed(account);
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> change_backing(Context& context, Call& call, const BackingWanted& wanted) {
  const auto account = call.path_id<AccountId>("account");
  const bool is_deputy = wanted.part == BackingPart::deputy;
  const auto about = "account " + account.text() + (is_deputy ? " deputy " : " supervisor ") + text_of(wanted.person);
  const auto now = context.house.clock.now();
  const auto notice = "staff:backing:" + MessageId::make(now).text() + ":";
  return change_staff(context, call, about, [&](store::WriteTx& tx) -> Result<bool> {
    Backing backing;
    (is_deputy ? backing.deputy : backing.supervisor) = wanted.person;
    TRY_ASSIGN(const bool is_new, set_backing(tx, context.viewer.practice, account, backing));
    std::set<AccountId> concerned{account};
    if (wanted.person) concerned.insert(*wanted.person);
    if (is_new) TRY(tell(tx, notice, concerned, context.viewer.account, now));
    return is_new;
  });
}

Result<Answer<Nothing>> change_neutral_person(Context& context, Call& call, const NeutralPersonWanted& wanted) {
  const auto about = "practice neutral_person " + text_of(wanted.neutral_person);
  const auto now = context.house.clock.now();
  const auto notice = "staff:neutral_person:" + MessageId::make(now).text() + ":";
  return change_staff(context, call, about, [&](store::WriteTx& tx) -> Result<bool> {
    TRY_ASSIGN(const bool is_new, set_neutral_person(tx, context.viewer.practice, wanted.neutral_person));
    std::set<AccountId> concerned;
    for (const auto& member : list_staff(tx, context.viewer.practice)) {
      if (member.role == "therapist" && state_of(member) == StaffState::active) concerned.insert(member.id);
    }
    if (wanted.neutral_person) concerned.insert(*wanted.neutral_person);
    if (is_new) TRY(tell(tx, notice, concerned, context.viewer.account, now));
    return is_new;
  });
}

}  // namespace

void add_staff_routes(Routes& routes) {
  routes.get("/api/people")
      .says("Those who work in the practice, and who stands behind whom")
      .answers<Staff>()
      .needs(PermissionName{"manage_people"})
      .not_audited("it shows nothing of any client")
      .handle(read_staff);
  routes.post("/api/people/{account}/closure")
      .says("Close the account of somebody who works in the practice")
      .explains(
          "Nobody logs in to it from then on, and whoever is logged in is logged out. What the person did stays. Of a "
          "therapist only after each client has another one (`POST /api/hand-overs`); until then 409 "
          "`account.has_clients`. Sent again it changes nothing.")
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"}, "account")
      .audits("account.close")
      .handle([](Context& context, Call& call) { return close_member(context, call, Leaving::orderly); });
  routes.post("/api/people/{account}/dismissal")
      .says("Close the account of somebody who works in the practice at once, whatever is left")
      .explains(
          "For emergencies. As the closure, but a therapist's deputy goes on with the clients from this moment until "
          "each is handed over; one who was named of late from `deputy_from` on. 409 `account.no_deputy` while there "
          "is none.")
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"}, "account")
      .audits("account.dismiss")
      .handle([](Context& context, Call& call) { return close_member(context, call, Leaving::at_once); });
  routes.put("/api/people/{account}/backing")
      .says("Say who supervises a therapist and who is told of concerns beside them")
      .explains(
          "It holds for all clients of the therapist, those of now and those to come. One of the two at a time. A mail "
          "tells the therapist and whoever is named. They hear at once of concerns that are open or come; what else it "
          "opens holds 24 hours later: concerns that are over, going on with the clients of one who is dismissed, and "
          "asking for records that are locked from then on.")
      .body<BackingWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"}, "account")
      .audits("backing.change")
      .handle(change_backing);
  routes.put("/api/practice/neutral-person")
      .says("Say who hears what clients answer about their therapist")
      .explains(
          "It holds for all clients of the practice, those of now and those to come. A mail tells the therapists and "
          "whoever is named, who reads concerns that are over 24 hours later.")
      .body<NeutralPersonWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"})
      .audits("neutral_person.change")
      .handle(change_neutral_person);
}

}  // namespace rapport::people
