#pragma once
/// @file The routes of attachments.
#include "features/attachments/attachments_rules.hpp"
#include "features/context.hpp"

namespace rapport::attachments {

void add_attachment_routes(Routes& routes, const Limits& limits);

/// The files that a message which is not sent yet is to take along, as those will see them who read it. They have to be
/// the author's, checked, and not sent with another message. Errors: invalid "attachment.too_many", "attachment.gone".
Result<std::vector<Attachment>> files_to_send(store::ReadTx& tx, const access::SealKey& key, AccountId author,
                                              MessageId message, const std::vector<FileToSend>& wanted,
                                              std::int64_t most);
/// What is stored of each when the message is.
std::vector<SealedFile> seal_files(const access::SealKey& key, const std::vector<Attachment>& files);
/// Nothing where there is none: then a message says nothing of files.
Result<std::optional<std::vector<Attachment>>> open_files(const access::SealKey& key,
                                                          const std::vector<StoredAttachment>& files);
/// What a file holds, as one piece. Error: conflict "attachment.not_whole" when a part is missing.
Result<std::string> read_whole(store::ReadTx& tx, const access::SealKey& key, const StoredAttachment& file);

}  // namespace rapport::attachments
