#pragma once
/// @file The web app's files, held in the program, sent compressed where the browser takes it.
#include <map>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

namespace rapport::server {

class StaticFiles {
 public:
  StaticFiles();
  /// The file of a GET; the app's page for addresses that the app itself routes ("/", "/with/…"). Anything else is 404:
  /// with the app's page where a person may have typed or followed the address, else with a plain sentence.
  http::Response serve(const http::Request& request) const;

 private:
  struct File {
    std::string_view content;
    std::string compressed;  ///< gzip; empty where it saves nothing
    std::string_view type;
    bool immutable = false;  ///< its name changes with its content
    bool is_worker = false;  ///< keeps the shell; has a policy of its own, as pages have
  };
  http::Response send(const http::Request& request, const File& file) const;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace rapport::server
