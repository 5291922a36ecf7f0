#include "cli/client.h"

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace teahouse::cli {
namespace {

namespace json = boost::json;

constexpr int64_t long_timeout_ms = 3'600'000;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

// The member's text; empty without.
std::string text_of(const std::string& body, std::string_view member) {
  json::error_code failed;
  const json::value value = json::parse(body, failed);
  if (failed || !value.is_object()) return {};
  const json::value* found = value.get_object().if_contains(json::string_view(member.data(), member.size()));
  return found && found->is_string() ? std::string(std::string_view(found->get_string())) : std::string();
}

Error no_server(std::string text) { return {ErrorKind::service_unavailable, std::move(text)}; }

// It may be there; this user is not let in to see.
bool is_hidden(const std::string& path) {
  std::error_code failed;
  const bool exists = std::filesystem::exists(path, failed);
  return exists || failed == std::errc::permission_denied;
}

}  // namespace

std::string escape_segment(std::string_view text) {
  static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    if (plain.find(c) != plain.npos) {
      escaped += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped += '%';
      escaped += digits[byte >> 4];
      escaped += digits[byte & 15];
    }
  }
  return escaped;
}

std::string Reply::refusal() const {
  const std::string detail = text_of(body, "detail");
  return detail.empty() ? "The server answered " + std::to_string(status) + "." : detail;
}

Result<Client> Client::find(const Place& place) {
  Place found = place;
  if (!place.data.empty()) {
    if (found.url.empty()) found.url = text_of(read_file(place.data + "/server.json"), "http");
    if (found.key.empty()) found.key = trimmed(read_file(place.data + "/operator.key"));
    if (found.url.empty() && is_hidden(place.data + "/server.json")) {
      return no_server("This user may not read " + place.data + "; run it as the user whose server that is.");
    }
    if (found.url.empty()) {
      return no_server("No server has written to " + place.data + "/server.json. Start one: teahouse serve --data " +
                       place.data);
    }
    if (found.key.empty()) {
      return no_server("The operator's key cannot be read from " + place.data +
                       "/operator.key; only its owner may read it.");
    }
  }
  if (found.url.empty() || found.key.empty()) {
    return Error{ErrorKind::bad_request, "Say which server: --data DIR (its data folder), or --url URL and --key KEY."};
  }
  while (found.url.ends_with('/')) found.url.pop_back();
  return Client(std::move(found));
}

Result<Reply> Client::call(std::string_view method, const std::string& path, const std::string& body) const {
  http::ClientRequest request;
  request.method = method;
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = body;
  return send(std::move(request), path);
}

Result<Reply> Client::call_long(std::string_view method, const std::string& path, const std::string& body) const {
  http::ClientRequest request;
  request.method = method;
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = body;
  request.timeout_ms = request.first_byte_timeout_ms = long_timeout_ms;
  return send(std::move(request), path);
}

Result<Reply> Client::download(const std::string& path, std::function<Result<void>(std::string_view)> take) const {
  http::ClientRequest request;
  request.answer_bytes_max = UINT64_MAX;
  request.timeout_ms = 0;
  request.idle_timeout_ms = request.first_byte_timeout_ms = long_timeout_ms;
  return send(std::move(request), path, {{}, std::move(take)});
}

Result<Reply> Client::upload(const std::string& path, uint64_t bytes, std::function<Result<std::string>()> next) const {
  http::ClientRequest request;
  request.method = "POST";
  request.headers.add("Content-Type", "application/x-tar");
  request.body_bytes = bytes;
  request.timeout_ms = 0;
  request.idle_timeout_ms = request.first_byte_timeout_ms = long_timeout_ms;
  return send(std::move(request), path, {std::move(next), {}});
}

Result<Reply> Client::send(http::ClientRequest request, const std::string& path, http::StreamedBodies bodies) const {
  request.url = place_.url + "/operator/v1" + path;
  request.headers.add("Authorization", "Bearer " + place_.key);
  request.headers.add("Accept", "application/json");
  const bool is_streamed = bodies.next || bodies.take;
  const auto response = is_streamed ? http::fetch_streamed(std::move(request), std::move(bodies), place_.ca_file)
                                    : http::fetch(std::move(request), place_.ca_file);
  if (!response) {
    const ErrorKind kind = response.error().kind;
    if (kind == ErrorKind::bad_request || kind == ErrorKind::storage_full || kind == ErrorKind::not_allowed) {
      return response.error();
    }
    return no_server("No server answers at " + place_.url + ": " + response.error().text);
  }
  return Reply{response->status, response->body};
}

Result<Reply> Client::list(const std::string& path, const std::string& rows) const {
  json::array all;
  std::string cursor;
  do {
    const char* separator = path.find('?') == path.npos ? "?" : "&";
    const std::string next = cursor.empty() ? "" : "&cursor=" + escape_segment(cursor);
    auto reply = call("GET", path + separator + "limit=200" + next);
    if (!reply || !reply->good()) return reply;
    json::error_code failed;
    json::value page = json::parse(reply->body, failed);
    json::value* part = !failed && page.is_object() ? page.get_object().if_contains(rows) : nullptr;
    if (!part || !part->is_array())
      return Error{ErrorKind::internal_server_error, "The server's answer is no list of " + rows + "."};
    for (json::value& row : part->get_array()) all.push_back(std::move(row));
    cursor = text_of(reply->body, "next_cursor");
  } while (!cursor.empty());
  json::object whole;
  whole[rows] = std::move(all);
  return Reply{200, json::serialize(whole)};
}

}  // namespace teahouse::cli
