#include "access/audit_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace rapport::access {
namespace {

using Kind = AuditFinding::Kind;
constexpr std::int64_t kPage = 2000;

/// Neighbours of one kind are one finding.
class Findings {
 public:
  explicit Findings(std::vector<AuditFinding>& found) : found_(found) {}
  void add(const AuditFinding& one) {
    if (!found_.empty() && found_.back().kind == one.kind && found_.back().to + 1 == one.from) {
      found_.back().to = one.to;
    } else {
      found_.push_back(one);
    }
  }

 private:
  std::vector<AuditFinding>& found_;
};

struct SignedHeads {
  std::vector<AuditHead> in_file;       ///< in the order of the file
  std::map<std::int64_t, Bytes> links;  ///< what the database has at their places
};

Result<SignedHeads> read_heads(const HeadSigner& signer, const std::string& file, AuditReport& report) {
  SignedHeads heads;
  Findings findings(report.findings);
  std::int64_t last_line = 0;
  TRY_ASSIGN(const bool there, each_head(file, [&](std::int64_t number, std::string_view line) {
               last_line = number;
               auto head = signer.open(line);
               if (!head) return findings.add({Kind::head_unreadable, number, number, report.last_head});
               report.last_head = head->at;
               heads.links.emplace(head->place, head->place == 0 ? kNoLink : Bytes());
               heads.in_file.push_back(std::move(*head));
             }));
  report.heads = std::ssize(heads.in_file);
  if (!there) report.findings.push_back({Kind::heads_missing, 0, 0, std::nullopt});
  return heads;
}

/// From the first row to the last. A row is held against the link that is stored before it, so that one changed row is
/// one finding and not all that follow. Returns the last place.
std::int64_t walk_chain(store::ReadTx& tx, const SealKey& links, AuditReport& report, SignedHeads& heads) {
  Findings findings(report.findings);
  std::optional<Bytes> before = kNoLink;
  std::int64_t place = 0;
  for (std::vector<ChainedRow> page = read_chain(tx, place, kPage); !page.empty();
       page = read_chain(tx, place, kPage)) {
    for (auto& row : page) {
      if (row.place != place + 1) {
        findings.add({Kind::removed, place + 1, row.place - 1, report.last});
        before.reset();  // what followed is told by the heads and by the rows after it
      }
      place = row.place;
      const bool right = !before || link_of(links, *before, row.place, row.said) == row.link;
      if (!right) findings.add({Kind::changed, row.place, row.place, report.last});
      if (right) report.last = row.at;
      if (!report.first) report.first = row.at;
      if (const auto head = heads.links.find(row.place); head != heads.links.end()) head->second = row.link;
      before = std::move(row.link);
      ++report.rows;
    }
  }
  return place;
}

/// A head beyond the end is of rows that are gone; one whose link the database does not have there is of other rows.
void compare_heads(const SignedHeads& heads, std::int64_t end, AuditReport& report) {
  std::int64_t furthest = end;
  std::optional<AuditFinding> replaced;
  std::optional<Time> held;  // of the last head that holds
  for (const auto& head : heads.in_file) {
    if (head.place > end) {
      furthest = std::max(furthest, head.place);
      continue;
    }
    const auto& link = heads.links.at(head.place);
    if (link == head.link) held = head.at;
    if (link == head.link || link.empty()) continue;  // empty: that row is gone, which was found before
    if (!replaced) replaced = AuditFinding{Kind::replaced, head.place, head.place, held};
    replaced->to = std::max(replaced->to, head.place);
  }
  if (replaced) report.findings.push_back(*replaced);
  if (furthest > end) report.findings.push_back({Kind::end_missing, end + 1, furthest, report.last});
}

std::string rows_text(const AuditFinding& finding) {
  return finding.from == finding.to ? fmt::format("row {}", finding.from)
                                    : fmt::format("rows {} to {}", finding.from, finding.to);
}

std::string since_text(const AuditFinding& finding) {
  return finding.since ? fmt::format("what was written until {} is as it was", to_rfc3339(*finding.since))
                       : std::string("nothing before it is known to be as it was");
}

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::changed:
      return "changed";
    case Kind::removed:
      return "removed";
    case Kind::end_missing:
      return "end_missing";
    case Kind::replaced:
      return "replaced";
    case Kind::heads_missing:
      return "heads_missing";
    case Kind::head_unreadable:
      return "head_unreadable";
  }
  return "";
}

std::string explain(const AuditFinding& finding) {
  const auto rows = rows_text(finding);
  switch (finding.kind) {
    case Kind::changed:
      return fmt::format("Changed, or put in: {}; {}.", rows, since_text(finding));
    case Kind::removed:
      return fmt::format("Removed: {}; {}.", rows, since_text(finding));
    case Kind::end_missing:
      return fmt::format("The database is older than the heads: {} {} missing at its end; its last row is of {}.",
                         finding.to - finding.from + 1, finding.to == finding.from ? "row is" : "rows are",
                         finding.since ? to_rfc3339(*finding.since) : "no time");
    case Kind::replaced:
      return fmt::format("Other rows than those that were signed, or an older database was put back: {}; {}.", rows,
                         since_text(finding));
    case Kind::heads_missing:
      return "The file of heads is missing: rows taken off the end could not be noticed.";
    case Kind::head_unreadable:
      return fmt::format("The file of heads: {} {} not whole, or not signed by this practice.",
                         finding.from == finding.to ? fmt::format("line {}", finding.from)
                                                    : fmt::format("lines {} to {}", finding.from, finding.to),
                         finding.from == finding.to ? "is" : "are");
  }
  return "";
}

Result<AuditReport> check_audit(store::ReadTx& tx, const SealKey& root, const std::string& heads_file) {
  AuditReport report;
  TRY_ASSIGN(auto heads, read_heads(HeadSigner(root), heads_file, report));
  const auto end = walk_chain(tx, link_key(root), report, heads);
  compare_heads(heads, end, report);
  report.without_place = rows_without_place(tx);
  return report;
}

}  // namespace rapport::access
