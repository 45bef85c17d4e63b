#pragma once
/// @file What of attachments crosses the wire.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/attachments/attachments.hpp"
#include "http/text.hpp"

namespace rapport::attachments {

/// A file that a message is to take along.
struct FileToSend {
  static constexpr std::string_view says =
      "`id` of a file that is ready and was not sent yet. `description`: what is to be seen or heard, for whoever "
      "cannot "
      "see or hear it.";
  AttachmentId id;
  std::optional<http::Text<1, kLongestDescription>> description;
};
BOOST_DESCRIBE_STRUCT(FileToSend, (), (id, description))

/// A file as those see it who may read it.
struct Attachment {
  static constexpr std::string_view says =
      "`name` is for people, and no path. `type` is what the server found in the file. `width` and `height` are those "
      "of "
      "a picture, in pixels.";
  AttachmentId id;
  std::string name;
  std::string type;
  std::int64_t bytes = 0;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> height;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(Attachment, (), (id, name, type, bytes, width, height, description))

/// What is sealed of a file beside what it holds. Without a type it still comes.
struct About {
  std::string name;
  std::string type;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> height;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(About, (), (name, type, width, height, description))

}  // namespace rapport::attachments
