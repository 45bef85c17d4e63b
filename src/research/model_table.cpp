#include "research/model_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/ascii.hpp"
#include "measures/csv.hpp"

namespace rapport::research {
namespace {

using measures::CsvField;
using measures::CsvRecord;
using statistics::Factor;
using statistics::Formula;
using statistics::Term;

/// What a program writes, with exponents; nothing that is not finite.
std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_missing(std::string_view text) {
  return text.empty() || text == "NA";
}

/// A column of the model: its name, and the value in every row.
struct Column {
  std::string name;
  std::vector<double> values;
};

class ModelReader {
 public:
  ModelReader(const Formula& formula, std::string_view file) : formula_(formula), problems_(file) {}

  ModelTable read(std::string_view csv) && {
    table_.readable = measures::is_small_enough(csv, problems_) && read_file(csv) && build();
    table_.errors = std::move(problems_.found());
    std::sort(table_.errors.begin(), table_.errors.end(),
              [](const auto& a, const auto& b) { return std::tie(a.line, a.column) < std::tie(b.line, b.column); });
    return std::move(table_);
  }

 private:
  bool read_file(std::string_view csv) {
    measures::CsvReader reader(csv);
    header_ = measures::TableHeader::read(reader.next(), measures::TableHeader::Names::exact, "that the formula names.",
                                          problems_);
    if (!header_ || !find_columns()) return false;
    while (auto record = reader.next()) {
      if (header_->fits(*record, problems_)) records_.push_back(std::move(*record));
    }
    find_categories();
    read_rows();
    return true;
  }

  bool find_columns() {
    std::set<std::string> names{formula_.group, formula_.outcome.column};
    for (const auto* terms : {&formula_.fixed, &formula_.random}) {
      for (const auto& term : *terms) {
        for (const auto& factor : term) names.insert(factor.column);
      }
    }
    bool all = true;
    for (const auto& name : names) {
      const auto place = header_->require(name, problems_);
      if (place) places_[name] = *place;
      all = all && place;
    }
    return all;
  }

  const CsvField& field(const CsvRecord& record, const std::string& column) const {
    return record.fields[places_.at(column)];
  }

  /// Of the fixed terms alone; everything else must be a number.
  void find_categories() {
    for (const auto& term : formula_.fixed) {
      for (const auto& factor : term) {
        if (factor.function.empty() && has_no_number(factor.column)) categories_[factor.column];
      }
    }
  }

  bool has_no_number(const std::string& column) const {
    bool has_text = false;
    for (const auto& record : records_) {
      const auto text = trimmed(field(record, column).text);
      if (is_missing(text)) continue;
      if (read_number(text)) return false;
      has_text = true;
    }
    return has_text;
  }

  void read_rows() {
    std::map<std::string, std::size_t> known;
    for (auto& record : records_) {
      const bool lacks = std::any_of(places_.begin(), places_.end(), [&](const auto& place) {
        return is_missing(trimmed(record.fields[place.second].text));
      });
      if (lacks) {
        ++table_.left_out;
        continue;
      }
      if (!is_sound(record)) continue;
      const std::string group(trimmed(field(record, formula_.group).text));
      const auto [found, is_new] = known.emplace(group, table_.groups.size());
      if (is_new) table_.groups.push_back(group);
      table_.data.group.push_back(found->second);
      for (auto& [column, levels] : categories_) levels.insert(std::string(trimmed(field(record, column).text)));
      rows_.push_back(&record);
    }
    table_.data.groups = table_.groups.size();
  }

  bool is_sound(const CsvRecord& record) {
    const auto before = problems_.found().size();
    std::set<std::string> checked;
    check(record, formula_.outcome, checked);
    for (const auto* terms : {&formula_.fixed, &formula_.random}) {
      for (const auto& term : *terms) {
        for (const auto& factor : term) {
          const bool is_category = terms == &formula_.fixed && is_category_factor(factor);
          if (!is_category) check(record, factor, checked);
        }
      }
    }
    return problems_.found().size() == before;
  }

  bool is_category_factor(const Factor& factor) const {
    return factor.function.empty() && categories_.count(factor.column) != 0;
  }

  /// Each factor once.
  void check(const CsvRecord& record, const Factor& factor, std::set<std::string>& checked) {
    if (!checked.insert(factor.name()).second) return;
    const auto& own = field(record, factor.column);
    const auto number = read_number(trimmed(own.text));
    if (!number) {
      problems_.add(own, fmt::format("{}: \"{}\" is no number. Leave the field empty if there is none.", factor.column,
                                     own.text));
    } else if (!factor.of(*number)) {
      problems_.add(own, fmt::format("{} of {} is not defined.", factor.name(), own.text));
    }
  }

  std::vector<double> numbers(const Factor& factor) const {
    std::vector<double> values;
    for (const auto* row : rows_) values.push_back(*factor.of(*read_number(trimmed(field(*row, factor.column).text))));
    return values;
  }

  /// R's rule: a category is held against its first level where the term without it is in the model.
  bool is_contrasted(const Term& term, std::size_t place) const {
    auto rest = term;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(place));
    return std::any_of(formula_.fixed.begin(), formula_.fixed.end(), [&](const Term& other) {
      return std::is_permutation(rest.begin(), rest.end(), other.begin(), other.end());
    });
  }

  std::vector<Column> columns_of(const Term& term, std::size_t place) const {
    const auto& factor = term[place];
    if (!is_category_factor(factor)) return {{factor.name(), numbers(factor)}};
    std::vector<Column> columns;
    const auto& levels = categories_.at(factor.column);
    for (auto level = is_contrasted(term, place) ? std::next(levels.begin()) : levels.begin(); level != levels.end();
         ++level) {
      auto& column = columns.emplace_back();
      column.name = factor.column + *level;
      for (const auto* row : rows_) {
        column.values.push_back(trimmed(field(*row, factor.column).text) == *level ? 1 : 0);
      }
    }
    return columns;
  }

  /// The first factor changes fastest, as in R.
  std::vector<Column> columns_of(const Term& term) const {
    if (term.empty()) return {{"(Intercept)", std::vector<double>(rows_.size(), 1)}};
    auto columns = columns_of(term, 0);
    for (std::size_t place = 1; place < term.size(); ++place) {
      std::vector<Column> products;
      for (const auto& right : columns_of(term, place)) {
        if (products.size() > kMostModelColumns) break;
        for (auto left : columns) {
          left.name += ":" + right.name;
          for (std::size_t i = 0; i < left.values.size(); ++i) left.values[i] *= right.values[i];
          products.push_back(std::move(left));
        }
      }
      columns = std::move(products);
    }
    return columns;
  }

  bool has_too_many() {
    for (const auto& [column, levels] : categories_) {
      if (levels.size() <= kMostModelColumns) continue;
      problems_.add({}, {},
                    fmt::format("The column \"{}\" has {} categories; at most {} can be told apart.", column,
                                levels.size(), kMostModelColumns));
      return true;
    }
    return false;
  }

  bool build() {
    if (has_too_many()) return false;
    auto& data = table_.data;
    data.correlated = formula_.correlated;
    data.outcome = numbers(formula_.outcome);
    std::vector<Column> fixed;
    for (const auto& term : formula_.fixed) {
      for (auto& column : columns_of(term)) fixed.push_back(std::move(column));
      if (fixed.size() <= kMostModelColumns) continue;
      problems_.add({}, {}, fmt::format("The formula comes to more than {} columns.", kMostModelColumns));
      return false;
    }
    std::vector<Column> random;
    for (const auto& term : formula_.random) {
      for (auto& column : columns_of(term)) random.push_back(std::move(column));
    }
    lay_out(fixed, data.fixed_names, data.fixed);
    lay_out(random, data.random_names, data.random);
    return true;
  }

  void lay_out(const std::vector<Column>& columns, std::vector<std::string>& names, std::vector<double>& rows) const {
    for (const auto& column : columns) names.push_back(column.name);
    rows.reserve(rows_.size() * columns.size());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      for (const auto& column : columns) rows.push_back(column.values[row]);
    }
  }

  const Formula& formula_;
  measures::InputProblems problems_;
  std::optional<measures::TableHeader> header_;
  std::map<std::string, std::size_t> places_;
  std::vector<CsvRecord> records_;
  std::map<std::string, std::set<std::string>> categories_;  ///< the levels of each
  std::vector<const CsvRecord*> rows_;                       ///< those that are used
  ModelTable table_;
};

}  // namespace

ModelTable read_model_table(const Formula& formula, std::string_view csv, std::string_view file) {
  return ModelReader(formula, file).read(csv);
}

}  // namespace rapport::research
