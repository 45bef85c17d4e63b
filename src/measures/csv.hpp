#pragma once
/// @file Reading CSV (RFC 4180), strictly: comma, double quotes, UTF-8; a byte order mark is passed over, lines end in
/// CRLF or LF. What is wrong with a record is said with its line, and the records after it are read all the same.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapport::measures {

inline constexpr std::size_t kMaxCsvBytes = 64'000'000;
inline constexpr std::size_t kMaxCsvFields = 2'000;
inline constexpr std::size_t kMaxCsvFieldBytes = 100'000;

/// `line` is that of the file, also within quoted fields of several lines; `column` is the number of the field. From 1.
struct CsvField {
  std::string text;
  std::size_t line = 0;
  std::size_t column = 0;
};

struct CsvProblem {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;
};

struct CsvRecord {
  std::size_t line = 0;
  std::vector<CsvField> fields;
  std::optional<CsvProblem> problem;  ///< the first; then `fields` are not to be used
};

class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  /// The next record; nothing at the end. Empty lines are passed over.
  std::optional<CsvRecord> next();

 private:
  CsvRecord read_record();
  void read_field(CsvRecord& record);
  void read_quoted(CsvField& field, CsvRecord& record);
  void read_plain(CsvField& field, CsvRecord& record);
  void check(const CsvField& field, CsvRecord& record) const;
  bool at_end() const { return at_ == text_.size(); }
  bool at_line_end() const;
  void take_line_end();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace rapport::measures
