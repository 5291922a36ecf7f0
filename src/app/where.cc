#include "app/where.h"

#include "tenant/whole_file.h"

namespace teahouse {
namespace {

std::string host_of(const std::string& listen) { return listen.substr(0, listen.rfind(':')); }

std::string url(const char* scheme, const std::string& listen, uint16_t port) {
  const std::string host = host_of(listen);
  return std::string(scheme) + "://" + (host == "*" ? "localhost" : host) + ":" + std::to_string(port);
}

std::string address(const std::string& listen, uint16_t port) {
  const std::string host = host_of(listen);
  return (host == "*" ? "127.0.0.1" : host) + ":" + std::to_string(port);
}

}  // namespace

std::string origin_of(const Config& config, const Ports& ports) {
  if (!config.public_url.empty()) return config.public_url;
  return ports.http ? url("http", config.listen_http, ports.http) : url("https", config.listen_https, ports.https);
}

std::string file_address(const Config& config, const Ports& ports) {
  if (!config.public_url.empty()) return config.public_url + "/upload/{host}";
  if (ports.https) return "https://{host}:" + std::to_string(ports.https);
  return "http://{host}:" + std::to_string(ports.http);
}

Result<void> write_where(const Config& config, const Ports& ports) {
  std::string json = "{";
  const auto add = [&json](const char* name, const std::string& value) {
    json.append(json.size() > 1 ? ", " : "").append("\"").append(name).append("\": \"").append(value).append("\"");
  };
  if (ports.http) add("http", url("http", config.listen_http, ports.http));
  if (ports.https) add("https", url("https", config.listen_https, ports.https));
  if (ports.c2s) add("c2s", address(config.listen_c2s, ports.c2s));
  if (ports.c2s_tls) add("c2s_tls", address(config.listen_c2s_tls, ports.c2s_tls));
  if (ports.components) add("components", address(config.listen_components, ports.components));
  if (ports.components_tls) add("components_tls", address(config.listen_components_tls, ports.components_tls));
  if (ports.s2s) add("s2s", address(config.listen_s2s, ports.s2s));
  if (ports.s2s_tls) add("s2s_tls", address(config.listen_s2s_tls, ports.s2s_tls));
  if (ports.turn) add("turn", address(config.listen_turn, ports.turn));
  if (ports.turn_tls) add("turn_tls", address(config.listen_turn_tls, ports.turn_tls));
  if (ports.proxy65) add("proxy65", address(config.listen_proxy65, ports.proxy65));
  return write_whole_file(config.data_directory + "/server.json", json + "}\n", 0600);
}

}  // namespace teahouse
