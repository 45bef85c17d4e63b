#include "http/request.hpp"

#include <algorithm>

namespace rapport::http {

std::string_view to_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
  }
  return "";
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

bool has_media_type(std::string_view content_type, std::string_view type) {
  constexpr std::string_view kSpace = " \t";
  content_type = content_type.substr(0, content_type.find(';'));
  content_type.remove_prefix(std::min(content_type.find_first_not_of(kSpace), content_type.size()));
  content_type = content_type.substr(0, content_type.find_last_not_of(kSpace) + 1);
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  };
  return std::equal(content_type.begin(), content_type.end(), type.begin(), type.end(),
                    [&](char given, char wanted) { return lower(given) == wanted; });
}

}  // namespace rapport::http
