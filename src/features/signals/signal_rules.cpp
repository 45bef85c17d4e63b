#include "features/signals/signal_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <utility>

#include "measures/json_fields.hpp"
#include "signal_files.hpp"

namespace rapport::signals {
namespace {

using measures::Fields;

constexpr std::size_t kMostRules = 200;
constexpr std::size_t kMostMeasures = 50;
/// What is kept of the treatments of many is to say nothing of one.
constexpr double kFewestCases = 100;

constexpr std::array<std::string_view, 14> kKinds{"early-alliance",
                                                  "rupture-candidate",
                                                  "repair",
                                                  "divergence",
                                                  "ceiling",
                                                  "straight-line",
                                                  "not-on-track",
                                                  "deterioration",
                                                  "reliable-improvement",
                                                  "sudden-gain-candidate",
                                                  "missing",
                                                  "silence",
                                                  "late-reply",
                                                  "safety"};
constexpr std::array<std::string_view, 3> kLevels{"info", "look", "act"};

struct Range {
  std::string_view parameter;
  double least = 0;
  double most = 0;
  bool is_count = false;  ///< of forms, sessions and the like: a whole number
};

/// What a method asks of its rule.
struct Needs {
  std::string_view method;
  Method is;
  Kind gives;  ///< what its sentence says: another signal would be a lie
  bool measures =
      false;  ///< names scales; otherwise it is about every instrument with a reliable change, or every form
  std::vector<Range> parameters;
};

const std::vector<Needs>& all_needs() {
  static const std::vector<Needs> needs{
      {"worse-than-start", Method::worse_than_start, Kind::deterioration, false, {}},
      {"worse-than-best",
       Method::worse_than_best,
       Kind::deterioration,
       false,
       {{"latest", 2, 5, true}, {"best_of", 2, 5, true}, {"share", .5, 2}}},
      {"not-better-by", Method::not_better_by, Kind::not_on_track, false, {{"session", 3, 20, true}}},
      {"two-worsenings", Method::two_worsenings, Kind::not_on_track, false, {{"share", .1, 2}}},
      {"expected-course",
       Method::beyond_expected,
       Kind::not_on_track,
       false,
       {{"cases", kFewestCases, 100'000, true},
        {"share", .5, .99},
        {"forms", 1, 5, true},
        {"quiet_weeks", 4, 104, true}}},
      {"better-than-start", Method::better_than_start, Kind::reliable_improvement, false, {}},
      {"sudden-gain", Method::sudden_gain, Kind::sudden_gain_candidate, false, {}},
      {"drop",
       Method::drop,
       Kind::rupture_candidate,
       true,
       {{"prior_forms", 1, 10, true}, {"sigmas", 1, 5}, {"sigmas_of_two", 1, 5}, {"share", .1, 1}}},
      {"repaired",
       Method::repaired,
       Kind::repair,
       true,
       {{"prior_forms", 1, 10, true},
        {"sigmas", 1, 5},
        {"sigmas_of_two", 1, 5},
        {"share", .1, 1},
        {"forms", 1, 10, true}}},
      {"yes", Method::yes, Kind::rupture_candidate, true, {{"count", 1, 100, true}}},
      {"item-dip",
       Method::item_dip,
       Kind::rupture_candidate,
       true,
       {{"prior_forms", 1, 10, true}, {"share", .1, 1}, {"high", 0, 1}}},
      {"low-early", Method::low_early, Kind::early_alliance, true, {{"sessions", 1, 20, true}}},
      {"low-later", Method::low_later, Kind::rupture_candidate, true, {{"sessions", 1, 20, true}}},
      {"falling-early",
       Method::falling_early,
       Kind::early_alliance,
       true,
       {{"sessions", 2, 20, true}, {"share", .1, 2}}},
      {"gap", Method::gap, Kind::divergence, true, {{"spreads", .1, 5}, {"sessions", 1, 10, true}}},
      {"perfect-score", Method::perfect_score, Kind::ceiling, true, {{"forms", 1, 20, true}}},
      {"same-answers", Method::same_answers, Kind::straight_line, false, {{"items", 3, 100, true}}},
      {"not-sent", Method::not_sent, Kind::missing, false, {{"share", .1, 1}, {"look_after", 1, 20, true}}},
      {"no-score", Method::no_score, Kind::missing, false, {}},
      {"no-contact", Method::no_contact, Kind::silence, false, {{"weeks", 1, 26, true}}},
      {"reply-late", Method::reply_late, Kind::late_reply, false, {{"hours", 0, 336, true}}},
      {"safety-answer", Method::safety_answer, Kind::safety, false, {}}};
  return needs;
}

template <std::size_t N>
std::optional<std::size_t> place_in(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

class RuleReader {
 public:
  explicit RuleReader(const measures::InstrumentLibrary& instruments) : instruments_(instruments) {}

  std::vector<Rule> read(const boost::json::value& document, measures::Mistakes& mistakes) {
    Fields top(document, "", mistakes);
    top.refuse_all_but({"rules"});
    if (!top.has("rules")) top.wrong("rules", "The list of the rules is missing.");
    std::vector<Rule> rules;
    for (auto& fields : top.objects("rules", kMostRules)) rules.push_back(rule(fields));
    return rules;
  }

  Rule rule(Fields& fields) {
    fields.refuse_all_but({"rule", "title", "version", "signal", "level", "strength", "method", "basis", "citation",
                           "citation_de", "measures", "parameters"});
    Rule rule;
    rule.id = fields.text("rule");
    if (!rule.id.empty() && !ids_.insert(rule.id).second) fields.wrong("rule", "There is another rule of this name.");
    rule.title = fields.text("title");
    rule.version = fields.text("version");
    rule.citation = fields.text("citation");
    rule.citation_de = fields.optional_text("citation_de").value_or("");
    const auto signal = chosen(fields, "signal", kKinds);
    rule.signal = static_cast<Kind>(signal.value_or(0));
    rule.level = static_cast<Level>(chosen(fields, "level", kLevels).value_or(0));
    rule.strength = strength(fields);
    constexpr std::array<std::string_view, 2> kBases{"our own rule", "published"};
    rule.is_published = chosen(fields, "basis", kBases) == 1;
    const auto method = fields.text("method");
    const auto& needs = all_needs();
    const auto known = std::find_if(needs.begin(), needs.end(), [&](const Needs& one) { return one.method == method; });
    if (known == needs.end()) {
      if (!method.empty()) fields.wrong("method", fmt::format("There is no method \"{}\".", method));
      return rule;
    }
    rule.method = known->is;
    if (signal && rule.signal != known->gives) {
      fields.wrong("signal", fmt::format("The method \"{}\" gives the signal \"{}\".", method, name(known->gives)));
    }
    read_parameters(fields, known->parameters, rule);
    read_measures(fields, *known, rule);
    return rule;
  }

 private:
  template <std::size_t N>
  static std::optional<std::size_t> chosen(Fields& fields, std::string_view key,
                                           const std::array<std::string_view, N>& names) {
    const auto text = fields.text(key);
    const auto place = place_in(names, text);
    if (!place && !text.empty()) fields.wrong(key, fmt::format("It must be one of: {}.", fmt::join(names, ", ")));
    return place;
  }

  static int strength(Fields& fields) {
    const auto value = fields.optional_number("strength").value_or(kUsualStrength);
    if (value >= 1 && value <= 9 && value == std::floor(value)) return static_cast<int>(value);
    fields.wrong("strength", "It must be a whole number from 1 to 9.");
    return kUsualStrength;
  }

  static void read_parameters(Fields& fields, const std::vector<Range>& ranges, Rule& rule) {
    for (const auto& range : ranges) rule.parameters[std::string(range.parameter)] = range.least;
    auto parameters = fields.optional_object("parameters");
    if (!parameters) {
      if (!ranges.empty()) fields.wrong("parameters", "This method needs parameters.");
      return;
    }
    for (const auto& range : ranges) {
      const auto value = parameters->number(range.parameter);
      if (value < range.least || value > range.most) {
        parameters->wrong(range.parameter, fmt::format("It must be from {} to {}.", range.least, range.most));
      } else if (range.is_count && value != std::floor(value)) {
        parameters->wrong(range.parameter, fmt::format("It must be a whole number, not {}.", value));
      }
      rule.parameters[std::string(range.parameter)] = value;
    }
    std::vector<std::string_view> known;
    for (const auto& range : ranges) known.push_back(range.parameter);
    parameters->refuse_all_but(known);
  }

  void read_measures(Fields& fields, const Needs& needs, Rule& rule) const {
    if (needs.measures && !fields.has("measures"))
      fields.wrong("measures", "This method needs the scales it is about.");
    if (!needs.measures && fields.has("measures")) fields.wrong("measures", "This method is not about single scales.");
    if (!needs.measures) return;
    std::set<std::pair<std::string, std::string>> scales;
    for (auto& one : fields.objects("measures", kMostMeasures)) {
      rule.measures.push_back(measure(one, needs.is));
      const auto& added = rule.measures.back();
      if (!scales.emplace(added.instrument, added.scale).second) {
        one.wrong("instrument", "This scale is in this rule already.");
      }
    }
  }

  Measure measure(Fields& fields, Method method) const {
    fields.refuse_all_but({"instrument", "scale", "drop", "error", "low", "spread"});
    Measure measure;
    measure.instrument = fields.text("instrument");
    measure.scale = fields.text("scale");
    const auto above_zero = [&](std::string_view key, bool needed) {
      if (!needed && !fields.has(key)) return 0.0;
      const auto value = fields.number(key);
      if (fields.has(key) && !(value > 0)) fields.wrong(key, "It must be above 0.");
      return value;
    };
    const bool drops = method == Method::drop || method == Method::repaired;
    measure.drop = above_zero("drop", drops || method == Method::falling_early);
    measure.error = above_zero("error", drops);
    measure.spread = above_zero("spread", method == Method::gap);
    measure.low = fields.optional_number("low");
    if ((method == Method::low_early || method == Method::low_later) && !measure.low)
      fields.wrong("low", "It is missing.");
    const auto* instrument = instruments_.find(measure.instrument);
    if (instrument == nullptr) {
      if (!measure.instrument.empty())
        fields.wrong("instrument", fmt::format("There is no instrument \"{}\".", measure.instrument));
      return measure;
    }
    measure.instrument = instrument->id();
    const auto& scales = instrument->scoring().scales;
    const auto scale =
        std::find_if(scales.begin(), scales.end(), [&](const auto& one) { return one.key == measure.scale; });
    if (scale == scales.end()) {
      fields.wrong("scale", fmt::format("{} has no scale \"{}\".", instrument->scoring().name, measure.scale));
    } else if (measure.low && (*measure.low < scale->min || *measure.low > scale->max)) {
      fields.wrong("low", fmt::format("It must be from {} to {}, as the scale is.", scale->min, scale->max));
    }
    return measure;
  }

  const measures::InstrumentLibrary& instruments_;
  std::set<std::string> ids_;
};

}  // namespace

std::string_view name(Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::string_view name(Level level) {
  return kLevels.at(static_cast<std::size_t>(level));
}

std::optional<Kind> kind_named(std::string_view name) {
  const auto place = place_in(kKinds, name);
  return place ? std::optional(static_cast<Kind>(*place)) : std::nullopt;
}

std::optional<Level> level_named(std::string_view name) {
  const auto place = place_in(kLevels, name);
  return place ? std::optional(static_cast<Level>(*place)) : std::nullopt;
}

Result<std::vector<Rule>> read_rules(std::string_view text, const measures::InstrumentLibrary& instruments) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  auto rules = RuleReader(instruments).read(document, mistakes);
  if (!mistakes.none()) return fail(mistakes.error("signals.rules", text));
  return rules;
}

Result<std::vector<Rule>> shipped_rules(const measures::InstrumentLibrary& instruments) {
  return read_rules(signal_file("rules.json"), instruments);
}

std::string_view signal_file(std::string_view name) {
  for (const auto& file : signal_files()) {
    if (std::string_view(file.path).ends_with(name)) return file.content;
  }
  throw std::logic_error("a file of resources/signals is not part of this program");
}

}  // namespace rapport::signals
