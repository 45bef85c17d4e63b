#include "features/notify/curl_handle.hpp"

#include <mutex>

namespace rapport::notify {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kSeconds = 60;

int break_off(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

}  // namespace

CurlHandle new_curl_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CurlHandle handle(curl_easy_init());
  if (!handle) throw std::runtime_error("libcurl cannot start");
  return handle;
}

void bound_transfer(const CurlHandle& handle, const std::string& authorities, const std::atomic<bool>& stop) {
  set_option(handle, CURLOPT_PROXY, "");
  set_option(handle, CURLOPT_NOSIGNAL, 1L);
  set_option(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set_option(handle, CURLOPT_TIMEOUT, kSeconds);
  set_option(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!authorities.empty()) {
    set_option(handle, CURLOPT_CAINFO, authorities.c_str());
    set_option(handle, CURLOPT_CAPATH, nullptr);
  }
  set_option(handle, CURLOPT_NOPROGRESS, 0L);
  set_option(handle, CURLOPT_XFERINFOFUNCTION, break_off);
  set_option(handle, CURLOPT_XFERINFODATA, static_cast<const void*>(&stop));
}

}  // namespace rapport::notify
