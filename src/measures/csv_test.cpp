#include "measures/csv.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace rapport::measures {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The texts of all records; fails when one has a problem.
Rows read_all(std::string_view text) {
  Rows rows;
  CsvReader reader(text);
  while (const auto record = reader.next()) {
    if (record->problem) ADD_FAILURE() << record->problem->message;
    auto& row = rows.emplace_back();
    for (const auto& field : record->fields) row.push_back(field.text);
  }
  return rows;
}

CsvProblem first_problem(std::string_view text) {
  CsvReader reader(text);
  while (const auto record = reader.next()) {
    if (record->problem) return *record->problem;
  }
  ADD_FAILURE() << "nothing was found wrong";
  return {};
}

TEST(Csv, EndsLinesInLfOrCrlfAndPassesOverEmptyOnesAndTheByteOrderMark) {
  const Rows expected{{"a", "b"}, {"1", ""}, {"", "2"}};
  EXPECT_EQ(read_all("a,b\n1,\n,2\n"), expected);
  EXPECT_EQ(read_all("a,b\r\n1,\r\n,2\r\n"), expected);
  EXPECT_EQ(read_all("\xEF\xBB\xBF"
                     "a,b\n\n1,\r\n\r\n,2"),
            expected);
  EXPECT_TRUE(read_all("").empty());
  EXPECT_TRUE(read_all("\n\r\n").empty());
}

TEST(Csv, KeepsWhatIsInQuotationMarks) {
  EXPECT_EQ(read_all("\"a,b\",\"say \"\"no\"\"\",\"two\r\nlines\",\"\"\n"),
            (Rows{{"a,b", "say \"no\"", "two\r\nlines", ""}}));
}

TEST(Csv, CountsTheLinesOfTheFileAlsoWithinAField) {
  CsvReader reader("a,b\n\"1\n2\n3\",x\n4,\"y\nz\"");
  reader.next();
  const auto second = reader.next();
  EXPECT_EQ(second->line, 2U);
  EXPECT_EQ(second->fields[0].line, 2U);
  EXPECT_EQ(second->fields[1].line, 4U);
  EXPECT_EQ(second->fields[1].column, 2U);
  const auto third = reader.next();
  EXPECT_EQ(third->line, 5U);
  EXPECT_EQ(third->fields[1].text, "y\nz");
}

TEST(Csv, SaysWhereAQuotationMarkWasNotClosed) {
  for (const auto* text : {"a,b\n1,\"2\n3,4\n", "a,b\n1,\"", "a,b\n1,\"2\"\""}) {
    const auto problem = first_problem(text);
    EXPECT_EQ(problem.line, 2U) << text;
    EXPECT_EQ(problem.column, 2U) << text;
    EXPECT_NE(problem.message.find("never closed"), std::string::npos) << text;
  }
}

TEST(Csv, RefusesARecordAndReadsTheNext) {
  CsvReader reader("a\"b,c\n\"a\"b,c\nd,e\rf\n\xFC,g\nh,i\n");
  for (std::size_t line = 1; line <= 4; ++line) {
    const auto record = reader.next();
    ASSERT_TRUE(record && record->problem) << line;
    EXPECT_EQ(record->problem->line, line);
  }
  const auto last = reader.next();
  ASSERT_TRUE(last && !last->problem);
  EXPECT_EQ(last->fields[1].text, "i");
  EXPECT_FALSE(reader.next());
}

TEST(Csv, HasLimits) {
  EXPECT_EQ(first_problem(std::string(kMaxCsvFields, ',') + "\n").column, kMaxCsvFields + 1);
  EXPECT_EQ(first_problem("a," + std::string(kMaxCsvFieldBytes + 1, 'x')).column, 2U);
  EXPECT_EQ(read_all(std::string(kMaxCsvFields - 1, ',')).at(0).size(), kMaxCsvFields);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + "\"";
}

RC_GTEST_PROP(Csv, ReadsBackWhateverWasQuoted, ()) {
  const auto text = rc::gen::container<std::string>(rc::gen::element('a', '"', ',', '\n', '\r', ' ', '\t'));
  const auto rows = *rc::gen::container<Rows>(rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(text)));
  std::string file;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) file += (i == 0 ? "" : ",") + quoted(row[i]);
    file += "\r\n";
  }
  RC_ASSERT(read_all(file) == rows);
}

}  // namespace
}  // namespace rapport::measures
