#include "features/practice_report/practice_report_api.hpp"

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/signal_words.hpp"
#include "http/shape.hpp"

namespace rapport::practice_report {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

constexpr std::string_view kView = "practice report";

struct Kept {
  std::vector<KeptPeriod> periods;
  std::optional<Work> work;
};

Result<PeriodEntry> describe(const KeptPeriod& kept, std::string_view language) {
  PeriodEntry entry{first_day(kept.period.first), last_day(kept.period.last), kept.made_at, std::nullopt};
  if (!kept.tables) return entry;
  TRY_ASSIGN(const auto value, http::parse_json(*kept.tables));
  TRY_ASSIGN(entry.tables, http::parse<Tables>(value));
  for (auto& row : entry.tables->signals) {
    const auto* rule = signals::find_rule(row.rule);
    row.title = rule == nullptr ? row.rule : signals::title_of(*rule, language);
  }
  return entry;
}

/// When the quarter that goes on has been over for long enough.
Time next_look(Time now) {
  return begin_of(quarter_of(now - kSettles) + 1) + kSettles;
}

/// A row for each log-in, and no write for each time that the page asks how far it has come.
Result<void> note_look(Context& context, const Call& call) {
  auto entry = audit_entry_of(context, call);
  entry.view = kView;
  if (!context.house.read_audit.first_time(context.viewer.session, AccountId(), opened_view(entry), entry.at)) {
    context.is_written_down = true;
    return {};
  }
  return audited_write(context, call, [](store::WriteTx&, ChangeEntry& change) -> Result<void> {
    change.view = kView;
    return {};
  });
}

Result<Answer<PracticeReport>> read_report(Context& context, Call& call, const Settings& settings) {
  TRY_ASSIGN(const auto kept, context.house.db.read(call.deadline, [](store::ReadTx& tx) -> Result<Kept> {
    return Kept{list_periods(tx), find_work(tx)};
  }));
  TRY(note_look(context, call));
  TRY_ASSIGN(auto measures, shipped_measures(questionnaires::instruments()));
  const auto language = signals::language_of(call.query_text("language").value_or(""));
  Answer<PracticeReport> answer;
  answer.value.smallest_group = settings.smallest_group;
  answer.value.published = std::move(measures.published);
  for (const auto& one : kept.periods) {
    TRY_ASSIGN(auto entry, describe(one, language));
    answer.value.periods.push_back(std::move(entry));
  }
  if (!kept.work || kept.work->total > 0) {
    answer.value.making = kept.work ? Making{kept.work->done, kept.work->total} : Making{};
  } else {
    answer.value.next_from = first_day(kept.work->next);
    answer.value.next_at = next_look(context.house.clock.now());
  }
  return answer;
}

}  // namespace

Settings settings_of(const config::Settings& settings) {
  return {settings.practice_smallest_group};
}

void add_practice_report_routes(Routes& routes, const Settings& settings) {
  routes.get("/api/practice-report")
      .says("What the treatments of the practice come to, without anybody in it")
      .explains(
          "Figures about the practice as a whole, by periods of whole calendar quarters. They are made in the "
          "background a week after a period is over, and kept as they were shown. Groups of fewer people than "
          "`smallest_group` are left out, and so is what would let anybody take one figure from another and find such "
          "a group; all numbers of people, forms and signals are rounded to it. No therapist is told from another, and "
          "nothing "
          "rests on what clients answer about their therapist (RISQ).")
      .query("language", "string", "of the names of rules: en or de")
      .answers<PracticeReport>()
      .needs(PermissionName{"read_practice_report"})
      .audits("practice_report.read")
      .handle([settings](Context& context, Call& call) { return read_report(context, call, settings); });
}

}  // namespace rapport::practice_report
