#pragma once
/// @file The chunks of RIFF, in which WebP and WAV are written.
#include <optional>
#include <string>
#include <string_view>

namespace rapport::media {

struct RiffChunk {
  std::string_view type;  ///< four characters
  std::string_view data;
};

/// Walks through the chunks after the twelve bytes of the head, up to the end that the head names.
class RiffReader {
 public:
  /// A length of 0 or of all ones is what programs write that do not know yet: then the file's own end counts.
  explicit RiffReader(std::string_view file);
  /// Nothing at the end. A last chunk that is cut short, or whose length is not known yet, ends with the file.
  std::optional<RiffChunk> next();

 private:
  std::string_view file_;
  std::size_t at_;
};

class RiffWriter {
 public:
  explicit RiffWriter(std::string_view type);
  void add(std::string_view type, std::string_view data);
  std::string take() &&;

 private:
  std::string out_;
};

}  // namespace rapport::media
