#include "server/track_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json/serialize.hpp>

#include "base/files.hpp"
#include "features/signals/track_table.hpp"
#include "measures/json_fields.hpp"
#include "server/instrument_folder.hpp"
#include "server/table_commands.hpp"

namespace rapport::server {
namespace {

Result<std::vector<signals::Rule>> open_rules(const std::string& file, const measures::InstrumentLibrary& instruments) {
  if (file.empty()) return signals::shipped_rules(instruments);
  TRY_ASSIGN(const auto text, read_file(file, measures::kMaxDocumentBytes));
  auto rules = signals::read_rules(text, instruments);
  if (!rules) rules.error().detail = fmt::format("{}: {}", file, rules.error().detail);
  return rules;
}

void print_signals(const signals::TrackTable& table, std::ostream& out) {
  for (const auto& [client, signal] : table.results) {
    fmt::print(out, "{}, session {}: {} ({}, {}): {}\n", client, signal.session, signals::name(signal.kind),
               signals::name(signal.level), signal.rule, signal.reason);
  }
  if (table.results.empty()) fmt::print(out, "No signals. That is not to say that all is well.\n");
}

}  // namespace

int track(const TrackOptions& options, std::istream& in, std::ostream& out, std::ostream& errors) {
  const Answering answering{options.input, options.json, out, errors};
  const auto instruments = open_instruments(options.folder);
  if (!instruments) return answering.not_done(instruments.error());
  const auto rules = open_rules(options.rules, *instruments);
  if (!rules) return answering.not_done(rules.error(), options.rules);
  const auto csv = read_table(options.input, in);
  if (!csv) return answering.not_done(csv.error());
  const auto table = signals::track_csv(*instruments, *rules, *csv, options.input);
  if (options.json) fmt::print(out, "{}\n", boost::json::serialize(signals::to_json(table)));
  if (!options.json && table.readable) print_signals(table, out);
  return answering.done(table.readable, table.errors);
}

}  // namespace rapport::server
