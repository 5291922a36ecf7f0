#include "cli/shell.h"

#include <boost/json.hpp>
#include <iostream>

#include "base/text.h"

namespace teahouse::cli {
namespace {

namespace json = boost::json;

std::string shown(const json::value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_array()) {
    std::string all;
    for (const json::value& each : value.get_array()) all += (all.empty() ? "" : ", ") + shown(each);
    return all;
  }
  return value.is_null() ? "" : json::serialize(value);
}

std::string member(const json::value& row, const std::string& name) {
  const json::value* found = row.is_object() ? row.get_object().if_contains(name) : nullptr;
  return found ? shown(*found) : "";
}

// The columns that a terminal needs, about: one for each character, whatever its bytes.
size_t width_of(std::string_view text) { return count_characters(text); }

// Columns side by side, but for white space at the ends of lines.
void print_table(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i) text += line[i] + std::string(widths[i] - width_of(line[i]) + 2, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << '\n';
  }
}

}  // namespace

int Shell::run() {
  auto client = Client::find(place);
  if (!client) return fail(client.error());
  found_.push_back(std::move(*client));
  client_ = &found_.back();
  return command(*this);
}

int Shell::fail(const Error& error) const {
  std::cerr << "teahouse: " << error.text << '\n';
  if (error.kind == ErrorKind::bad_request) return exit_usage;
  return error.kind == ErrorKind::service_unavailable ? exit_no_server : exit_refused;
}

int Shell::done(const Result<Reply>& reply, const std::string& sentence) const {
  if (!reply) return fail(reply.error());
  if (!reply->good()) return fail({ErrorKind::not_allowed, reply->refusal()});
  if (json) {
    std::cout << (reply->body.empty() ? "{}" : reply->body) << '\n';
  } else {
    std::cout << sentence << '\n';
  }
  return exit_good;
}

int Shell::show(const Result<Reply>& reply) const {
  if (json || !reply || !reply->good()) return done(reply, {});
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  std::vector<std::vector<std::string>> lines;
  if (!failed && value.is_object()) {
    for (const auto& [name, each] : value.get_object())
      lines.push_back({std::string(std::string_view(name)), shown(each)});
  }
  print_table(lines);
  return exit_good;
}

int Shell::show_list(const Result<Reply>& reply, std::string_view rows, const std::vector<std::string>& columns) const {
  if (json || !reply || !reply->good()) return done(reply, {});
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  const json::value* list = !failed && value.is_object()
                                ? value.get_object().if_contains(json::string_view(rows.data(), rows.size()))
                                : nullptr;
  std::vector<std::vector<std::string>> lines = {columns};
  if (list && list->is_array()) {
    for (const json::value& row : list->get_array()) {
      auto& line = lines.emplace_back();
      for (const std::string& column : columns) line.push_back(member(row, column));
    }
  }
  print_table(lines);
  return exit_good;
}

Result<std::string> Shell::find_tenant(const std::string& domain) {
  const auto reply = client().call("GET", "/tenants?domain=" + escape_segment(domain));
  if (!reply) return reply.error();
  if (!reply->good()) return Error{ErrorKind::not_allowed, reply->refusal()};
  json::error_code failed;
  const json::value value = json::parse(reply->body, failed);
  const json::value* list = !failed && value.is_object() ? value.get_object().if_contains("tenants") : nullptr;
  if (list && list->is_array() && !list->get_array().empty()) return member(list->get_array()[0], "name");
  return Error{ErrorKind::item_not_found, "No tenant has the domain " + domain + "."};
}

Result<std::string> read_password() {
  std::string line;
  if (std::getline(std::cin, line) && line.ends_with('\r')) line.pop_back();
  if (!line.empty()) return line;
  return Error{ErrorKind::bad_request, "No password came on standard input; it is read from there, one line."};
}

}  // namespace teahouse::cli
