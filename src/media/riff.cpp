#include "media/riff.hpp"

#include <algorithm>
#include <cstdint>

#include "media/cursor.hpp"

namespace rapport::media {
namespace {

constexpr std::size_t kHead = 12;
constexpr std::size_t kChunkHead = 8;
constexpr std::uint64_t kUnknown = 0xFFFFFFFF;

std::string four_bytes(std::size_t number) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(number >> shift & 0xFFU);
  return text;
}

}  // namespace

RiffReader::RiffReader(std::string_view file) : file_(file), at_(kHead) {
  const auto length = little_endian(file, 4, 4);
  if (length != 0 && length != kUnknown) file_ = piece(file, 0, static_cast<std::size_t>(length) + kChunkHead);
}

std::optional<RiffChunk> RiffReader::next() {
  if (at_ + kChunkHead > file_.size()) return std::nullopt;
  const auto length = static_cast<std::size_t>(little_endian(file_, at_ + 4, 4));
  const RiffChunk chunk{file_.substr(at_, 4), piece(file_, at_ + kChunkHead, length)};
  at_ = std::min(file_.size(), at_ + kChunkHead + length + length % 2);
  return chunk;
}

RiffWriter::RiffWriter(std::string_view type) : out_("RIFF") {
  out_ += four_bytes(0);
  out_ += type;
}

void RiffWriter::add(std::string_view type, std::string_view data) {
  out_ += type;
  out_ += four_bytes(data.size());
  out_ += data;
  if (data.size() % 2 != 0) out_ += '\0';
}

std::string RiffWriter::take() && {
  out_.replace(4, 4, four_bytes(out_.size() - kChunkHead));
  return std::move(out_);
}

}  // namespace rapport::media
