#pragma once
/// @file The step between what people write and what is stored: sealing on the way in, opening on the way out.
/// It happens on the worker's thread, so that the one thread that writes to the database only writes.
#include "access/seal.hpp"
#include "features/messages/messages_shapes.hpp"

namespace rapport::messages {

/// Seals the text under the client's key, tied to the message's id, and prepares what the recipients are told.
/// Refuses an id that is not a UUID version 7 ("message.id_not_v7").
Result<SealedMessage> seal_message(const access::SealKey& client_key, AccountId author, const NewMessage& message,
                                   Time now);

/// An internal error when the row was altered or the key is not the client's.
Result<Message> open_message(const access::SealKey& client_key, const StoredMessage& stored);
/// What was told of a stored message, once more; errors as open_message.
Result<std::string> event_body(const access::SealKey& client_key, const StoredMessage& stored);

}  // namespace rapport::messages
