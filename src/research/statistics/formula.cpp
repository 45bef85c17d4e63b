#include "research/statistics/formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rapport::statistics {
namespace {

struct Function {
  std::string_view name;
  double least;  ///< defined above this
  double (*of)(double);
};
constexpr double kAnything = -HUGE_VAL;
constexpr std::array<Function, 6> kFunctions{{{"log", 0, [](double x) { return std::log(x); }},
                                              {"log2", 0, [](double x) { return std::log2(x); }},
                                              {"log10", 0, [](double x) { return std::log10(x); }},
                                              {"log1p", -1, [](double x) { return std::log1p(x); }},
                                              {"sqrt", kAnything, [](double x) { return std::sqrt(x); }},
                                              {"exp", kAnything, [](double x) { return std::exp(x); }}}};

const Function* function_named(std::string_view name) {
  const auto* found = std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : found;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::size_t kMostFactors = 4;

/// The terms of one side, as they were written.
struct Terms {
  std::vector<Term> terms;
  std::vector<Factor> factors;  ///< in the order in which they came
  bool intercept = true;

  void note(const Factor& factor) {
    if (std::find(factors.begin(), factors.end(), factor) == factors.end()) factors.push_back(factor);
  }

  void add(const Term& term) {
    const auto same = [&](const Term& other) {
      return std::is_permutation(term.begin(), term.end(), other.begin(), other.end());
    };
    if (std::none_of(terms.begin(), terms.end(), same)) terms.push_back(term);
  }
  /// The intercept first; then terms of one factor, of two …, each in their order, and so are the factors of a term.
  std::vector<Term> in_order() && {
    std::vector<Term> ordered;
    if (intercept) ordered.emplace_back();
    const auto place = [&](const Factor& factor) { return std::find(factors.begin(), factors.end(), factor); };
    for (auto& term : terms) {
      std::sort(term.begin(), term.end(), [&](const Factor& a, const Factor& b) { return place(a) < place(b); });
    }
    for (std::size_t size = 1; size <= kMostFactors; ++size) {
      std::copy_if(terms.begin(), terms.end(), std::back_inserter(ordered),
                   [&](const Term& term) { return term.size() == size; });
    }
    return ordered;
  }
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Formula> parse() {
    Formula formula;
    if (text_.size() > kLongestFormula) return wrong("a formula is not as long as this");
    TRY_ASSIGN(formula.outcome, factor());
    if (!take('~')) return wrong("after the outcome comes \"~\"");
    Terms fixed;
    bool first = true;
    bool has_random = false;
    do {
      if (peek() == '(') {
        if (has_random) return wrong("there can be only one group");
        TRY(random(formula));
        has_random = true;
      } else {
        TRY(add_term(fixed, first));
      }
      first = false;
    } while (next_term());
    if (peek() != '\0') return wrong("here \"+\" or the end was expected");
    if (!has_random) return wrong("the random part is missing, such as (1 | client)");
    formula.fixed = std::move(fixed).in_order();
    if (formula.fixed.empty()) return wrong("nothing is left of the fixed terms");
    return formula;
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(invalid("formula.wrong", fmt::format("The formula, at character {}: {}.", at_ + 1, what)));
  }

  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  /// A minus stays: it belongs to the -1 that must follow.
  bool next_term() { return take('+') || peek() == '-'; }

  Result<std::string> name() {
    if (!is_letter(peek())) return wrong("here the name of a column was expected");
    const auto start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  Result<Factor> factor() {
    const auto start = at_;
    TRY_ASSIGN(auto word, name());
    if (!take('(')) return Factor{std::move(word), "", 1};
    Factor found;
    TRY_ASSIGN(found.column, name());
    if (word == "I") {
      if (!take('^') || peek() < '2' || peek() > '9') return wrong("I() takes a power, such as I(session^2)");
      found.function = "^";
      found.power = text_[at_++] - '0';
    } else if (function_named(word) != nullptr) {
      found.function = word;
    } else {
      at_ = start;
      return wrong(
          fmt::format("\"{}\" is no function that is known here (log, log2, log10, log1p, sqrt, exp, I)", word));
    }
    if (!take(')')) return wrong("here \")\" was expected");
    return found;
  }

  /// 1, 0 or -1; true if there was one.
  Result<bool> intercept(Terms& terms, bool first) {
    const bool minus = take('-');
    const auto digit = peek();
    if (digit != '0' && digit != '1') {
      if (minus) return wrong("only the intercept can be taken away, by -1");
      return false;
    }
    if (minus && digit == '0') return wrong("only the intercept can be taken away, by -1");
    if (minus && first) return wrong("the first term must not be taken away");
    ++at_;
    if (at_ < text_.size() && (is_digit(text_[at_]) || is_letter(text_[at_])))
      return wrong("the only numbers are 0 and 1");
    terms.intercept = digit == '1' && !minus;
    return true;
  }

  Result<void> add_term(Terms& terms, bool first) {
    TRY_ASSIGN(const bool was_intercept, intercept(terms, first));
    if (was_intercept) return {};
    TRY_ASSIGN(auto one, factor());
    terms.note(one);
    std::vector<Term> products{{std::move(one)}};
    bool crossed = false;
    while (peek() == ':' || peek() == '*') {
      const bool cross = text_[at_++] == '*';
      if (products.size() > 1 && cross != crossed) return wrong("\":\" and \"*\" cannot be mixed in one term");
      crossed = cross;
      TRY_ASSIGN(const auto other, factor());
      terms.note(other);
      const auto before = products;
      if (cross) {
        products.push_back({other});
      } else {
        products.clear();
      }
      for (auto product : before) {
        if (std::find(product.begin(), product.end(), other) != product.end())
          return wrong("a term has the same factor twice");
        product.push_back(other);
        products.push_back(std::move(product));
      }
      if (products.back().size() > kMostFactors) return wrong("at most four factors can be multiplied");
    }
    for (const auto& product : products) terms.add(product);
    return {};
  }

  Result<void> random(Formula& formula) {
    take('(');
    Terms terms;
    bool first = true;
    do {
      TRY(add_term(terms, first));
      first = false;
    } while (next_term());
    if (!take('|')) return wrong("here \"|\" and the group were expected");
    formula.correlated = !take('|');
    TRY_ASSIGN(formula.group, name());
    if (!take(')')) return wrong("here \")\" was expected");
    formula.random = std::move(terms).in_order();
    if (formula.random.empty()) return wrong("nothing is left of the random terms");
    if (formula.random.size() > kMostRandomTerms) return wrong("there can be at most two random terms");
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Factor::name() const {
  if (function.empty()) return column;
  return function == "^" ? fmt::format("I({}^{})", column, power) : fmt::format("{}({})", function, column);
}

std::optional<double> Factor::of(double value) const {
  if (function.empty()) return value;
  const auto* known = function_named(function);
  if (known != nullptr && !(value > known->least)) return std::nullopt;
  const auto result = known != nullptr ? known->of(value) : std::pow(value, power);
  return std::isfinite(result) ? std::optional(result) : std::nullopt;
}

Result<Formula> parse_formula(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace rapport::statistics
