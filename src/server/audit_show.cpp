#include "server/audit_show.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <map>
#include <vector>

#include "access/audit.hpp"
#include "features/people/profiles.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"

namespace rapport::server {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;

const Query kRows{"audit_show.rows",
                  "SELECT id, at, viewer_id, role, action, client_id, view_name, count, outcome, origin FROM audit"
                  " WHERE at < $2 AND (at, id) > ($1, $3) ORDER BY at, id LIMIT $4"};
const Query kPeople{"audit_show.people", "SELECT id, sealed_profile FROM account"};

constexpr std::int64_t kPage = 2000;

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

/// Who an id stands for.
class People {
 public:
  static Result<People> of(const LookedIn& look) {
    struct Sealed {
      AccountId id;
      Bytes profile;
    };
    TRY_ASSIGN(const auto rows, look.db->read(in_time(), [](ReadTx& tx) -> Result<std::vector<Sealed>> {
      return tx.list(kPeople, {},
                     [](const Row& row) { return Sealed{row.id<AccountId>(0), row.maybe_bytes(1).value_or(Bytes())}; });
    }));
    const SystemClock clock;
    access::ClientKeys keys(*look.key_store, look.master, clock);
    People people;
    for (const auto& one : rows) {
      const auto key = keys.key_for(one.id, in_time());
      if (!key) continue;
      people::Account account;
      account.id = one.id;
      account.sealed_profile = one.profile;
      if (const auto profile = people::open_profile(**key, account)) people.names_[one.id.text()] = profile->name;
    }
    return people;
  }

  std::string name(const std::string& id) const {
    const auto found = names_.find(id);
    return found == names_.end() || found->second.empty() ? id : found->second;
  }
  /// What a row is about, with names where it has the ids of people.
  std::string with_names(std::string_view about) const {
    std::string out;
    while (!about.empty()) {
      const auto word = about.substr(0, about.find(' '));
      out += name(std::string(word));
      about.remove_prefix(word.size());
      if (about.empty()) break;
      out += ' ';
      about.remove_prefix(1);
    }
    return out;
  }

 private:
  std::map<std::string, std::string> names_;
};

/// Quoted where CSV asks for it; what a spreadsheet would take for a formula begins with an apostrophe.
std::string field(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

struct Line {
  access::AuditId id;
  Time at;
  std::string action;
  std::string text;
};

Line line_of(const Row& row, const People& people) {
  const auto person = [&](int column) {
    const auto id = row.maybe_id<AccountId>(column);
    return id ? people.name(id->text()) : std::string();
  };
  const auto word = [&](int column) { return row.is_null(column) ? std::string() : std::string(row.text(column)); };
  Line line{row.id<access::AuditId>(0), row.time(1), word(4), {}};
  line.text = fmt::format("{},{},{},{},{},{},{},{},{}", to_rfc3339(line.at), field(person(2)), field(word(3)),
                          field(line.action), field(person(5)), field(people.with_names(word(6))), row.int64(7),
                          field(word(8)), field(word(9)));
  return line;
}

/// A moment, or midnight (UTC) of a date alone.
Result<Time> moment(const std::string& text, std::string_view option, Time otherwise) {
  if (text.empty()) return otherwise;
  const auto at = from_rfc3339(text.find('T') == std::string::npos ? text + "T00:00:00Z" : text);
  if (at) return *at;
  return fail(
      invalid("audit.time", fmt::format("{} {} is no time: write 2026-11-30 or 2026-11-30T08:00:00Z.", option, text)));
}

Result<void> print_rows(const config::Settings& settings, const AuditWanted& wanted, std::ostream& out) {
  TRY_ASSIGN(auto at, moment(wanted.since, "--since", from_micros(0)));
  TRY_ASSIGN(const auto until, moment(wanted.until, "--until", Time::max()));
  TRY_ASSIGN(const auto look, look_in(settings));
  TRY_ASSIGN(const auto people, People::of(look));
  fmt::print(out, "time,who,role,action,whose,about,count,outcome,origin\r\n");
  access::AuditId last;
  for (;;) {
    TRY_ASSIGN(const auto page, look.db->read(in_time(), [&](ReadTx& tx) -> Result<std::vector<Line>> {
      return tx.list(kRows, {at, until, last, kPage}, [&](const Row& row) { return line_of(row, people); });
    }));
    for (const auto& line : page) {
      if (line.action.starts_with(wanted.action)) fmt::print(out, "{}\r\n", line.text);
    }
    if (std::ssize(page) < kPage) return {};
    at = page.back().at;
    last = page.back().id;
  }
}

}  // namespace

int show_audit(const config::Settings& settings, const AuditWanted& wanted, std::ostream& out, std::ostream& errors) {
  const auto printed = print_rows(settings, wanted, out);
  if (printed) return kDone;
  fmt::print(errors, "rapport: {}\n", printed.error().detail);
  return kNotDone;
}

}  // namespace rapport::server
