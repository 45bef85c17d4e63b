#include "measures/csv.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace rapport::measures {
namespace {

void note(CsvRecord& record, std::size_t line, std::size_t column, std::string message) {
  if (!record.problem) record.problem = CsvProblem{line, column, std::move(message)};
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(without_byte_order_mark(text)) {}

bool CsvReader::at_line_end() const {
  return at_end() || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
}

void CsvReader::take_line_end() {
  if (at_end()) return;
  at_ += text_[at_] == '\r' ? 2 : 1;
  ++line_;
}

std::optional<CsvRecord> CsvReader::next() {
  while (!at_end() && at_line_end()) take_line_end();
  if (at_end()) return std::nullopt;
  return read_record();
}

CsvRecord CsvReader::read_record() {
  CsvRecord record;
  record.line = line_;
  read_field(record);
  while (!at_line_end()) {
    ++at_;  // the comma: a field ends at nothing else
    read_field(record);
  }
  take_line_end();
  return record;
}

void CsvReader::read_field(CsvRecord& record) {
  CsvField field{"", line_, record.fields.size() + 1};
  if (!at_end() && text_[at_] == '"') {
    read_quoted(field, record);
  } else {
    read_plain(field, record);
  }
  check(field, record);
  if (!record.problem) record.fields.push_back(std::move(field));
}

void CsvReader::read_plain(CsvField& field, CsvRecord& record) {
  const auto start = at_;
  while (!at_line_end() && text_[at_] != ',') ++at_;
  field.text = text_.substr(start, at_ - start);
  if (field.text.find('"') != std::string::npos) {
    note(record, field.line, field.column,
         "A quotation mark within a field: the whole field must be in quotation marks, and the mark doubled.");
  }
  if (field.text.find('\r') != std::string::npos) {
    note(record, field.line, field.column, "A carriage return without a line feed: lines must end in LF or CRLF.");
  }
}

void CsvReader::read_quoted(CsvField& field, CsvRecord& record) {
  ++at_;
  bool closed = false;
  while (!at_end() && !closed) {
    const auto character = text_[at_++];
    const bool doubled = character == '"' && !at_end() && text_[at_] == '"';
    closed = character == '"' && !doubled;
    if (doubled) ++at_;
    if (character == '\n') ++line_;
    if (!closed) field.text += character;
  }
  if (!closed) note(record, field.line, field.column, "The quotation mark that opens this field is never closed.");
  if (at_line_end() || text_[at_] == ',') return;
  note(record, line_, field.column, "After a closing quotation mark there must be a comma or the end of the line.");
  while (!at_line_end() && text_[at_] != ',') ++at_;
}

void CsvReader::check(const CsvField& field, CsvRecord& record) const {
  if (field.column > kMaxCsvFields) {
    note(record, field.line, field.column, fmt::format("A record has more than {} fields.", kMaxCsvFields));
  }
  if (field.text.size() > kMaxCsvFieldBytes) {
    note(record, field.line, field.column, fmt::format("A field is longer than {} bytes.", kMaxCsvFieldBytes));
  }
  if (!is_utf8(field.text)) note(record, field.line, field.column, "This is not UTF-8 text.");
}

}  // namespace rapport::measures
