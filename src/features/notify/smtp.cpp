#include "features/notify/smtp.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/log.hpp"
#include "features/notify/curl_handle.hpp"

namespace rapport::notify {
namespace {

constexpr std::size_t kLongestPassword = 1024;

Error unusable_password(const std::string& file, std::string_view why) {
  return invalid("settings.mail", fmt::format("The file of the mail server's password, {}, {}.", file, why));
}

Result<std::string> read_password(const std::string& file) {
  if (file.empty()) return std::string();
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(unusable_password(file, "is not there, or is no file"));
  }
  if ((status.st_mode & S_IRWXO) != 0) {
    return fail(unusable_password(file, "can be read by everybody; make its mode 0600"));
  }
  std::ifstream in(file, std::ios::binary);
  std::string password{std::istreambuf_iterator<char>(in), {}};
  if (!in) return fail(unusable_password(file, "cannot be read"));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  if (password.empty() || password.size() > kLongestPassword || password.find_first_of("\r\n") != std::string::npos) {
    return fail(unusable_password(file, "must hold the password in one line, and nothing else"));
  }
  return password;
}

/// What is left of the message goes into the buffer.
std::size_t read_some(char* into, std::size_t size, std::size_t count, void* from) {
  auto& left = *static_cast<std::string_view*>(from);
  const auto length = std::min(size * count, left.size());
  std::memcpy(into, left.data(), length);
  left.remove_prefix(length);
  return length;
}

void prepare(const CurlHandle& handle, const MailServer& server) {
  // The path is the name that we say is ours; without it libcurl says what this computer is called.
  const auto url = server.url + "/" + server.from.substr(server.from.find('@') + 1);
  set_option(handle, CURLOPT_URL, url.c_str());
  set_option(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set_option(handle, CURLOPT_USE_SSL, static_cast<long>(server.encrypted ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  if (!server.user.empty()) {
    set_option(handle, CURLOPT_USERNAME, server.user.c_str());
    set_option(handle, CURLOPT_PASSWORD, server.password.c_str());
  }
}

/// Otherwise libcurl says good-bye to a server that does not answer, and waits for it as long again.
void hang_up(const CurlHandle& handle) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(handle.get(), CURLINFO_ACTIVESOCKET, &socket);
  if (socket != CURL_SOCKET_BAD) ::shutdown(socket, SHUT_RDWR);
}

/// `reply` is the last that the server said, 0 when it said nothing.
Failure failure_of(CURLcode code, long reply) {
  constexpr long goes_away = 421;
  switch (code) {
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
      return Failure::no_encryption;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Failure::certificate;
    case CURLE_LOGIN_DENIED:
      return Failure::login_refused;
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::unreachable;
    default:
      return reply >= 400 && reply != goes_away ? Failure::refused : Failure::unreachable;
  }
}

}  // namespace

Result<std::optional<MailServer>> mail_server(const config::Settings& settings) {
  if (settings.mail_server.empty()) return std::nullopt;
  MailServer server;
  TRY_ASSIGN(server.password, read_password(settings.mail_password_file));
  const auto& authorities = settings.mail_authorities;
  if (!authorities.empty() && !std::ifstream(authorities)) {
    return fail(
        invalid("settings.mail", fmt::format("The file of \"mail.authorities\", {}, cannot be read.", authorities)));
  }
  server.url = settings.mail_server.substr(0, settings.mail_server.find_last_not_of('/') + 1);
  server.user = settings.mail_user;
  server.authorities = authorities;
  server.encrypted = settings.mail_encryption != "none";
  server.from = settings.mail_from;
  server.practice_address = settings.practice_address;
  return server;
}

Handing hand_over(const MailServer& server, const std::string& to, const std::string& message,
                  const std::atomic<bool>& stop) {
  const auto handle = new_curl_handle();
  bound_transfer(handle, server.authorities, stop);
  prepare(handle, server);
  const CurlList receivers(curl_slist_append(nullptr, to.c_str()));
  std::string_view left = message;
  set_option(handle, CURLOPT_MAIL_FROM, server.from.c_str());
  set_option(handle, CURLOPT_MAIL_RCPT, receivers.get());
  set_option(handle, CURLOPT_UPLOAD, 1L);
  set_option(handle, CURLOPT_READFUNCTION, read_some);
  set_option(handle, CURLOPT_READDATA, static_cast<void*>(&left));

  const auto code = curl_easy_perform(handle.get());
  if (code == CURLE_OK) return {};
  if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OPERATION_TIMEDOUT) hang_up(handle);
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Handed::stopped};
  long reply = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
  const auto failure = failure_of(code, reply);
  log::warning("mail.not_sent", {{"why", to_text(failure)}, {"what", curl_easy_strerror(code)}, {"reply", reply}});
  return {Handed::back, failure};
}

}  // namespace rapport::notify
