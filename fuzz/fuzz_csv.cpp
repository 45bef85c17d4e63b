// Any CSV: what could be read, written in quotation marks and read again, is the same; and every row of it is either
// scored or named as refused.
#include <cstdint>
#include <cstdlib>

#include "measures/csv.hpp"
#include "measures/instrument_library.hpp"
#include "measures/score_table.hpp"

namespace {
using namespace rapport::measures;

std::string quoted(const CsvRecord& record) {
  std::string line;
  for (const auto& field : record.fields) {
    line += line.empty() ? "\"" : ",\"";
    for (const char c : field.text) line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  return line + "\r\n";
}

void check_reading(const CsvRecord& record) {
  const auto text = quoted(record);
  CsvReader reader(text);
  const auto again = reader.next();
  if (!again || again->problem || again->fields.size() != record.fields.size() || reader.next()) std::abort();
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    if (again->fields[i].text != record.fields[i].text || record.fields[i].column != i + 1) std::abort();
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto library = InstrumentLibrary::shipped().value();
  static const auto& instrument = *library.find("gad-2");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t records = 0;
  CsvReader reader(text);
  while (const auto record = reader.next()) {
    ++records;
    if (!record->problem) check_reading(*record);
    if (record->problem && record->problem->message.empty()) std::abort();
  }
  const auto table = score_csv(instrument, *instrument.variant(""), text, "fuzz");
  if (!table.readable && table.errors.empty()) std::abort();
  if (table.readable && table.results.size() + table.errors.size() < records - 1) std::abort();
  return 0;
}
