#include "features/messages/messages_rules.hpp"

#include "features/attachments/attachments_api.hpp"
#include "http/shape.hpp"

namespace rapport::messages {
namespace {

/// As for any text that must not be empty.
Result<void> check_words(std::string_view text) {
  const auto mistake = http::text_mistake(text, 1, kLongestText);
  if (!mistake) return {};
  return fail(invalid("body.invalid", "The body is not as it should be: /text: " + *mistake, {{"/text", *mistake}}));
}

}  // namespace

Bytes bound_to(AccountId author, const Uuid& place, DraftPart part) {
  Bytes bound(place.begin(), place.end());
  bound.insert(bound.end(), author.bytes().begin(), author.bytes().end());
  bound.push_back(static_cast<std::uint8_t>(part));
  return bound;
}

Result<SealedMessage> seal_message(const access::SealKey& client_key, AccountId author, const NewMessage& message,
                                   Time now, std::vector<attachments::Attachment> files) {
  if (uuid_version(message.id.uuid()) != 7) {
    return fail(invalid("message.id_not_v7", "The message's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new message."}}));
  }
  if (files.empty()) TRY(check_words(message.text.str()));
  SealedMessage sealed{message.id,
                       access::seal(client_key, message.id.bytes(), message.text.str()),
                       {},
                       attachments::seal_files(client_key, files)};
  MessageEvent event{message.id, author, message.text.str(), now};
  if (!files.empty()) event.attachments = std::move(files);
  http::write(sealed.frame_body, event);
  return sealed;
}

Result<Message> open_message(const access::SealKey& client_key, const StoredMessage& stored,
                             const std::vector<attachments::StoredAttachment>& files) {
  TRY_ASSIGN(auto text, access::unseal(client_key, stored.id.bytes(), stored.sealed_text));
  TRY_ASSIGN(auto opened, attachments::open_files(client_key, files));
  return Message{stored.id, stored.room, stored.seq, stored.author, std::move(text), stored.at, std::move(opened)};
}

MessageEvent to_event(Message message) {
  return {message.id, message.author, std::move(message.text), message.at, std::move(message.attachments)};
}

Result<std::string> event_body(const access::SealKey& client_key, const StoredMessage& stored,
                               const std::vector<attachments::StoredAttachment>& files) {
  TRY_ASSIGN(auto message, open_message(client_key, stored, files));
  std::string body;
  http::write(body, to_event(std::move(message)));
  return body;
}

SealedDraft seal_draft(const access::SealKey& client_key, AccountId author, const Uuid& place, std::string_view subject,
                       std::string_view text) {
  return {access::seal(client_key, bound_to(author, place, DraftPart::subject), subject),
          access::seal(client_key, bound_to(author, place, DraftPart::text), text)};
}

Result<DraftTexts> open_draft(const access::SealKey& client_key, AccountId author, const Uuid& place,
                              const SealedDraft& sealed) {
  DraftTexts texts;
  TRY_ASSIGN(texts.subject, access::unseal(client_key, bound_to(author, place, DraftPart::subject), sealed.subject));
  TRY_ASSIGN(texts.text, access::unseal(client_key, bound_to(author, place, DraftPart::text), sealed.text));
  return texts;
}

}  // namespace rapport::messages
