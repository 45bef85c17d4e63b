#include "features/closing_account/closing_api.hpp"

#include <algorithm>

#include "features/closing_account/closing_shapes.hpp"
#include "features/log_in/whole_proof.hpp"
#include "features/people/profiles.hpp"
#include "features/safety/left_behind.hpp"
#include "features/safety/safety.hpp"

namespace rapport::closing_account {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

constexpr std::chrono::days kToldFor{30};

std::optional<Law> law_of(const std::optional<Period>& period) {
  if (!period) return std::nullopt;
  return Law{period->country, period->law,    period->binds, period->binds_de,
             period->years,   period->source, period->seen};
}

std::optional<Law> law_of(const std::optional<std::string>& country) {
  return country ? law_of(period_of(*country)) : std::nullopt;
}

Result<std::optional<std::string>> reason_of(House& house, const Closing& closing, Deadline deadline) {
  if (!closing.sealed_reason) return std::nullopt;
  const auto key = key_of_locked(house, closing.client, deadline);
  if (!key && key.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!key) return fail(key.error());
  TRY_ASSIGN(auto reason, access::unseal(**key, closing.client.bytes(), *closing.sealed_reason));
  return std::optional(std::move(reason));
}

class Handlers {
 public:
  explicit Handlers(Rules rules) : rules_(std::move(rules)) {}

  Result<Answer<OwnClosing>> look(Context& context, Call& call) const {
    const auto client = context.viewer.account;
    const auto now = context.house.clock.now();
    Answer<OwnClosing> answer;
    TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
      const auto closing = find_closing(tx, client);
      auto fate = fate_of(rules_, people::treated_until(tx, client, now), now);
      if (closing && closing->due_at && fate.keep_until) fate.keep_until = std::max(*fate.keep_until, now + kLeastKept);
      if (!fate.keep_until || *fate.keep_until > now) {
        answer.value.record = WhatBecomes::kept;
        answer.value.keep_until = fate.keep_until;
        answer.value.law = law_of(fate.law_country);
      }
      answer.value.waits = safety::waits_for_somebody(tx, client);
      if (closing) {
        if (closing->due_at) answer.value.waits = safety::waits_for_team(tx, client);
        // What an administrator wants and is not announced yet may still come to nothing.
        if (closing->due_at || closing->asked_by == client) answer.value.asked_at = closing->asked_at;
        if (closing->asked_by != client) answer.value.due_at = closing->due_at;
      }
      return {};
    }));
    answer.value.keys_kept_days = rules_.keys_kept.count();
    return answer;
  }

  Result<Answer<OwnClosed>> close_own(Context& context, Call& call, const log_in::WholeProof& proof) const {
    const auto client = context.viewer.account;
    const auto ask_for_it = [&](store::WriteTx& tx, const log_in::SecondHalf& half,
                                access::AuditEntry& entry) -> Result<void> {
      TRY(half.use_if_there_is_one(tx));
      entry.client = client;
      TRY_ASSIGN(const bool is_new, ask(tx, client, client, context.house.clock.now()));
      entry.count = is_new ? 1 : 0;
      return {};
    };
    TRY(log_in::with_noted_proof(context, call, proof, ask_for_it));
    TRY_ASSIGN(const auto closing, carry_out(context.house, rules_, client, call.deadline));
    Answer<OwnClosed> answer;
    answer.value = {closing.state, closing.keep_until, {}, closing.cancelled_sessions};
    if (closing.state == State::erased) {
      answer.value.keep_until.reset();
      answer.value.keys_gone_at = keys_gone_at(closing, rules_);
    }
    return answer;
  }

  static Result<Answer<Nothing>> take_back_own(Context& context, Call& call) {
    const auto client = context.viewer.account;
    TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
      entry.client = client;
      entry.count = find_closing(tx, client) ? 1 : 0;
      return take_back(tx, client);
    }));
    return Answer<Nothing>{204, {}};
  }

  Result<Answer<Closings>> list(Context& context, Call& call) const {
    TRY_ASSIGN(const auto all,
               context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Closing>> {
                 return list_closings(tx, context.viewer.practice, context.house.clock.now());
               }));
    Answer<Closings> answer;
    people::Names names(context.house, call.deadline);
    std::vector<AccountId> named;
    for (const auto& one : all) {
      TRY_ASSIGN(auto entry, describe(context.house, one, names, call.deadline));
      if (entry.name) named.push_back(one.client);
      answer.value.closings.push_back(std::move(entry));
    }
    TRY(audit_reads(context, call, named, std::nullopt, "closings"));
    return answer;
  }

  Result<Answer<ClosingEntry>> close_clients(Context& context, Call& call, const ClosingWanted& wanted) const {
    const auto digest = access::login_digest(context.house.root, access::normalise_login(wanted.login.str()));
    TRY_ASSIGN(
        const auto client,
        audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<AccountId> {
          const auto account = people::find_account_by_login(tx, digest);
          if (!account || account->role != "client" || account->practice != context.viewer.practice) {
            return fail(not_found("There is no client with this log-in name. Ask the client how it is written."));
          }
          entry.client = account->id;
          TRY_ASSIGN(const bool is_new, ask(tx, account->id, context.viewer.account, context.house.clock.now()));
          entry.count = is_new ? 1 : 0;
          return account->id;
        }));
    TRY_ASSIGN(const auto closing, carry_out(context.house, rules_, client, call.deadline));
    return describe_one(context, call, closing);
  }

  static Result<Answer<Nothing>> keep_clients(Context& context, Call& call) {
    const auto client = call.path_id<AccountId>("client");
    TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
      entry.client = client;
      TRY_ASSIGN(const bool is_new, call_off(tx, context.viewer, client));
      entry.count = is_new ? 1 : 0;
      return {};
    }));
    return Answer<Nothing>{204, {}};
  }

  Result<Answer<ClosingEntry>> change_date(Context& context, Call& call, const KeepUntil& wanted) const {
    const auto client = call.path_id<AccountId>("client");
    // The key is there as long as the record is kept; for anything else the storage says what is the matter.
    const auto key = key_of_locked(context.house, client, call.deadline);
    const auto sealed = key ? access::seal(**key, client.bytes(), wanted.reason.str()) : Bytes();
    TRY_ASSIGN(const auto closing,
               audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Closing> {
                 const auto found = find_closing(tx, client);
                 if (!found || !is_of_practice(tx, context, client)) return fail(not_found());
                 TRY(state_date(tx, rules_, client, context.viewer.account, wanted.until.at, sealed));
                 if (!key) return fail(key.error());
                 entry.client = client;
                 entry.view = "until " + to_rfc3339(wanted.until.at).substr(0, 10);
                 entry.count = 1;
                 return *find_closing(tx, client);
               }));
    return describe_one(context, call, closing);
  }

  static Result<Answer<ToldClosings>> list_own_clients(Context& context, Call& call) {
    const auto since = context.house.clock.now() - kToldFor;
    TRY_ASSIGN(const auto told,
               context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Closing>> {
                 auto all = list_announced(tx, context.viewer.account);
                 const auto over = list_told(tx, context.viewer.account, since);
                 all.insert(all.end(), over.begin(), over.end());
                 return all;
               }));
    Answer<ToldClosings> answer;
    std::vector<AccountId> named;
    for (const auto& one : told) {
      TRY_ASSIGN(auto name, name_of(context.house, one.client, call.deadline));
      if (name) named.push_back(one.client);
      answer.value.closings.push_back(
          {one.client, std::move(name), one.state, one.due_at, one.closed_at, one.cancelled_sessions});
    }
    TRY(audit_reads(context, call, named, std::nullopt, "closings"));
    return answer;
  }

 private:
  static bool is_of_practice(store::ReadTx& tx, const Context& context, AccountId client) {
    const auto account = people::find_client(tx, client);
    return account && account->practice == context.viewer.practice;
  }

  Result<Answer<ClosingEntry>> describe_one(Context& context, Call& call, const Closing& closing) const {
    people::Names names(context.house, call.deadline);
    TRY_ASSIGN(auto entry, describe(context.house, closing, names, call.deadline));
    return Answer<ClosingEntry>{200, std::move(entry)};
  }

  Result<ClosingEntry> describe(House& house, const Closing& closing, people::Names& names, Deadline deadline) const {
    ClosingEntry entry;
    entry.client = closing.client;
    TRY_ASSIGN(entry.name, name_of(house, closing.client, deadline));
    entry.state = closing.state;
    entry.asked_at = closing.asked_at;
    entry.by_client = closing.asked_by == closing.client;
    if (!entry.by_client) {
      TRY_ASSIGN(entry.asked_by, names.of(closing.asked_by));
    }
    if (!entry.by_client) entry.due_at = closing.due_at;
    entry.closed_at = closing.closed_at;
    if (closing.state == State::locked) {
      entry.keep_until = closing.keep_until;
      entry.law = law_of(closing.law_country);
      TRY_ASSIGN(entry.stated_by, names.of(closing.stated_by));
      TRY_ASSIGN(entry.reason, reason_of(house, closing, deadline));
    }
    entry.erased_at = closing.erased_at;
    if (closing.erased_at) entry.keys_gone_at = keys_gone_at(closing, rules_);
    return entry;
  }

  Rules rules_;
};

}  // namespace

void add_closing_routes(Routes& routes, const Rules& rules) {
  const Handlers handlers(rules);
  routes.event<ClosingEvent>();
  routes.get("/api/me/closing")
      .says("What happens when one closes one's own account, and whether that was asked for")
      .answers<OwnClosing>()
      .needs(PermissionName{"close_own_account"})
      .not_audited("one's own account")
      .handle([handlers](Context& context, Call& call) { return handlers.look(context, call); });
  routes.post("/api/me/closing")
      .says("Close one's own account")
      .explains(
          "Planned sessions are cancelled and the therapist is told that the account is closed. Drafts, log-ins, mail "
          "address and log-in name go at once. Whoever has a second factor gives a code or a passkey, too; wrong ones "
          "and "
          "wrong passwords are counted as at the log-in. It cannot be taken back, but while it is `waiting`.")
      .body<log_in::WholeProof>()
      .answers<OwnClosed>()
      .needs(PermissionName{"close_own_account"})
      .audits("account.close_own")
      .heavy()
      .handle([handlers](Context& context, Call& call, const log_in::WholeProof& proof) {
        return handlers.close_own(context, call, proof);
      });
  routes.del("/api/me/closing")
      .says("Take back that one's own account is to be closed, while it waits")
      .answers<Nothing>(204)
      .needs(PermissionName{"close_own_account"})
      .audits("account.keep_own")
      .handle(Handlers::take_back_own);
  routes.get("/api/closings")
      .says("Clients' accounts that are closed or wait for it, and what is kept of them until when")
      .answers<Closings>()
      .needs(PermissionName{"manage_closings"})
      .audits("closings.read")
      .handle([handlers](Context& context, Call& call) { return handlers.list(context, call); });
  routes.post("/api/closings")
      .says("Close the account of a client who asks for it, 24 hours later")
      .explains(
          "As the client would, see POST /api/me/closing, but not before `due_at`. The client, those who treat them "
          "and "
          "the other administrators are told at once, and each of them can call it off until then. Sent again it "
          "changes "
          "nothing.")
      .body<ClosingWanted>()
      .answers<ClosingEntry>()
      .needs(PermissionName{"manage_closings"})
      .audits("account.close_client")
      .handle([handlers](Context& context, Call& call, const ClosingWanted& wanted) {
        return handlers.close_clients(context, call, wanted);
      });
  routes.del("/api/closings/{client}")
      .says("Keep the account of a client that an administrator wanted to close")
      .explains(
          "By an administrator, or a therapist who treats the client. What the client asked for the client alone takes "
          "back: 409 `closing.by_client`.")
      .answers<Nothing>(204)
      .needs(PermissionName{"call_off_closing"}, "client")
      .audits("account.keep_client")
      .handle(Handlers::keep_clients);
  routes.put("/api/closings/{client}/date")
      .says("State until when a locked record is kept, and why")
      .body<KeepUntil>()
      .answers<ClosingEntry>()
      .needs(PermissionName{"manage_closings"}, "client")
      .audits("closing.date")
      .handle([handlers](Context& context, Call& call, const KeepUntil& wanted) {
        return handlers.change_date(context, call, wanted);
      });
  routes.get("/api/closings/of-my-clients")
      .says("Clients of one's own whose account was closed or is to be")
      .answers<ToldClosings>()
      .needs(PermissionName{"read_caseload"})
      .audits("closings.read")
      .handle(Handlers::list_own_clients);
}

}  // namespace rapport::closing_account
