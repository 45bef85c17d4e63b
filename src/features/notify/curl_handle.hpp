#pragma once
/// @file One transfer of libcurl's, for what leaves this computer: mails and notices to browsers.
#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace rapport::notify {

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;

/// Throws std::runtime_error when libcurl cannot start.
CurlHandle new_curl_handle();

/// Throws std::logic_error when the libcurl that is here does not know the option.
template <class T>
void set_option(const CurlHandle& handle, CURLoption option, T value) {
  if (curl_easy_setopt(handle.get(), option, value) != CURLE_OK) {
    throw std::logic_error("libcurl here does not know what notices need");
  }
}

/// Asks nobody but the server itself, over TLS 1.2 or later, and gives up: when it is not there, after a minute, and
/// within a second once `stop` is true. `authorities`: PEM file of who vouches for the server; empty: the system's.
void bound_transfer(const CurlHandle& handle, const std::string& authorities, const std::atomic<bool>& stop);

}  // namespace rapport::notify
