#include "exchange.hpp"

#include <sys/epoll.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace rapport::load {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kFirstReceipt = 1'000'000'000;  ///< ids of receipts' frames begin here
constexpr std::int64_t kPatience = 30 * kSecond;       ///< without any news, something is wrong
constexpr std::size_t kMostUnderWay = 50'000;

std::int64_t now_nanos() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

[[noreturn]] void wrong(const std::string& what) {
  throw std::runtime_error("wrong: " + what);
}

/// Reads what our own server writes, whose fields have a fixed order; anything else is an error.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool skip(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  void expect(std::string_view expected) {
    if (!skip(expected)) wrong("a frame is not of the expected form, before: " + std::string(text_.substr(0, 120)));
  }
  std::int64_t number() {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{}) wrong("a frame has no number, before: " + std::string(text_.substr(0, 120)));
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  std::string_view uuid() {
    constexpr std::size_t kLength = 36;
    if (text_.size() < kLength) wrong("a frame ends early");
    const auto value = text_.substr(0, kLength);
    text_.remove_prefix(kLength);
    return value;
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

/// Ids of a run: version 7, of one moment, the random part split into what marks the run and the message's number,
/// so that an id that comes back leads to its message without a search.
class Ids {
 public:
  Ids() {
    std::array<std::uint8_t, 4> mark{};
    if (::getrandom(mark.data(), mark.size(), 0) != static_cast<ssize_t>(mark.size())) throw_errno("getrandom");
    const auto millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    std::array<char, 32> text{};
    const auto high = static_cast<unsigned long>(millis >> 16);
    const auto low = static_cast<unsigned long>(millis & 0xFFFF);
    std::snprintf(text.data(), text.size(), "%08lx-%04lx-7%01x%02x-8%01x%02x-", high, low, mark[0] & 0xFU, mark[1],
                  mark[2] & 0xFU, mark[3]);
    prefix_ = text.data();
  }
  void append(std::string& out, std::size_t message) const {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%012zx", message);
    out += prefix_;
    out += text.data();
  }
  std::size_t message(std::string_view id) const {
    if (!id.starts_with(prefix_)) wrong("a message came that nobody of this run has sent");
    std::size_t value = 0;
    const auto digits = id.substr(prefix_.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  }

 private:
  std::string prefix_;
};

Spread spread_of(std::vector<std::int64_t>& nanos) {
  if (nanos.empty()) return {};
  std::ranges::sort(nanos);
  const auto at = [&](double share) {
    const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(nanos.size()))) - 1;
    return static_cast<double>(nanos[std::min(place, nanos.size() - 1)]) / 1000;
  };
  return {at(0.50), at(0.99), at(1.0)};
}

}  // namespace

class Exchange::Run {
 public:
  Run(Exchange& exchange, const Plan& plan)
      : exchange_(exchange),
        plan_(plan),
        text_(plan.bytes, 'a'),
        messages_(plan.messages),
        under_way_(exchange.rooms_.size()),
        touched_(exchange.rooms_.size()) {}

  Outcome go() {
    begin_ = now_nanos();
    last_news_ = begin_;
    while (!is_over()) {
      send_what_is_due();
      flush_all();
      wait_and_receive();
      if (now_nanos() - last_news_ > kPatience) wrong("nothing has come for 30 seconds");
    }
    return outcome();
  }

 private:
  struct Message {
    std::size_t room = 0;
    std::int64_t due = 0;
    std::int64_t acknowledged = 0;
    std::int64_t delivered = 0;
    std::int64_t echoed = 0;  ///< to its author
    std::int64_t answered_seq = 0;
    std::int64_t delivered_seq = 0;
  };

  bool is_over() const { return complete_ == messages_.size() && receipts_answered_ == receipts_; }

  void send_what_is_due() {
    if (plan_.rate > 0) {
      send_by_the_clock();
    } else {
      send_by_the_window();
    }
  }

  void send_by_the_clock() {
    const auto now = now_nanos();
    while (sent_ < messages_.size() && due_time(sent_) <= now) send(sent_ % rooms().size(), due_time(sent_));
    if (sent_ - complete_ > kMostUnderWay) wrong("the server falls behind this rate without end");
  }

  std::int64_t due_time(std::size_t message) const {
    return begin_ + static_cast<std::int64_t>(static_cast<double>(message) * kSecond / plan_.rate);
  }

  /// One for each room in turn, so that no pair starts with a lead.
  void send_by_the_window() {
    bool found = true;
    while (found) {
      found = false;
      for (std::size_t room = 0; room < rooms().size() && sent_ < messages_.size(); ++room) {
        if (under_way_[room] >= plan_.window) continue;
        send(room, now_nanos());
        found = true;
      }
    }
  }

  void send(std::size_t room, std::int64_t due) {
    const auto message = sent_++;
    messages_[message].room = room;
    messages_[message].due = due;
    ++under_way_[room];
    frame_.clear();
    frame_ += R"({"id":)";
    frame_ += std::to_string(message);
    frame_ += R"(,"do":"POST /api/rooms/)";
    frame_ += rooms()[room].id;
    frame_ += R"(/messages","body":{"id":")";
    ids_.append(frame_, message);
    frame_ += R"(","text":")";
    frame_ += text_;
    frame_ += R"("}})";
    lines()[rooms()[room].client].queue(frame_);
  }

  void flush_all() {
    for (auto& line : lines()) {
      if (line.has_unsent() && !line.flush()) stuck_ = true;
    }
  }

  void wait_and_receive() {
    std::array<epoll_event, 256> events{};
    const timespec wait = time_to_wait();
    const int count = ::epoll_pwait2(exchange_.poll_.get(), events.data(), events.size(), &wait, nullptr);
    if (count < 0) throw_errno("epoll_pwait2");
    for (int i = 0; i < count; ++i) receive(events.at(static_cast<std::size_t>(i)).data.u64);
  }

  /// A line that is stuck is tried again soon: that happens when the server lags, and then a millisecond is little.
  timespec time_to_wait() {
    std::int64_t nanos = kSecond;
    if (plan_.rate > 0 && sent_ < messages_.size()) nanos = due_time(sent_) - now_nanos();
    if (std::exchange(stuck_, false)) nanos = std::min<std::int64_t>(nanos, kSecond / 1000);
    nanos = std::clamp<std::int64_t>(nanos, 0, kSecond);
    return {nanos / kSecond, nanos % kSecond};
  }

  /// The clock is read once for what one read brought: the instrument should cost less than what it measures.
  void receive(std::size_t line) {
    ++receive_calls_;
    bool first = true;
    const auto frames = lines()[line].receive([&](std::string_view frame) {
      if (std::exchange(first, false)) news_at_ = now_nanos();
      take(line, frame);
    });
    if (frames > 0) last_news_ = news_at_;
    if (plan_.receipts) send_receipts(line);
    forget_touched();
  }

  void take(std::size_t line, std::string_view frame) {
    Cursor cursor(frame);
    if (cursor.skip(R"({"id":)")) {
      take_answer(cursor);
    } else {
      cursor.expect(R"({"room":")");
      take_event(line, cursor);
    }
  }

  void take_answer(Cursor cursor) {
    const auto id = cursor.number();
    cursor.expect(R"(,"status":)");
    const auto status = cursor.number();
    if (id >= kFirstReceipt) {
      if (status != 204) wrong("a receipt was answered " + std::to_string(status) + std::string(cursor.rest()));
      ++receipts_answered_;
      return;
    }
    if (status != 201) wrong("a message was answered " + std::to_string(status) + std::string(cursor.rest()));
    cursor.expect(R"(,"body":{"id":")");
    auto& message = messages_.at(ids_.message(cursor.uuid()));
    if (&message != &messages_.at(static_cast<std::size_t>(id))) wrong("an answer is about another message");
    if (message.acknowledged != 0) wrong("a message was acknowledged twice");
    cursor.expect(R"(","room":")");
    if (cursor.uuid() != rooms()[message.room].id) wrong("an answer names another room");
    cursor.expect(R"(","seq":)");
    message.answered_seq = cursor.number();
    message.acknowledged = news_at_;
    finish(message);
  }

  void take_event(std::size_t line, Cursor cursor) {
    const auto room_id = cursor.uuid();
    cursor.expect(R"(",)");
    if (!cursor.skip(R"("seq":)")) {
      if (cursor.skip(R"("kind":"receipt")")) ++receipt_events_;
      return;  // passing: presence, typing
    }
    const auto seq = cursor.number();
    cursor.expect(R"(,"kind":"message","body":{"id":")");
    const auto number = ids_.message(cursor.uuid());
    auto& message = messages_.at(number);
    auto& room = rooms()[message.room];
    if (room_id != room.id) wrong("an event names another room");
    if (line == room.therapist) {
      take_delivery(message, room, number, seq);
    } else if (line == room.client) {
      take_echo(message, room, seq);
    } else {
      wrong("an event reached somebody who does not take part in its room");
    }
  }

  void take_delivery(Message& message, Room& room, std::size_t number, std::int64_t seq) {
    if (seq != room.seen_by_therapist + 1) wrong("a number was left out or came again at the partner");
    room.seen_by_therapist = seq;
    if (message.delivered != 0) wrong("a message was delivered twice");
    if (static_cast<std::int64_t>(number) <= room.last_sent) wrong("messages of one room changed places");
    room.last_sent = static_cast<std::int64_t>(number);
    message.delivered = news_at_;
    message.delivered_seq = seq;
    if (!std::exchange(touched_[message.room], 1)) touched_rooms_.push_back(message.room);
    finish(message);
  }

  void take_echo(Message& message, Room& room, std::int64_t seq) {
    if (seq != room.seen_by_client + 1) wrong("a number was left out or came again at the author");
    room.seen_by_client = seq;
    if (message.echoed != 0) wrong("a message came back to its author twice");
    message.echoed = news_at_;
    finish(message);
  }

  void finish(Message& message) {
    if (message.acknowledged == 0 || message.delivered == 0 || message.echoed == 0) return;
    if (message.answered_seq != message.delivered_seq) wrong("answer and event give a message different numbers");
    --under_way_[message.room];
    ++complete_;
  }

  /// As the web client does: one receipt for what arrived together, not one for each message.
  void send_receipts(std::size_t line) {
    for (const auto index : touched_rooms_) {
      const auto& room = rooms()[index];
      const auto seq = std::to_string(room.seen_by_therapist);
      lines()[line].queue(R"({"id":)" + std::to_string(kFirstReceipt + static_cast<std::int64_t>(receipts_++)) +
                          R"(,"do":"PUT /api/rooms/)" + room.id + R"(/receipt","body":{"delivered":)" + seq +
                          R"(,"read":)" + seq + "}}");
    }
  }

  void forget_touched() {
    for (const auto index : touched_rooms_) touched_[index] = 0;
    touched_rooms_.clear();
  }

  Outcome outcome() {
    Outcome result;
    std::vector<std::int64_t> delivered;
    std::vector<std::int64_t> acknowledged;
    std::int64_t end = begin_;
    for (const auto& message : messages_) {
      delivered.push_back(message.delivered - message.due);
      acknowledged.push_back(message.acknowledged - message.due);
      end = std::max({end, message.delivered, message.acknowledged});
    }
    result.seconds = static_cast<double>(end - begin_) / kSecond;
    result.delivered_per_second = static_cast<double>(messages_.size()) / result.seconds;
    result.delivered = spread_of(delivered);
    result.acknowledged = spread_of(acknowledged);
    result.receipts = receipts_;
    result.receipt_events = receipt_events_;
    result.receive_calls = receive_calls_;
    return result;
  }

  std::vector<LiveClient>& lines() { return exchange_.lines_; }
  std::vector<Room>& rooms() { return exchange_.rooms_; }

  Exchange& exchange_;
  const Plan& plan_;
  const Ids ids_;
  const std::string text_;
  std::vector<Message> messages_;
  std::vector<std::size_t> under_way_;  ///< by room
  std::vector<char> touched_;           ///< by room: there is something to receipt
  std::vector<std::size_t> touched_rooms_;
  std::string frame_;
  std::size_t sent_ = 0;
  std::size_t complete_ = 0;
  std::size_t receipts_ = 0;
  std::size_t receipts_answered_ = 0;
  std::size_t receipt_events_ = 0;
  std::size_t receive_calls_ = 0;
  std::int64_t begin_ = 0;
  std::int64_t news_at_ = 0;
  std::int64_t last_news_ = 0;
  bool stuck_ = false;
};

Exchange::Exchange(const Loopback& server, const Practice& practice) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (const auto& person : practice.people) {
    lines_.emplace_back(server, person.cookie);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = lines_.size() - 1;
    if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, lines_.back().descriptor(), &event) != 0) throw_errno("epoll_ctl");
  }
  for (const auto& room : practice.rooms) {
    const auto seq = last_seq(server, practice.people[room.client], room.room);
    rooms_.push_back({room.client, room.therapist, room.room, seq, seq});
  }
}

Exchange::~Exchange() = default;

Outcome Exchange::run(const Plan& plan) {
  for (auto& room : rooms_) room.last_sent = -1;
  return Run(*this, plan).go();
}

}  // namespace rapport::load
