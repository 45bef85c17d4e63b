#include "features/messages/messages_rules.hpp"

#include "http/shape.hpp"

namespace rapport::messages {
namespace {

Bytes bound_to(AccountId author, const Uuid& place, char part) {
  Bytes bound(place.begin(), place.end());
  bound.insert(bound.end(), author.bytes().begin(), author.bytes().end());
  bound.push_back(static_cast<std::uint8_t>(part));
  return bound;
}
constexpr char kSubject = 's';
constexpr char kText = 't';

}  // namespace

Result<SealedMessage> seal_message(const access::SealKey& client_key, AccountId author, const NewMessage& message,
                                   Time now) {
  if (uuid_version(message.id.uuid()) != 7) {
    return fail(invalid("message.id_not_v7", "The message's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new message."}}));
  }
  SealedMessage sealed{message.id, access::seal(client_key, message.id.bytes(), message.text.str()), {}};
  http::write(sealed.frame_body, MessageEvent{message.id, author, message.text.str(), now});
  return sealed;
}

Result<Message> open_message(const access::SealKey& client_key, const StoredMessage& stored) {
  TRY_ASSIGN(auto text, access::unseal(client_key, stored.id.bytes(), stored.sealed_text));
  return Message{stored.id, stored.room, stored.seq, stored.author, std::move(text), stored.at};
}

Result<std::string> event_body(const access::SealKey& client_key, const StoredMessage& stored) {
  TRY_ASSIGN(auto message, open_message(client_key, stored));
  std::string body;
  http::write(body, MessageEvent{message.id, message.author, std::move(message.text), message.at});
  return body;
}

SealedDraft seal_draft(const access::SealKey& client_key, AccountId author, const Uuid& place, std::string_view subject,
                       std::string_view text) {
  return {access::seal(client_key, bound_to(author, place, kSubject), subject),
          access::seal(client_key, bound_to(author, place, kText), text)};
}

Result<DraftTexts> open_draft(const access::SealKey& client_key, AccountId author, const Uuid& place,
                              const SealedDraft& sealed) {
  DraftTexts texts;
  TRY_ASSIGN(texts.subject, access::unseal(client_key, bound_to(author, place, kSubject), sealed.subject));
  TRY_ASSIGN(texts.text, access::unseal(client_key, bound_to(author, place, kText), sealed.text));
  return texts;
}

}  // namespace rapport::messages
