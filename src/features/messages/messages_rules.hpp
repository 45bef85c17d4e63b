#pragma once
/// @file The step between what people write and what is stored: sealing on the way in, opening on the way out.
/// It happens on the worker's thread, so that the one thread that writes to the database only writes.
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "features/messages/messages_shapes.hpp"

namespace rapport::messages {

/// Seals the text under the client's key, tied to the message's id, and prepares what the recipients are told.
/// Refuses an id that is not a UUID version 7 ("message.id_not_v7"), and a message without words or files.
Result<SealedMessage> seal_message(const access::SealKey& client_key, AccountId author, const NewMessage& message,
                                   Time now, std::vector<attachments::Attachment> files = {});

/// An internal error when the row was altered or the key is not the client's.
Result<Message> open_message(const access::SealKey& client_key, const StoredMessage& stored,
                             const std::vector<attachments::StoredAttachment>& files = {});
/// As it is told and as a room's log has it.
MessageEvent to_event(Message message);
/// What was told of a stored message, once more; errors as open_message.
Result<std::string> event_body(const access::SealKey& client_key, const StoredMessage& stored,
                               const std::vector<attachments::StoredAttachment>& files = {});

/// The two texts of a draft, sealed under the client's key and tied to whose draft it is, where, and which of the two
/// it is: none opens in another's place.
enum class DraftPart : std::uint8_t { subject = 's', text = 't' };
Bytes bound_to(AccountId author, const Uuid& place, DraftPart part);
SealedDraft seal_draft(const access::SealKey& client_key, AccountId author, const Uuid& place, std::string_view subject,
                       std::string_view text);
struct DraftTexts {
  std::string subject;
  std::string text;
};
/// Errors as open_message.
Result<DraftTexts> open_draft(const access::SealKey& client_key, AccountId author, const Uuid& place,
                              const SealedDraft& sealed);

}  // namespace rapport::messages
