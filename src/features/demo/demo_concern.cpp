#include "features/demo/demo_concern.hpp"

#include "features/relationship_concern/sealed_words.hpp"

namespace rapport::demo {

namespace rc = relationship_concern;

Result<void> store_concern(store::WriteTx& tx, const access::SealKey& key, const WrittenConcern& written,
                           const DemoConcern& who, Time now) {
  const auto at = time_of(now, written.days, 0);
  const auto later = std::min(now, at + std::chrono::hours(1));
  const auto id = rc::RelationshipConcernId::make(at);
  TRY(rc::keep(tx, who.client, {id, who.episode, access::seal(key, id.bytes(), written.words.str())}, at));
  if (!written.to) return {};
  const auto hearer = written.to == rc::Part::therapist ? who.therapist : who.neutral_person;
  const auto telling = rc::TellingId::make(at);
  const auto sealed = rc::seal_told(key, telling, {written.words, false});
  TRY(rc::tell(tx, who.client, {telling, id, *written.to, hearer, sealed}, at));
  if (written.reply) {
    const auto word = rc::WordId::make(later);
    TRY(rc::reply(tx, hearer, id, word, rc::seal_said(key, word, {written.reply, {}}), later, 1));
  }
  if (written.agreed) {
    const auto agreement = rc::AgreementId::make(later);
    TRY(rc::propose(tx, hearer, id, agreement, access::seal(key, agreement.bytes(), written.agreed->str()), later, 1));
  }
  return {};
}

}  // namespace rapport::demo
