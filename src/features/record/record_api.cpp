#include "features/record/record_api.hpp"

#include <memory>
#include <span>

#include "features/people/profiles.hpp"
#include "features/record/record_page.hpp"
#include "features/record/record_rules.hpp"
#include "features/seats.hpp"

namespace rapport::record {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;
using http::RawBody;

constexpr std::int64_t kAccessPage = 200;
/// A record is in memory as a whole, several times over. Nobody has two heavy calls in hand (server/service.cpp), so
/// whoever asks again and again leaves a seat to the others.
constexpr std::ptrdiff_t kRecordsAtOnce = 2;

/// Somebody whose key is gone has no name any more.
void add_name(House& house, AccountId account, const Bytes& sealed_profile, Deadline deadline, Names& names) {
  if (names.count(account) != 0) return;
  people::Account one;
  one.id = account;
  one.sealed_profile = sealed_profile;
  if (const auto profile = people::open_profile(house, one, deadline)) names[account] = profile->name;
}

Result<RecordAnswer> make_record(Context& context, const Call& call) {
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return read_record(tx, client); }));
  auto names = names_in(context.house, stored, call.deadline);
  add_name(context.house, client, stored.person.sealed_profile, call.deadline, names);
  for (const auto& one : stored.consents) {
    if (one.by_profile) add_name(context.house, one.record.by, *one.by_profile, call.deadline, names);
  }
  for (const auto& one : stored.access) {
    if (one.viewer && one.sealed_profile) {
      add_name(context.house, *one.viewer, *one.sealed_profile, call.deadline, names);
    }
  }
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  return open_record(stored, *key, names, context.house.clock.now());
}

Result<Answer<AccessAnswer>> read_who_looked(Context& context, Call& call) {
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto before, call.query_id<access::AuditId>("before"));
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return Result<std::vector<StoredAccess>>(read_access(tx, client, before, kAccessPage + 1));
  }));
  AccessAnswer answer;
  answer.more = std::ssize(stored) > kAccessPage;
  Names names;
  const auto language = call.query_text("language").value_or("");
  for (const auto& one : std::span(stored).first(stored.size() - (answer.more ? 1 : 0))) {
    if (one.viewer && one.sealed_profile) {
      add_name(context.house, *one.viewer, *one.sealed_profile, call.deadline, names);
    }
    answer.access.push_back(describe_access(one, names, language));
  }
  TRY(audit_read(context, call, client, std::nullopt, "access"));
  return Answer<AccessAnswer>{200, std::move(answer)};
}

/// Each download is a row of its own: it leaves the house.
Result<void> write_down(Context& context, const Call& call, std::string_view view) {
  return audited_write(context, call, [&](store::WriteTx&, access::AuditEntry& entry) -> Result<void> {
    entry.client = context.viewer.account;
    entry.view = view;
    entry.count = 1;
    return {};
  });
}

/// The name says the day and nothing of whom or what.
std::pair<std::string, std::string> as_file(Time at, std::string_view ending) {
  return {"Content-Disposition",
          "attachment; filename=\"record-" + to_rfc3339(at).substr(0, 10) + "." + std::string(ending) + "\""};
}

Result<Answer<RecordAnswer>> read_json(Context& context, Call& call, Seats& seats) {
  const Seat seat(seats);
  TRY(seat.check());
  TRY_ASSIGN(auto record, make_record(context, call));
  TRY(write_down(context, call, "record.json"));
  const auto file = as_file(record.made_at, "json");
  return Answer<RecordAnswer>{200, std::move(record), {file}};
}

Result<Answer<RawBody>> read_html(Context& context, Call& call, Seats& seats) {
  const Seat seat(seats);
  TRY(seat.check());
  TRY_ASSIGN(const auto record, make_record(context, call));
  auto page = write_page(record, call.query_text("language").value_or(""));
  TRY(write_down(context, call, "record.html"));
  return Answer<RawBody>{200, {"text/html; charset=utf-8", std::move(page)}, {as_file(record.made_at, "html")}};
}

}  // namespace

Names names_in(House& house, const StoredRecord& stored, Deadline deadline) {
  Names names;
  for (const auto& [who, profile] : stored.profiles) add_name(house, who, profile, deadline, names);
  return names;
}

void add_record_routes(Routes& routes) {
  const auto seats = std::make_shared<Seats>(kRecordsAtOnce);
  routes.get("/api/me/access")
      .says("Who else looked at or changed anything of one's own")
      .explains("What was refused is not in it, nor what a therapist may note for themselves.")
      .query("language", "string", "en or de")
      .query("before", "string", "the id of the last one that was seen; without it the latest")
      .answers<AccessAnswer>()
      .needs(PermissionName{"read_record"})
      .audits("access.read")
      .handle(read_who_looked);
  constexpr std::string_view kExplained =
      "Messages, forms with every version, its answers and scores, sessions, what one agreed to and withdrew, and who "
      "else looked at or changed any of "
      "it. "
      "Not in it are drafts, and whatever a therapist may note for themselves. Times are UTC; in the page each is the "
      "`datetime` of a `time` element. 409 `record.too_large` above 64 MiB.";
  routes.get("/api/me/record.json")
      .says("One's own record, for programs")
      .explains(kExplained)
      .answers<RecordAnswer>()
      .needs(PermissionName{"read_record"})
      .audits("record.download")
      .heavy()
      .handle([seats](Context& context, Call& call) { return read_json(context, call, *seats); });
  routes.get("/api/me/record.html")
      .says("One's own record, to read and to print")
      .explains(kExplained)
      .query("language", "string", "en or de")
      .answers_raw("text/html")
      .needs(PermissionName{"read_record"})
      .audits("record.download")
      .heavy()
      .handle([seats](Context& context, Call& call) { return read_html(context, call, *seats); });
}

}  // namespace rapport::record
