#include "http_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace rapport::load {
namespace {

constexpr std::size_t kLargestHead = 64 * 1024;
constexpr std::size_t kLargestBody = 64 * 1024 * 1024;

std::size_t to_number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) throw std::runtime_error("the server speaks no HTTP");
  return value;
}

void read_more(Wire& wire, std::string& into) {
  std::array<char, 16 * 1024> buffer{};
  const auto count = wire.receive(buffer.data(), buffer.size());
  if (count == 0) throw std::runtime_error("the server did not answer in time");
  into.append(buffer.data(), count);
}

void read_header(HttpAnswer& answer, std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) throw std::runtime_error("the server speaks no HTTP");
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  line.remove_prefix(colon + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  answer.headers.emplace_back(std::move(name), std::string(line));
}

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string() : found->second;
}

void send_whole(Wire& wire, std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(wire.send(bytes));
}

HttpAnswer read_head(Wire& wire, std::string& rest) {
  std::string text;
  std::size_t end = 0;
  while ((end = text.find("\r\n\r\n")) == std::string::npos) {
    if (text.size() > kLargestHead) throw std::runtime_error("the head of the answer has no end");
    read_more(wire, text);
  }
  rest = text.substr(end + 4);
  text.resize(end + 2);
  HttpAnswer answer;
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  if (!text.starts_with(kVersion) || text.size() < 12) throw std::runtime_error("the server speaks no HTTP/1.1");
  answer.status = static_cast<int>(to_number(std::string_view(text).substr(kVersion.size(), 3)));
  std::size_t begin = text.find("\r\n") + 2;
  while (begin < text.size()) {
    const auto line_end = text.find("\r\n", begin);
    read_header(answer, std::string_view(text).substr(begin, line_end - begin));
    begin = line_end + 2;
  }
  return answer;
}

HttpAnswer ask(const Loopback& server, std::string_view method, std::string_view target, const Headers& headers,
               std::string_view body) {
  Wire wire = server.connect();
  std::string request = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: " + server.text() +
                        "\r\nConnection: close\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  send_whole(wire, request);
  std::string rest;
  HttpAnswer answer = read_head(wire, rest);
  const auto length = answer.header("content-length");
  const std::size_t wanted = length.empty() ? 0 : to_number(length);
  if (wanted > kLargestBody) throw std::runtime_error("the answer is too long");
  while (rest.size() < wanted) read_more(wire, rest);
  answer.body = rest.substr(0, wanted);
  return answer;
}

}  // namespace rapport::load
