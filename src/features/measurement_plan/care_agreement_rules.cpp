#include <fmt/format.h>

#include <algorithm>

#include "features/measurement_plan/care_agreement.hpp"
#include "http/shape.hpp"
#include "measurement_plan_files.hpp"
#include "measures/json_fields.hpp"

namespace rapport::measurement_plan {
namespace {

using measures::Fields;

constexpr std::size_t kMostSteps = 10;
constexpr std::size_t kMostInstruments = 50;
/// What the rule may name though a build has left it out.
constexpr std::string_view kInPack = "core-10";

TwoTexts texts_of(Fields& fields, std::string_view key) {
  auto texts = fields.optional_object(key);
  if (!texts) {
    fields.wrong(key, "The text is missing.");
    return {};
  }
  texts->refuse_all_but({"en", "de"});
  return {texts->text("en"), texts->text("de")};
}

std::int64_t whole(Fields& fields, std::string_view key, std::int64_t most) {
  const auto number = fields.number(key);
  const auto value = static_cast<std::int64_t>(number);
  if (static_cast<double>(value) != number || value < 1 || value > most) {
    fields.wrong(key, fmt::format("It must be a whole number from 1 to {}.", most));
  }
  return value;
}

class RuleReader {
 public:
  explicit RuleReader(const measures::InstrumentLibrary& instruments) : instruments_(instruments) {}

  IntakeRule read(const boost::json::value& document, measures::Mistakes& mistakes) {
    Fields top(document, "", mistakes);
    top.refuse_all_but({"version", "basis", "citation", "note", "steps", "instruments"});
    rule_.version = top.text("version");
    const auto basis = top.text("basis");
    rule_.is_published = basis == "published";
    if (!rule_.is_published && basis != "our own rule") top.wrong("basis", "It must be published or our own rule.");
    rule_.citation = top.optional_text("citation");
    if (rule_.is_published != rule_.citation.has_value()) {
      top.wrong("citation", "What is published has a citation, and our own rule has none.");
    }
    top.text("note");
    for (auto& one : top.objects("steps", kMostSteps)) read_step(one);
    for (auto& one : top.objects("instruments", kMostInstruments)) read_instrument(one);
    return std::move(rule_);
  }

 private:
  void read_step(Fields& fields) {
    fields.refuse_all_but({"step", "sessions", "weeks", "first_contact_hours", "support", "safety"});
    Step step{whole(fields, "step", kMostSteps),
              whole(fields, "sessions", kMostSessions),
              whole(fields, "weeks", kMostSessionWeeks),
              whole(fields, "first_contact_hours", kMostContactHours),
              texts_of(fields, "support"),
              texts_of(fields, "safety")};
    if (step.step != std::ssize(rule_.steps) + 1) fields.wrong("step", "Steps are numbered 1, 2, 3 … in order.");
    rule_.steps.push_back(std::move(step));
  }

  void read_instrument(Fields& fields) {
    fields.refuse_all_but({"instrument", "from"});
    const auto id = fields.text("instrument");
    const auto* instrument = instruments_.find(id);
    if (instrument == nullptr && id != kInPack) {
      if (!id.empty()) fields.wrong("instrument", fmt::format("There is no instrument \"{}\".", id));
      return;
    }
    auto& from = rule_.from[id];
    for (auto& one : fields.objects("from", kMostSteps)) {
      one.refuse_all_but({"score", "step"});
      const auto score = one.number("score");
      const auto step = whole(one, "step", std::ssize(rule_.steps));
      if (!from.empty() && (score <= from.back().first || step <= from.back().second)) {
        one.wrong("score", "Scores and steps must rise.");
      }
      from.emplace_back(score, step);
    }
    if (from.empty()) return fields.wrong("from", "There is no score.");
    const auto* scale = instrument == nullptr ? nullptr : &instrument->scoring().scales.front();
    if (scale != nullptr && from.front().first > scale->min) {
      fields.wrong("from", fmt::format("The scores of {} begin at {}.", id, scale->min));
    }
  }

  const measures::InstrumentLibrary& instruments_;
  IntakeRule rule_;
};

}  // namespace

Result<IntakeRule> read_intake_rule(std::string_view text, const measures::InstrumentLibrary& instruments) {
  TRY_ASSIGN(const auto document, measures::parse_document(text));
  measures::Mistakes mistakes;
  auto rule = RuleReader(instruments).read(document, mistakes);
  if (!mistakes.none()) return fail(mistakes.error("intake.rule", text));
  return rule;
}

Result<const IntakeRule*> shipped_intake_rule() {
  static const auto rule = []() -> Result<IntakeRule> {
    TRY_ASSIGN(const auto shipped, measures::InstrumentLibrary::shipped());
    return read_intake_rule(measurement_plan_files().front().content, shipped);
  }();
  if (!rule) return fail(rule.error());
  return &*rule;
}

const Step* step_for(const IntakeRule& rule, const std::string& instrument, double score) {
  const auto known = rule.from.find(instrument);
  if (known == rule.from.end()) return nullptr;
  const Step* found = nullptr;
  for (const auto& [least, step] : known->second) {
    if (score >= least) found = &rule.steps.at(static_cast<std::size_t>(step) - 1);
  }
  return found;
}

Bytes bound_to(EpisodeId episode, std::int64_t number) {
  Bytes bound(episode.bytes().begin(), episode.bytes().end());
  const auto text = fmt::format("care{}", number);
  bound.insert(bound.end(), text.begin(), text.end());
  return bound;
}

Bytes seal_care(const access::SealKey& key, EpisodeId episode, std::int64_t number, const Care& care) {
  std::string text;
  http::write(text, care);
  return access::seal(key, bound_to(episode, number), text);
}

Result<Care> open_care(const access::SealKey& key, EpisodeId episode, std::int64_t number, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound_to(episode, number), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<Care>(value);
}

}  // namespace rapport::measurement_plan
