#include "features/closing_account/exceptions_api.hpp"

#include <algorithm>

#include "features/closing_account/exceptions.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"
#include "features/record/record_api.hpp"

namespace rapport::closing_account {

struct ExceptionEntry {
  static constexpr std::string_view says =
      "An exception that was asked for: for whose locked record, by whom and why. `asked`: somebody else has to "
      "decide, within fourteen days. `granted`: whoever asked reads the record from `begins_at` until `ends_at`; "
      "whoever "
      "treated the client can refuse it.";
  ExceptionId id;
  AccountId client;
  std::string name;
  std::string asked_by;
  bool own = false;
  Time asked_at;
  std::string reason;
  ExceptionState state = ExceptionState::asked;
  std::optional<std::string> decided_by;
  std::optional<Time> decided_at;
  std::optional<Time> begins_at;
  std::optional<Time> ends_at;
};
BOOST_DESCRIBE_STRUCT(ExceptionEntry, (),
                      (id, client, name, asked_by, own, asked_at, reason, state, decided_by, decided_at, begins_at,
                       ends_at))

struct Exceptions {
  static constexpr std::string_view says = "The latest first, of records that are still kept.";
  std::vector<ExceptionEntry> exceptions;
};
BOOST_DESCRIBE_STRUCT(Exceptions, (), (exceptions))

struct LockedRecord {
  AccountId client;
  std::string name;
  Time locked_at;
};
BOOST_DESCRIBE_STRUCT(LockedRecord, (), (client, name, locked_at))

struct LockedRecords {
  static constexpr std::string_view says =
      "Clients whose accounts are closed and whose records the law keeps: those whom the asker treated, or whose "
      "therapist they supervise. `exceptions`: what they asked for. `of_others`: what others asked for of clients whom "
      "the asker treated, and what is not over; the asker can refuse it.";
  std::vector<LockedRecord> records;
  std::vector<ExceptionEntry> exceptions;
  std::vector<ExceptionEntry> of_others;
};
BOOST_DESCRIBE_STRUCT(LockedRecords, (), (records, exceptions, of_others))

struct ExceptionWanted {
  static constexpr std::string_view says = "`id` is a UUID of version 7 (RFC 9562) that the sender makes.";
  ExceptionId id;
  http::Text<1, 1000> reason;
};
BOOST_DESCRIBE_STRUCT(ExceptionWanted, (), (id, reason))

struct ExceptionDecision {
  bool granted = false;
};
BOOST_DESCRIBE_STRUCT(ExceptionDecision, (), (granted))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

/// The record may have been erased a moment ago: then there is nothing to say of it.
Result<std::optional<ExceptionEntry>> describe(Context& context, const Exception& one, people::Names& names,
                                               Deadline deadline) {
  TRY_ASSIGN(auto name, name_of(context.house, one.client, deadline));
  const auto key = key_of_locked(context.house, one.client, deadline);
  if (!name || (!key && key.error().kind == ErrorKind::not_found)) return std::nullopt;
  if (!key) return fail(key.error());
  ExceptionEntry entry;
  entry.id = one.id;
  entry.client = one.client;
  entry.name = std::move(*name);
  TRY_ASSIGN(entry.asked_by, names.of(one.asked_by));
  entry.own = one.asked_by == context.viewer.account;
  entry.asked_at = one.asked_at;
  TRY_ASSIGN(entry.reason, access::unseal(**key, one.id.bytes(), one.sealed_reason));
  entry.state = state_of(one, context.house.clock.now());
  TRY_ASSIGN(entry.decided_by, names.of(one.decided_by));
  entry.decided_at = one.decided_at;
  if (one.ends_at) entry.begins_at = *one.ends_at - kExceptionLasts;
  entry.ends_at = one.ends_at;
  return entry;
}

Result<std::vector<ExceptionEntry>> describe_all(Context& context, const std::vector<Exception>& all,
                                                 std::vector<AccountId>& seen, Deadline deadline) {
  people::Names names(context.house, deadline);
  std::vector<ExceptionEntry> entries;
  for (const auto& one : all) {
    TRY_ASSIGN(auto entry, describe(context, one, names, deadline));
    if (!entry) continue;
    if (std::find(seen.begin(), seen.end(), one.client) == seen.end()) seen.push_back(one.client);
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<Answer<LockedRecords>> read_locked(Context& context, Call& call) {
  std::vector<Exception> own;
  std::vector<Exception> of_others;
  TRY_ASSIGN(const auto clients,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<people::LockedClient>> {
               own = list_own_exceptions(tx, context.viewer.account);
               of_others = list_to_refuse(tx, context.viewer.account);
               return people::list_locked_clients(tx, context.viewer.account);
             }));
  Answer<LockedRecords> answer;
  std::vector<AccountId> seen;
  for (const auto& one : clients) {
    TRY_ASSIGN(auto name, name_of(context.house, one.client, call.deadline));
    if (!name) continue;
    seen.push_back(one.client);
    answer.value.records.push_back({one.client, std::move(*name), one.locked_at});
  }
  TRY_ASSIGN(answer.value.exceptions, describe_all(context, own, seen, call.deadline));
  TRY_ASSIGN(answer.value.of_others, describe_all(context, of_others, seen, call.deadline));
  TRY(audit_reads(context, call, seen, std::nullopt, "locked_records"));
  return answer;
}

Result<Answer<Nothing>> ask_to_read(Context& context, Call& call, const ExceptionWanted& body) {
  if (uuid_version(body.id.uuid()) != 7) {
    return fail(invalid("exception.id_not_v7", "The exception's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new exception."}}));
  }
  Exception wanted;
  wanted.id = body.id;
  wanted.client = call.path_id<AccountId>("client");
  const auto key = key_of_locked(context.house, wanted.client, call.deadline);
  if (!key) return fail(key.error().kind == ErrorKind::not_found ? not_found() : key.error());
  wanted.sealed_reason = access::seal(**key, body.id.bytes(), body.reason.str());
  TRY_ASSIGN(const bool is_new,
             audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<bool> {
               TRY_ASSIGN(const bool made, ask_exception(tx, context.viewer, wanted));
               entry.client = wanted.client;
               entry.view = "exception " + wanted.id.text();
               entry.count = made ? 1 : 0;
               return made;
             }));
  return Answer<Nothing>{is_new ? 201 : 200, {}};
}

Result<Answer<Exceptions>> read_all(Context& context, Call& call) {
  TRY_ASSIGN(const auto all,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Exception>> {
               return list_exceptions(tx, context.viewer.practice);
             }));
  Answer<Exceptions> answer;
  std::vector<AccountId> seen;
  TRY_ASSIGN(answer.value.exceptions, describe_all(context, all, seen, call.deadline));
  TRY(audit_reads(context, call, seen, std::nullopt, "exceptions"));
  return answer;
}

Result<Answer<Nothing>> decide(Context& context, Call& call, const ExceptionDecision& body) {
  const auto id = call.path_id<ExceptionId>("exception");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    AccountId client;
    TRY_ASSIGN(const bool changed, decide_exception(tx, context.viewer, id, body.granted, client));
    entry.client = client;
    entry.view = "exception " + id.text() + (body.granted ? " granted" : " refused");
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> refuse(Context& context, Call& call) {
  const auto id = call.path_id<ExceptionId>("exception");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    AccountId client;
    TRY_ASSIGN(const bool changed, refuse_exception(tx, context.viewer.account, id, client));
    entry.client = client;
    entry.view = "exception " + id.text();
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

/// Each reading is a row of its own, before the answer leaves.
Result<void> write_down(Context& context, const Call& call, const Exception& exception) {
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY(find_lasting(tx, context.viewer.account,
                     exception.id));  // also at the moment in which it is given out
    entry.client = exception.client;
    entry.view = "exception " + exception.id.text();
    entry.count = 1;
    return {};
  });
}

Result<Answer<record::RecordAnswer>> read_record(Context& context, Call& call) {
  const auto id = call.path_id<ExceptionId>("exception");
  Exception exception;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<record::StoredRecord> {
               TRY_ASSIGN(exception, find_lasting(tx, context.viewer.account, id));
               return record::read_locked_record(tx, exception.client);
             }));
  const auto key = key_of_locked(context.house, exception.client, call.deadline);
  if (!key) return fail(key.error().kind == ErrorKind::not_found ? not_found() : key.error());
  TRY_ASSIGN(auto name, name_of(context.house, exception.client, call.deadline));
  auto names = record::names_in(context.house, stored, call.deadline);
  names[exception.client] = name.value_or("");
  TRY_ASSIGN(auto opened,
             record::open_for_exception(stored, **key, names, context.house.clock.now(), context.viewer.account));
  TRY(write_down(context, call, exception));
  return Answer<record::RecordAnswer>{200, std::move(opened)};
}

}  // namespace

void add_exception_routes(Routes& routes) {
  routes.get("/api/locked-records")
      .says("Locked records that one may ask to read by exception, and what one asked for")
      .answers<LockedRecords>()
      .needs(PermissionName{"ask_exception"})
      .audits("locked_records.read")
      .handle(read_locked);
  routes.post("/api/locked-records/{client}/exceptions")
      .says("Ask to read a locked record, and say why")
      .explains("Somebody else confirms it, an administrator or another supervisor; until then nothing is readable.")
      .body<ExceptionWanted>()
      .answers<Nothing>(201, 200)
      .needs(PermissionName{"ask_exception"}, "client")
      .audits("exception.ask")
      .handle(ask_to_read);
  routes.get("/api/exceptions")
      .says("Who asked to read a locked record, why, and what was decided")
      .answers<Exceptions>()
      .needs(PermissionName{"decide_exception"})
      .audits("exceptions.read")
      .handle(read_all);
  routes.put("/api/exceptions/{exception}/decision")
      .says("Confirm that a locked record is read, or refuse it")
      .explains(
          "By somebody else than whoever asked. Confirmed, it lasts seven days and ends by itself; unless whoever "
          "asked "
          "treated the client themselves it begins 24 hours later, and whoever did is told now. Refused while it "
          "lasts, "
          "it ends at once. What stands in the record is shown to nobody but whoever asked.")
      .body<ExceptionDecision>()
      .answers<Nothing>(204)
      .needs(PermissionName{"decide_exception"}, "exception")
      .audits("exception.decide")
      .handle(decide);
  routes.del("/api/exceptions/{exception}")
      .says("Refuse that somebody else reads the locked record of a client whom one treated")
      .explains("Also after it was confirmed, until it is over: see `of_others` of GET /api/locked-records.")
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_exception"}, "exception")
      .audits("exception.refuse")
      .handle(refuse);
  routes.get("/api/exceptions/{exception}/record")
      .says("Read a locked record, while an exception lasts")
      .explains(
          "For whoever asked for it, and as a therapist would see it: neither notes nor drafts, nor what the client "
          "did not show the therapist. Each reading is in the audit with the exception's id.")
      .answers<record::RecordAnswer>()
      .needs(PermissionName{"ask_exception"}, "exception")
      .audits("exception.read")
      .heavy()
      .handle(read_record);
}

}  // namespace rapport::closing_account
