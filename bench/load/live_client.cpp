#include "live_client.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "http_client.hpp"

namespace rapport::load {
namespace {

constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;
constexpr std::size_t kLargestFrame = 4 * 1024 * 1024;

struct Head {
  std::uint8_t opcode = 0;
  std::size_t size = 0;     ///< of the head itself
  std::size_t payload = 0;  ///< that follows it
};

/// False when there are not enough bytes to tell.
bool read_frame_head(std::string_view bytes, Head& head) {
  if (bytes.size() < 2) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if ((byte(0) & 0x80U) == 0 || (byte(1) & 0x80U) != 0) {
    throw std::runtime_error("the server sent a fragment or a masked frame");
  }
  head.opcode = byte(0) & 0x0FU;
  const std::size_t length = byte(1);
  const std::size_t further = length == 126 ? 2 : length == 127 ? 8 : 0;
  head.size = 2 + further;
  if (bytes.size() < head.size) return false;
  head.payload = further == 0 ? length : 0;
  for (std::size_t i = 0; i < further; ++i) head.payload = head.payload << 8U | byte(2 + i);
  if (head.payload > kLargestFrame) throw std::runtime_error("the server sent too long a frame");
  return true;
}

[[noreturn]] void throw_closed(std::string_view payload) {
  std::string what = "the server closed the line";
  if (payload.size() >= 2) {
    const auto high = static_cast<unsigned char>(payload[0]);
    const auto low = static_cast<unsigned char>(payload[1]);
    what += ": " + std::to_string(high * 256 + low) + " " + std::string(payload.substr(2));
  }
  throw std::runtime_error(what);
}

/// A cheap generator is enough: masks guard proxies on the way, and there are none on loopback. They must be there,
/// and not be zero, so that the server does the work it would do for a browser.
std::uint32_t next_mask() {
  static std::uint64_t state = 0x9E3779B97F4A7C15U;
  state = state * 6364136223846793005U + 1442695040888963407U;
  return static_cast<std::uint32_t>(state >> 32U) | 1U;
}

}  // namespace

LiveClient::LiveClient(const Loopback& server, const std::string& cookie, std::size_t number)
    : wire_(server.connect(number)) {
  send_whole(wire_, "GET /api/live HTTP/1.1\r\nHost: " + server.text() + "\r\nOrigin: " + server.origin() +
                        "\r\nCookie: " + cookie +
                        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: cmFwcG9ydC1sb2FkLXRlc3Q=\r\n\r\n");
  const auto answer = read_head(wire_, in_);
  if (answer.status != 101) {
    throw std::runtime_error("the server refused a live line with status " + std::to_string(answer.status));
  }
  wire_.stop_blocking();
}

void LiveClient::queue(std::string_view text) {
  put_frame(kText, text);
}

void LiveClient::put_frame(std::uint8_t opcode, std::string_view payload) {
  out_ += static_cast<char>(0x80U | opcode);
  if (payload.size() < 126) {
    out_ += static_cast<char>(0x80U | payload.size());
  } else {
    if (payload.size() > 0xFFFF) throw std::runtime_error("a frame is too long to send");
    out_ += static_cast<char>(0x80U | 126U);
    out_ += static_cast<char>(payload.size() >> 8U);
    out_ += static_cast<char>(payload.size() & 0xFFU);
  }
  std::array<char, 4> mask{};
  const auto bits = next_mask();
  std::memcpy(mask.data(), &bits, mask.size());
  out_.append(mask.data(), mask.size());
  const auto begin = out_.size();
  out_ += payload;
  for (std::size_t i = 0; i < payload.size(); ++i) out_[begin + i] = static_cast<char>(out_[begin + i] ^ mask[i % 4]);
}

bool LiveClient::flush() {
  while (sent_ < out_.size()) {
    const auto count = wire_.send(std::string_view(out_).substr(sent_));
    if (count == 0) return false;
    sent_ += count;
  }
  out_.clear();
  sent_ = 0;
  return true;
}

std::size_t LiveClient::receive(const std::function<void(std::string_view)>& on_text) {
  // One buffer for all lines: it is read by one thread, and thousands of idle lines should cost this side little.
  static std::vector<char> buffer(256 * 1024);
  const std::string_view fresh(buffer.data(), wire_.receive(buffer.data(), buffer.size()));
  std::size_t taken = 0;
  if (in_.empty()) {
    const auto frames = take_frames(fresh, on_text, taken);
    in_ = fresh.substr(taken);
    return frames;
  }
  in_ += fresh;
  const auto frames = take_frames(in_, on_text, taken);
  in_.erase(0, taken);
  return frames;
}

std::size_t LiveClient::take_frames(std::string_view bytes, const std::function<void(std::string_view)>& on_text,
                                    std::size_t& taken) {
  std::size_t frames = 0;
  Head head;
  while (read_frame_head(bytes.substr(taken), head) && bytes.size() - taken >= head.size + head.payload) {
    const auto payload = bytes.substr(taken + head.size, head.payload);
    taken += head.size + head.payload;
    if (head.opcode == kText) {
      on_text(payload);
      ++frames;
    } else if (head.opcode == kPing) {
      put_frame(kPong, payload);
    } else if (head.opcode == kClose) {
      throw_closed(payload);
    }
  }
  return frames;
}

}  // namespace rapport::load
