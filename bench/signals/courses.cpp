#include "courses.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace rapport::signals_bench {
namespace {

using signals::Form;
using statistics::Random;

constexpr std::array<Truth, 19> kTruths{
    {{.name = "steady improvement", .share = 28, .change = -.7},
     {.name = "early improvement", .share = 10, .change = -2, .changes_until = 5},
     {.name = "no change", .share = 18},
     {.name = "deterioration", .share = 4, .worsens = true},
     {.name = "better, then worse", .share = 4, .change = -.5, .worsens = true},
     {.name = "drop-out", .share = 6, .change = -.3, .ends = true},
     {.name = "worse, then drop-out", .share = 3, .worsens = true, .ends = true},
     {.name = "rupture, repaired", .share = 6, .change = -.4, .ruptures = true, .is_repaired = true},
     {.name = "rupture, not repaired", .share = 4, .change = -.2, .ruptures = true},
     {.name = "ceiling rater", .share = 4, .change = -.4, .at_ceiling = true},
     {.name = "ceiling rater, rupture", .share = 1, .change = -.4, .ruptures = true, .at_ceiling = true},
     {.name = "forms missing", .share = 2, .worsens = true, .ruptures = true, .missing = .2},
     {.name = "sudden gain", .share = 2, .gains = true},
     {.name = "weak start", .share = 2, .is_weak = true},
     {.name = "falling start", .share = 1, .falls = true},
     {.name = "two views that agree", .share = 1, .has_views = true},
     {.name = "two views that part", .share = 1, .has_views = true, .views_part = true},
     {.name = "one answer falls", .share = 1, .one_answer = true},
     {.name = "same answers", .share = 2, .same_answers = true, .stops = true}}};

constexpr int kWorseFor = 5;
constexpr double kGain = 9;
constexpr double kReliable = 6;  ///< of a PHQ-9
/// A person's noise on a SPARQ is partly that of each of its four questions.
constexpr double kQuestionNoise = .45;

double within(double value, double most) {
  return std::clamp(std::round(value), 0.0, most);
}

/// One person's course, session by session.
class Maker {
 public:
  Maker(const Truth& truth, const World& world, const Instruments& instruments, Random& random)
      : truth_(truth), world_(world), instruments_(instruments), random_(random) {}

  Simulated make() && {
    made_.sessions = truth_.ends ? 4 + static_cast<int>(random_.below(6)) : kSessions;
    const bool begins = truth_.worsens || truth_.ruptures || truth_.gains || truth_.views_part || truth_.one_answer ||
                        truth_.same_answers || truth_.stops;
    if (begins) onset_ = 5 + static_cast<int>(random_.below(8));
    if (begins && truth_.ends) made_.sessions = onset_ + 2;
    start_ = std::max(10.0, 14 + 3 * random_.normal());
    level_ = truth_.is_weak ? 6 : 11 + 3.5 * random_.uniform();
    if (truth_.at_ceiling) level_ = 17;
    fall_ = world_.fall + random_.normal();
    difference_ = random_.normal();
    which_answer_ = random_.below(4);
    note_happenings();
    for (session_ = 1; session_ <= made_.sessions; ++session_) make_session();
    return std::move(made_);
  }

 private:
  Happening& note(Event event, int onset, int until) {
    auto& happening = made_.happenings[static_cast<std::size_t>(event)];
    happening = {onset, onset, std::min(onset + kInTime, made_.sessions), std::min(until, made_.sessions)};
    return happening;
  }

  void note_happenings() {
    if (truth_.worsens) note(Event::worsening, onset_, kSessions);
    if (truth_.ruptures) note(Event::rupture, onset_, truth_.is_repaired ? onset_ + kInTime : kSessions);
    if (truth_.is_repaired) note(Event::repair, onset_ + 2, onset_ + 2 + kInTime);
    if (truth_.gains) note(Event::gain, onset_, onset_ + kInTime);
    if (truth_.one_answer) note(Event::one_answer, onset_, kSessions);
    if (truth_.is_weak) note(Event::weak_start, 1, 7);
    if (truth_.falls) note(Event::falling_start, 2, 7);
    if (truth_.views_part) note(Event::two_views, onset_, kSessions);
    if (truth_.at_ceiling) note(Event::ceiling, 1, kSessions);
    if (truth_.same_answers) note(Event::same_answers, onset_, kSessions);
    if (truth_.stops) note(Event::forms_stop, onset_, kSessions);
    // Whoever would not come half of the way in 20 sessions.
    if (made_.sessions >= 4 && true_change(kSessions) > -kReliable / 2) note(Event::no_progress, 4, kSessions);
    for (int session = 2; session <= made_.sessions; ++session) {
      if (true_change(session) > -kReliable) continue;
      note(Event::improvement, session, kSessions).from = 1;
      break;
    }
  }

  /// Of the symptoms since the first session, without noise.
  double true_change(int session) const {
    const bool begun = onset_ != 0 && session >= onset_;
    const auto quiet = std::min({truth_.worsens && begun ? onset_ - 1 : session, truth_.changes_until, session});
    auto change = truth_.change * (quiet - 1);
    if (truth_.worsens && begun) change += 2.0 * std::min(session - onset_ + 1, kWorseFor);
    if (truth_.gains && begun) change -= kGain;
    return change;
  }

  double noise(double size, double& before) {
    before = world_.carried * before + std::sqrt(1 - world_.carried * world_.carried) * random_.normal();
    return size * before;
  }

  bool is_down() const {
    return truth_.ruptures && session_ >= onset_ && (!truth_.is_repaired || session_ < onset_ + 2);
  }

  void make_session() {
    const auto symptoms = start_ + true_change(session_) + noise(world_.symptom_noise, symptom_noise_);
    const bool stopped = truth_.stops && session_ >= onset_;
    if (!stopped) add(instruments_.phq, "total", within(symptoms, 27));
    add_sparq();
    const bool says_yes = random_.uniform() < (is_down() && session_ == onset_ ? .5 : .002);
    add(instruments_.risq, "count", says_yes ? 1 : 0);
    // An SRS is 40 at best, and most give nearly that.
    if (truth_.is_weak) add(instruments_.srs, "total", std::min(33 + 1.8 * random_.normal(), 40.0));
    if (truth_.has_views) {
      const auto apart = truth_.views_part && session_ >= onset_ ? 5 : 0;
      add(instruments_.sparq, "positive",
          within(level_ + difference_ + apart + world_.alliance_noise * random_.normal(), 16),
          signals::Respondent::therapist);
    }
  }

  double relationship() {
    auto level = level_ - (is_down() ? fall_ : 0);
    if (truth_.falls) level -= 2.0 * std::min(session_ - 1, 4);
    const auto rounding = 4.0 / 12;
    const auto common = world_.alliance_noise * world_.alliance_noise - 4 * kQuestionNoise * kQuestionNoise - rounding;
    return level + noise(std::sqrt(std::max(common, .05)), alliance_noise_);
  }

  void add_sparq() {
    const auto level = relationship();
    const bool begun = onset_ != 0 && session_ >= onset_;
    std::vector<measures::Answer> answers(8);
    std::size_t positive = 0;
    for (std::size_t place = 0; place < answers.size(); ++place) {
      const bool is_negative = place >= 1 && place <= 4;
      auto answer = is_negative ? .6 + (is_down() ? 1 : 0) + .5 * random_.normal()
                                : level / 4 + kQuestionNoise * random_.normal();
      if (!is_negative && truth_.one_answer && begun && positive == which_answer_) answer -= 3;
      if (!is_negative) ++positive;
      if (truth_.same_answers && begun) answer = 3;
      answers[place] = within(answer, 4);
    }
    if (random_.uniform() < truth_.missing) return;
    auto scored = measures::score(*instruments_.sparq, answers, *instruments_.sparq->variant(""));
    if (!scored) throw std::logic_error("the form was to be scored");
    auto& form = made_.forms.emplace_back();
    form.session = session_;
    form.instrument = instruments_.sparq;
    form.scores = std::move(scored->scores);
    form.answers = std::move(answers);
  }

  void add(const measures::Instrument* instrument, std::string_view scale, double value,
           signals::Respondent respondent = signals::Respondent::client) {
    if (random_.uniform() < truth_.missing) return;
    auto& form = made_.forms.emplace_back();
    form.session = session_;
    form.instrument = instrument;
    form.respondent = respondent;
    form.scores = {{std::string(scale), value, false}};
  }

  const Truth& truth_;
  const World& world_;
  const Instruments& instruments_;
  Random& random_;
  Simulated made_;
  int onset_ = 0;
  int session_ = 0;
  double start_ = 0;
  double level_ = 0;
  double fall_ = 0;
  double difference_ = 0;  ///< of the two views, where nothing is wrong
  std::size_t which_answer_ = 0;
  double symptom_noise_ = 0;
  double alliance_noise_ = 0;
};

}  // namespace

std::span<const Truth> truths() {
  return kTruths;
}

const Truth& truth_named(std::string_view name) {
  const auto found = std::find_if(kTruths.begin(), kTruths.end(), [&](const Truth& one) { return one.name == name; });
  if (found == kTruths.end()) throw std::logic_error("there is no such truth");
  return *found;
}

Simulated simulate(const Truth& truth, const World& world, const Instruments& instruments, Random& random) {
  return Maker(truth, world, instruments, random).make();
}

}  // namespace rapport::signals_bench
