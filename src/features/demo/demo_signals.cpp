#include "features/demo/demo_signals.hpp"

#include <algorithm>

#include "features/demo/demo_file.hpp"

namespace rapport::demo {
namespace {

using std::chrono::days;

signals::NewOutcome to_outcome(const access::SealKey& key, const WrittenOutcome& written, Time at, Time now) {
  signals::NewOutcome outcome;
  outcome.id = signals::OutcomeId::make(at);
  outcome.outcome = written.outcome;
  if (written.put_off_days) outcome.deferred_until = now + days(*written.put_off_days);
  if (written.look_again_days) {
    outcome.follow_up = signals::FollowUp::date;
    outcome.follow_up_at = now + days(*written.look_again_days);
  }
  if (written.note) {
    const auto bound = signals::bound_to(outcome.id, signals::NotePart::outcome);
    outcome.sealed_note = access::seal(key, bound, *written.note);
  }
  return outcome;
}

}  // namespace

Result<void> answer_signals(store::WriteTx& tx, const access::SealKey& key, const std::vector<WrittenOutcome>& written,
                            const TreatedBy& who, Time now) {
  for (const auto& one : written) {
    const auto found = signals::list_all(tx, who.episode);
    const auto waiting = std::find_if(found.begin(), found.end(), [&](const auto& signal) {
      return signal.rule == one.rule && !signal.is_private && signals::waits(signal, now);
    });
    if (waiting == found.end()) return fail(broken_script("No signal of the rule " + one.rule + " waits."));
    const auto at = std::max(time_of(now, one.days, 0), waiting->found_at);
    TRY(signals::answer(tx, who.therapist, waiting->id, to_outcome(key, one, at, now), at));
  }
  return {};
}

}  // namespace rapport::demo
