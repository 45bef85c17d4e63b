#include "features/safety_gate/safety_gate_api.hpp"

#include <utility>

#include "features/between_sessions/between.hpp"

namespace rapport::safety_gate {

struct SafetyGateAnswer {
  static constexpr std::string_view says =
      "`asked`: the client is asked now; it never keeps anybody from the session. `at`: when it was answered, or with "
      "`skipped` when the client went on without (with `answers`: when it was asked again); `stale`: so long ago that "
      "it is asked again. `usual`: the place that "
      "is offered, to the client alone. `country` is the one whose emergency numbers hold there: see "
      "/api/crisis-contacts. Answers are erased after `kept_days`.";
  bool asked = false;
  bool skipped = false;
  bool stale = false;
  std::int64_t kept_days = 0;
  std::optional<Time> at;
  std::optional<Whereabouts> answers;
  std::optional<UsualPlace> usual;
};
BOOST_DESCRIBE_STRUCT(SafetyGateAnswer, (), (asked, skipped, stale, kept_days, at, answers, usual))

struct SafetyGateAnswers {
  static constexpr std::string_view says =
      "`place` is what one would tell an ambulance; `phone` may be empty. `keep_usual`: offer this place, its country "
      "and the number next "
      "time.";
  Whereabouts answers;
  bool keep_usual = false;
};
BOOST_DESCRIBE_STRUCT(SafetyGateAnswers, (), (answers, keep_usual))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

std::string view_of(EncounterId id) {
  return "whereabouts " + id.text();
}

Result<Answer<SafetyGateAnswer>> read_gate(Context& context, Call& call, const Rules& rules) {
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find(tx, context.viewer.account, id);
  }));
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.encounter.client, call.deadline));
  Answer<SafetyGateAnswer> answer;
  auto& it = answer.value;
  it.asked = is_asked(found.encounter, found.gate, rules, now);
  it.kept_days = rules.kept.count();
  if (found.gate) {
    it.at = found.gate->at;
    it.skipped = !found.gate->sealed_answers || found.gate->skipped_at;
    it.stale = found.gate->sealed_answers && now - found.gate->at >= rules.ask_again;
    if (found.gate->sealed_answers) {
      TRY_ASSIGN(it.answers, between_sessions::open<Whereabouts>(*key, id, *found.gate->sealed_answers));
    }
  }
  if (found.sealed_usual) {
    TRY_ASSIGN(it.usual, between_sessions::open<UsualPlace>(*key, found.encounter.client, *found.sealed_usual));
  }
  TRY(audit_read(context, call, found.encounter.client, std::nullopt, view_of(id)));
  return answer;
}

template <class Change>
Result<Answer<Nothing>> audited_change(Context& context, const Call& call, EncounterId id, Change change) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Changed> {
    TRY_ASSIGN(Changed done, change(tx));
    entry.client = done.encounter.client;
    entry.view = view_of(id);
    entry.count = done.is_new ? 1 : 0;
    return done;
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> answer_gate(Context& context, Call& call, const SafetyGateAnswers& wanted) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto viewer = context.viewer.account;
  auto given = wanted.answers;
  given.phone = tidy_phone(given.phone);
  TRY(check_whereabouts(given));
  TRY_ASSIGN(const auto found,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find(tx, viewer, id); }));
  const auto client = found.encounter.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const auto sealed = between_sessions::seal(*key, id, given);
  const auto usual =
      between_sessions::seal(*key, client, UsualPlace{given.place, given.country, given.region, given.phone});
  const auto now = context.house.clock.now();
  return audited_change(context, call, id, [&](store::WriteTx& tx) -> Result<Changed> {
    TRY_ASSIGN(Changed done, answer(tx, viewer, id, sealed, now));
    if (wanted.keep_usual) keep_usual(tx, client, usual, now);
    return done;
  });
}

Result<Answer<Nothing>> skip_gate(Context& context, Call& call, const Rules& rules) {
  const auto id = call.path_id<EncounterId>("encounter");
  return audited_change(context, call, id, [&](store::WriteTx& tx) {
    return skip(tx, context.viewer.account, id, rules, context.house.clock.now());
  });
}

Result<Answer<Nothing>> forget_place(Context& context, Call& call) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<bool> {
    const bool was_there = forget_usual(tx, context.viewer.account);
    entry.client = context.viewer.account;
    entry.view = "usual place";
    entry.count = was_there ? 1 : 0;
    return was_there;
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_safety_gate_routes(Routes& routes, const Rules& rules) {
  routes.get("/api/encounters/{encounter}/whereabouts")
      .says("Where the client is during a session, and how to reach them")
      .answers<SafetyGateAnswer>()
      .needs(PermissionName{"read_opening"}, "encounter")
      .audits("whereabouts.read")
      .handle([rules](Context& context, Call& call) { return read_gate(context, call, rules); });
  routes.put("/api/encounters/{encounter}/whereabouts")
      .says("Say where one is during a session")
      .explains("In place of what was said before; the therapist sees it at once.")
      .body<SafetyGateAnswers>()
      .answers<Nothing>(204)
      .needs(PermissionName{"answer_opening"}, "encounter")
      .audits("whereabouts.say")
      .handle(answer_gate);
  routes.post("/api/encounters/{encounter}/whereabouts/skip")
      .says("Go on without saying where one is")
      .explains("The therapist sees that. What was said before stays.")
      .answers<Nothing>(204)
      .needs(PermissionName{"answer_opening"}, "encounter")
      .audits("whereabouts.skip")
      .handle([rules](Context& context, Call& call) { return skip_gate(context, call, rules); });
  routes.del("/api/me/usual-place")
      .says("Have one's usual place offered no longer")
      .answers<Nothing>(204)
      .needs(PermissionName{"answer_opening"})
      .audits("whereabouts.forget")
      .handle(forget_place);
}

}  // namespace rapport::safety_gate
