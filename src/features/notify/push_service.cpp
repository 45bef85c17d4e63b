#include "features/notify/push_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "base/ascii.hpp"
#include "base/log.hpp"
#include "features/notify/curl_handle.hpp"

namespace rapport::notify {
namespace {

/// A browser that is off finds it within a day; after that what waits is seen at the next log-in anyway.
constexpr auto kKeptFor = "TTL: 86400";
/// One that was not fetched yet is replaced: ten say no more than one.
constexpr auto kTopic = "Topic: rapport";

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto part = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    part = trimmed(part);
    if (!part.empty()) parts.push_back(lower_case(part));
  }
  return parts;
}

bool is_at(std::string_view place, const std::string& host) {
  if (!host.starts_with("*.")) return place == host;
  return place.size() > host.size() - 1 && place.ends_with(std::string_view(host).substr(1));
}

std::size_t throw_away(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

Failure failure_of(CURLcode code, long status) {
  constexpr long not_found = 404;
  constexpr long gone = 410;
  constexpr long too_many = 429;
  constexpr long their_fault = 500;
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) return Failure::certificate;
  if (code == CURLE_SSL_CONNECT_ERROR) return Failure::no_encryption;
  if (code != CURLE_OK || status == too_many || status >= their_fault) return Failure::unreachable;
  return status == not_found || status == gone ? Failure::gone : Failure::refused;
}

CurlList headers_of(const std::string& authorization) {
  CurlList list;
  for (const auto& header :
       {std::string("Content-Type: application/octet-stream"), std::string("Content-Encoding: aes128gcm"),
        std::string("Urgency: high"), std::string(kKeptFor), std::string(kTopic), std::string("Expect:"),
        "Authorization: " + authorization}) {
    auto* longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) throw std::runtime_error("libcurl takes no header");
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

}  // namespace

Result<PushServices> push_services(const config::Settings& settings) {
  PushServices services;
  if (!settings.push_authorities.empty() && !std::ifstream(settings.push_authorities)) {
    return fail(invalid("settings.push", fmt::format("The file of \"push.authorities\", {}, cannot be read.",
                                                     settings.push_authorities)));
  }
  static const std::regex form(R"((\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?)");
  auto hosts = split(settings.push_services);
  for (const auto& host : hosts) {
    if (std::regex_match(host, form)) continue;
    return fail(invalid("settings.push", fmt::format("\"push.services\" must name computers (push.example.net, "
                                                     "*.example.net) with commas between, and \"{}\" is none.",
                                                     host)));
  }
  // Push services refuse a sender who does not say who that is.
  if (!settings.practice_address.starts_with("https://")) return services;
  services.hosts = std::move(hosts);
  services.authorities = settings.push_authorities;
  services.contact = settings.practice_address;
  return services;
}

std::optional<std::string> push_origin(const PushServices& services, std::string_view endpoint) {
  constexpr std::string_view scheme = "https://";
  if (!endpoint.starts_with(scheme)) return std::nullopt;
  const auto place = endpoint.substr(scheme.size(), endpoint.find('/', scheme.size()) - scheme.size());
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '\\' && c != '#'; };
  const bool known = std::any_of(services.hosts.begin(), services.hosts.end(),
                                 [&](const std::string& host) { return is_at(place, host); });
  if (!known || !std::all_of(endpoint.begin(), endpoint.end(), is_plain)) return std::nullopt;
  // Within a name that ends rightly, only letters of a name: "evil.example@x.push.example.net" is another computer.
  const auto in_names = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
  };
  if (!std::all_of(place.begin(), place.end(), in_names)) return std::nullopt;
  return std::string(scheme) + std::string(place);
}

CurveKey push_sender(const access::SealKey& root) {
  return CurveKey::derived(root.subkey("pushsend"));
}

Handing hand_over(const PushServices& services, const CurveKey& sender, const PushTarget& target, std::string_view text,
                  Time now, const std::atomic<bool>& stop) {
  const auto origin = push_origin(services, target.endpoint);
  if (!origin) return {Handed::back, Failure::gone};  // the settings do not name its service any more
  const auto body = seal_push(target, text);
  const auto handle = new_curl_handle();
  bound_transfer(handle, services.authorities, stop);
  const auto headers = headers_of(push_authorization(sender, *origin, services.contact, now));
  set_option(handle, CURLOPT_URL, target.endpoint.c_str());
  set_option(handle, CURLOPT_PROTOCOLS_STR, "https");
  set_option(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(handle, CURLOPT_HTTPHEADER, headers.get());
  set_option(handle, CURLOPT_POST, 1L);
  set_option(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  set_option(handle, CURLOPT_POSTFIELDS, static_cast<const void*>(body.data()));
  set_option(handle, CURLOPT_WRITEFUNCTION, throw_away);

  const auto code = curl_easy_perform(handle.get());
  if (code == CURLE_ABORTED_BY_CALLBACK) return {Handed::stopped};
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  constexpr long first_good = 200;
  constexpr long first_other = 300;
  if (code == CURLE_OK && status >= first_good && status < first_other) return {};
  const auto failure = failure_of(code, status);
  log::warning("push.not_sent", {{"why", to_text(failure)}, {"what", curl_easy_strerror(code)}, {"reply", status}});
  return {Handed::back, failure};
}

}  // namespace rapport::notify
