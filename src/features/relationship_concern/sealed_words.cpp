#include "features/relationship_concern/sealed_words.hpp"

#include "http/shape.hpp"

namespace rapport::relationship_concern {
namespace {

template <class Shape>
Bytes seal_shape(const access::SealKey& key, BytesView id, const Shape& shape) {
  std::string text;
  http::write(text, shape);
  return access::seal(key, id, text);
}

template <class Shape>
Result<Shape> open_shape(const access::SealKey& key, BytesView id, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, id, sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<Shape>(value);
}

std::optional<std::string> text_in(const std::optional<Words>& words) {
  return words ? std::optional(words->str()) : std::nullopt;
}

Result<TellingEntry> open_telling(const access::SealKey& key, const Telling& telling, const WholeConcern& stored,
                                  const NameOf& name_of) {
  TRY_ASSIGN(const auto told, open_told(key, telling));
  TellingEntry entry;
  entry.id = telling.id;
  entry.part = telling.part;
  entry.account = telling.account;
  TRY_ASSIGN(entry.name, name_of(telling.account));
  entry.told_at = telling.told_at;
  entry.heard_at = telling.heard_at;
  entry.hears = telling.hears && stored.concern.state != State::withdrawn;
  entry.words = text_in(told.words);
  entry.asks_for_another = told.asks_for_another;
  for (const auto& word : stored.words) {
    if (word.telling != telling.id) continue;
    TRY_ASSIGN(auto said, open_entry(key, word, stored.concern.client));
    entry.said.push_back(std::move(said));
  }
  return entry;
}

}  // namespace

Bytes seal_told(const access::SealKey& key, TellingId id, const ToldWords& words) {
  return seal_shape(key, id.bytes(), words);
}
Result<ToldWords> open_told(const access::SealKey& key, const Telling& telling) {
  return open_shape<ToldWords>(key, telling.id.bytes(), telling.sealed_words);
}
Bytes seal_said(const access::SealKey& key, WordId id, const SaidWords& words) {
  return seal_shape(key, id.bytes(), words);
}
Result<SaidWords> open_said(const access::SealKey& key, const Word& word) {
  return open_shape<SaidWords>(key, word.id.bytes(), word.sealed_text);
}
Bytes seal_answer(const access::SealKey& key, FollowUpId id, const SaidWords& answer) {
  return seal_shape(key, id.bytes(), answer);
}
Result<std::optional<SaidWords>> open_answer(const access::SealKey& key, const FollowUp& follow_up) {
  if (!follow_up.sealed_answer) return std::optional<SaidWords>();
  TRY_ASSIGN(auto answer, open_shape<SaidWords>(key, follow_up.id.bytes(), *follow_up.sealed_answer));
  return std::optional(std::move(answer));
}

State known_state(State stored, const std::optional<IsItBetter>& last_answer) {
  return stored == State::not_better && last_answer == IsItBetter::better ? State::better : stored;
}

Result<SaidEntry> open_entry(const access::SealKey& key, const Word& word, AccountId reader) {
  TRY_ASSIGN(const auto said, open_said(key, word));
  return SaidEntry{word.id, word.by == reader, word.at, text_in(said.text), said.answer};
}

Result<AgreementEntry> open_agreement(const access::SealKey& key, const Agreement& stored, AccountId reader,
                                      std::string by) {
  TRY_ASSIGN(auto text, access::unseal(key, stored.id.bytes(), stored.sealed_text));
  return AgreementEntry{stored.id,       stored.telling,   stored.by == reader, std::move(by), stored.at,
                        std::move(text), stored.is_shared, stored.answered_at,  stored.agrees};
}

Result<OwnConcern> open_own(const access::SealKey& key, const WholeConcern& stored, const NameOf& name_of) {
  const auto& concern = stored.concern;
  OwnConcern own;
  own.id = concern.id;
  own.episode = concern.episode;
  own.kept_at = concern.kept_at;
  own.ended_at = concern.ended_at;
  own.mediated = concern.mediated_at.has_value();
  own.waits = concern.waits;
  own.news = concern.news;
  if (concern.sealed_words) {
    TRY_ASSIGN(own.words, access::unseal(key, concern.id.bytes(), *concern.sealed_words));
  }
  for (const auto& telling : stored.tellings) {
    TRY_ASSIGN(auto entry, open_telling(key, telling, stored, name_of));
    own.tellings.push_back(std::move(entry));
  }
  for (const auto& agreement : stored.agreements) {
    TRY_ASSIGN(auto name, name_of(agreement.by));
    TRY_ASSIGN(auto entry, open_agreement(key, agreement, concern.client, std::move(name)));
    own.agreements.push_back(std::move(entry));
  }
  std::optional<IsItBetter> last_answer;
  for (const auto& follow_up : stored.follow_ups) {
    TRY_ASSIGN(const auto answer, open_answer(key, follow_up));
    FollowUpEntry entry{follow_up.id, follow_up.asked_at, follow_up.answered_at, {}, {}};
    if (answer) {
      entry.answer = answer->answer;
      entry.words = text_in(answer->text);
      last_answer = answer->answer;
    }
    own.follow_ups.push_back(std::move(entry));
  }
  own.state = known_state(concern.state, last_answer);
  return own;
}

}  // namespace rapport::relationship_concern
