#pragma once
/// @file One WebSocket connection, as little of it as measuring needs: masked text frames out, whole text frames in,
/// pings answered. No compression, no fragments, and the accept key is not checked: the other side is our own server.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "loopback.hpp"

namespace rapport::load {

class LiveClient {
 public:
  /// Connects, upgrades with the session's cookie, and makes the socket non-blocking. Throws std::runtime_error
  /// with the server's answer when it refuses.
  /// `number` as in Loopback::connect.
  LiveClient(const Loopback& server, const std::string& cookie, std::size_t number = 0);

  int descriptor() const { return wire_.descriptor(); }
  /// From now on it is only there.
  void fall_silent() { wire_.fall_silent(); }
  /// Masks the text and puts it behind what waits to be sent.
  void queue(std::string_view text);
  /// False when the socket takes no more for now.
  bool flush();
  bool has_unsent() const { return !out_.empty(); }
  /// Reads once and hands over every whole text frame; returns how many there were. Throws when the line is closed.
  std::size_t receive(const std::function<void(std::string_view)>& on_text);

 private:
  void put_frame(std::uint8_t opcode, std::string_view payload);
  std::size_t take_frames(std::string_view bytes, const std::function<void(std::string_view)>& on_text,
                          std::size_t& taken);

  Wire wire_;
  std::string out_;
  std::size_t sent_ = 0;
  std::string in_;  ///< the beginning of a frame whose end has not come yet
};

}  // namespace rapport::load
