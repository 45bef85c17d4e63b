#include "features/people/absences_api.hpp"

#include "features/people/absences.hpp"
#include "features/people/profiles.hpp"
#include "http/given_time.hpp"

namespace rapport::people {

enum class AbsenceState { asked, agreed, declined };
BOOST_DESCRIBE_ENUM(AbsenceState, asked, agreed, declined)

struct AbsenceWanted {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, the same at every try. It lasts from `from` until "
      "`until`, which is the first moment at which it is over (the end of the last day, in the therapist's zone), at "
      "most "
      "eight weeks. `therapist`: for an administrator, whose it is; then it begins no sooner than 24 hours from now, "
      "and "
      "the therapist is told and can end it before. What of it lies in the past counts from now on. `instead_of`: an "
      "absence to which the colleague has said no, and which ends where this one begins. `deputy` is asked whether "
      "they stand in; absent: "
      "the therapist's usual one.";
  AbsenceId id;
  std::optional<AccountId> therapist;
  std::optional<AccountId> deputy;
  http::GivenTime from;
  http::GivenTime until;
  std::optional<AbsenceId> instead_of;
};
BOOST_DESCRIBE_STRUCT(AbsenceWanted, (), (id, therapist, deputy, from, until, instead_of))

struct AbsenceEntry {
  static constexpr std::string_view says =
      "An absence that is not over. Only while `state` is \"agreed\", and only between `from` and `until`, the deputy "
      "sees and answers the therapist's clients. `announced_by`: an administrator; absent where the therapist did it.";
  AbsenceId id;
  Person therapist;
  Person deputy;
  Time from;
  Time until;
  AbsenceState state = AbsenceState::asked;
  std::optional<Person> announced_by;
};
BOOST_DESCRIBE_STRUCT(AbsenceEntry, (), (id, therapist, deputy, from, until, state, announced_by))

struct AbsencesAnswer {
  static constexpr std::string_view says =
      "Of a therapist: their own, and those in which they stand in or are asked to. Of an administrator: all. "
      "`therapists`: who can be asked. `hears_alone`: of a therapist for whom neither a supervisor nor a usual deputy "
      "is "
      "named, so that of an answer about harm nobody else hears.";
  std::vector<AbsenceEntry> absences;
  std::vector<Person> therapists;
  bool hears_alone = false;
};
BOOST_DESCRIBE_STRUCT(AbsencesAnswer, (), (absences, therapists, hears_alone))

struct AbsenceAnswer {
  bool agrees = false;
};
BOOST_DESCRIBE_STRUCT(AbsenceAnswer, (), (agrees))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

AbsenceState state_of(const Absence& absence) {
  if (absence.declined_at) return AbsenceState::declined;
  return absence.agreed_at ? AbsenceState::agreed : AbsenceState::asked;
}

Result<Person> named(Names& names, AccountId account) {
  TRY_ASSIGN(auto name, names.of(account));
  return Person{account, std::move(name)};
}

Result<Answer<AbsencesAnswer>> read_absences(Context& context, Call& call) {
  Answer<AbsencesAnswer> answer;
  std::vector<AccountId> therapists;
  TRY_ASSIGN(const auto absences,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Absence>> {
               therapists = list_therapists(tx, context.viewer.practice);
               answer.value.hears_alone =
                   context.viewer.role == access::Role::therapist && hears_alone(tx, context.viewer.account);
               return list_absences(tx, context.viewer);
             }));
  Names names(context.house, call.deadline);
  for (const auto& one : absences) {
    TRY_ASSIGN(auto therapist, named(names, one.therapist));
    TRY_ASSIGN(auto deputy, named(names, one.deputy));
    AbsenceEntry entry{one.id,      std::move(therapist), std::move(deputy), one.starts_at,
                       one.ends_at, state_of(one),        std::nullopt};
    if (one.announced_by != one.therapist) {
      TRY_ASSIGN(entry.announced_by, named(names, one.announced_by));
    }
    answer.value.absences.push_back(std::move(entry));
  }
  for (const auto account : therapists) {
    TRY_ASSIGN(auto person, named(names, account));
    answer.value.therapists.push_back(std::move(person));
  }
  return answer;
}

/// To whom it opens whose clients: those of colleagues, too, with which the therapist goes on.
std::string view_of(store::ReadTx& tx, const Absence& absence) {
  auto text = "absence " + absence.id.text() + " of " + absence.therapist.text();
  for (const auto& left : goes_on_for(tx, absence.therapist)) text += " and " + left.text();
  return text + " by " + absence.deputy.text();
}

/// Runs `change` (WriteTx&) -> Result<bool>, which says whether anything changed.
template <class F>
Result<bool> change_absence(Context& context, const Call& call, AbsenceId id, F change) {
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<bool> {
    entry.view = "absence " + id.text();
    TRY_ASSIGN(const bool changed, change(tx));
    entry.count = changed ? 1 : 0;
    TRY_ASSIGN(const auto absence, find_absence(tx, context.viewer, id));
    entry.view = view_of(tx, absence);
    return changed;
  });
}

Result<Answer<Nothing>> announce_one(Context& context, Call& call, const AbsenceWanted& body) {
  if (uuid_version(body.id.uuid()) != 7) {
    return fail(invalid("absence.id_not_v7", "The absence's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new absence."}}));
  }
  const NewAbsence wanted{body.id,       body.therapist.value_or(context.viewer.account),
                          body.deputy,   body.from.at,
                          body.until.at, body.instead_of};
  TRY_ASSIGN(const bool is_new, change_absence(context, call, wanted.id, [&](store::WriteTx& tx) {
               return announce(tx, context.viewer, wanted);
             }));
  return Answer<Nothing>{is_new ? 201 : 200, {}};
}

Result<Answer<Nothing>> answer_one(Context& context, Call& call, const AbsenceAnswer& body) {
  const auto id = call.path_id<AbsenceId>("absence");
  TRY(change_absence(context, call, id,
                     [&](store::WriteTx& tx) { return answer_absence(tx, context.viewer, id, body.agrees); }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> end_one(Context& context, Call& call) {
  const auto id = call.path_id<AbsenceId>("absence");
  TRY(change_absence(context, call, id, [&](store::WriteTx& tx) { return end_absence(tx, context.viewer, id); }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_absence_routes(Routes& routes) {
  routes.get("/api/absences")
      .says("When therapists are away, and who stands in for them")
      .answers<AbsencesAnswer>()
      .needs(PermissionName{"announce_absence"})
      .not_audited("it shows nothing of any client")
      .handle(read_absences);
  routes.post("/api/absences")
      .says("Announce an absence, and ask a colleague to stand in")
      .explains(
          "The therapist's clients are told four weeks ahead. Nothing opens to the deputy unless they agree; then it "
          "opens and closes by itself, with the first and the last moment of the absence.")
      .body<AbsenceWanted>()
      .answers<Nothing>(201, 200)
      .needs(PermissionName{"announce_absence"})
      .audits("absence.announce")
      .handle(announce_one);
  routes.put("/api/absences/{absence}/answer")
      .says("Agree to stand in, or decline; also while it lasts")
      .body<AbsenceAnswer>()
      .answers<Nothing>(204)
      .needs(PermissionName{"stand_in"}, "absence")
      .audits("absence.answer")
      .handle(answer_one);
  routes.post("/api/absences/{absence}/end")
      .says("End an absence now, or call it off")
      .explains("What was open to the deputy is closed with the answer. Sent again it changes nothing.")
      .answers<Nothing>(204)
      .needs(PermissionName{"announce_absence"}, "absence")
      .audits("absence.end")
      .handle(end_one);
}

}  // namespace rapport::people
