#include "http/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"

namespace teahouse::http {

Result<Url> parse_url(const std::string& text) {
  const auto refuse = [&text](const char* why) { return Error{ErrorKind::bad_request, "\"" + text + "\" " + why}; };
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || (parsed->scheme() != "http" && parsed->scheme() != "https") || parsed->encoded_host().empty()) {
    return refuse("is no http or https URL");
  }
  if (parsed->has_userinfo()) return refuse("has a user name, which is not sent; leave it out");
  Url url;
  url.secure = parsed->scheme() == "https";
  url.host = std::string(parsed->host_address());
  url.port = url.secure ? 443 : 80;
  if (parsed->has_port() && !parsed->port().empty()) {
    url.port = parse_decimal<uint16_t>(std::string(parsed->port())).value_or(0);
    if (url.port == 0) return refuse("has no good port");
  }
  url.authority = std::string(parsed->encoded_host_and_port());
  url.target = std::string(parsed->encoded_path());
  if (url.target.empty()) url.target = "/";
  if (parsed->has_query()) url.target += "?" + std::string(parsed->encoded_query());
  return url;
}

}  // namespace teahouse::http
