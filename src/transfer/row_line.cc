#include "transfer/row_line.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "crypto/encoding.h"
#include "store/stores.h"
#include "transfer/limits.h"

namespace teahouse::transfer {
namespace {

namespace json = boost::json;

constexpr std::string_view in_base64 = "64";

Error bad_line(std::string_view what) {
  return {ErrorKind::bad_request, "A line of the export can't be read: " + std::string(what)};
}

void put(json::object& object, std::string_view name, const std::string& bytes) {
  if (is_utf8(bytes)) {
    object[name] = bytes;
  } else {
    object[std::string(name).append(in_base64)] = crypto::to_base64(bytes);
  }
}

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}

Result<std::string> take(const json::object& object, std::string_view name) {
  if (const json::value* text = find(object, name); text && text->is_string()) return std::string(text->as_string());
  const json::value* coded = find(object, std::string(name).append(in_base64));
  if (!coded || !coded->is_string()) return bad_line("\"" + std::string(name) + "\" is missing, or no text.");
  return crypto::parse_base64(coded->as_string());
}

Result<void> take_all(const json::object& object,
                      std::initializer_list<std::pair<std::string_view, std::string*>> members) {
  for (const auto& [name, text] : members) {
    auto taken = take(object, name);
    if (!taken) return taken.error();
    *text = std::move(*taken);
  }
  return {};
}

Result<void> take_place(const json::object& object, store::TenantRow& row) {
  const auto id = take(object, "id");
  if (!id) return id.error();
  const auto parsed = store::parse_archive_id(*id);
  if (!parsed || *parsed == store::ArchiveId::none) return bad_line("\"id\" is no id of an archive.");
  row.id = *parsed;
  const json::value* at = find(object, "at_ms");
  if (!at || !at->is_int64() || at->as_int64() < 0 || at->as_int64() > store::time_ms(row.id)) {
    return bad_line("\"at_ms\" is no time, or later than the one in \"id\".");
  }
  row.at_ms = at->as_int64();
  return {};
}

}  // namespace

std::string write_row_line(const store::TenantRow& row) {
  json::object object;
  if (row.kind == store::WriteKind::append_row) {
    put(object, "archive", row.store);
    put(object, "owner", row.key);
    object["id"] = store::to_string(row.id);
    put(object, "with", row.entry);
    object["at_ms"] = row.at_ms >= 0 ? row.at_ms : store::time_ms(row.id);
    put(object, "stanza", row.value);
  } else {
    put(object, "map", row.store);
    put(object, "key", row.key);
    put(object, "entry", row.entry);
    put(object, "value", row.value);
  }
  return json::serialize(object);
}

Result<store::TenantRow> parse_row_line(std::string_view line) {
  if (line.size() > line_bytes_max) return bad_line("it is longer than " + std::to_string(line_bytes_max) + " bytes.");
  json::error_code failed;
  const json::value value = json::parse(json::string_view(line.data(), line.size()), failed);
  if (failed || !value.is_object()) return bad_line("it is no object of JSON.");
  const json::object& object = value.get_object();
  store::TenantRow row;
  const bool is_archive = find(object, "archive") != nullptr;
  row.kind = is_archive ? store::WriteKind::append_row : store::WriteKind::store_entry;
  const auto taken =
      is_archive
          ? take_all(object,
                     {{"archive", &row.store}, {"owner", &row.key}, {"with", &row.entry}, {"stanza", &row.value}})
          : take_all(object, {{"map", &row.store}, {"key", &row.key}, {"entry", &row.entry}, {"value", &row.value}});
  if (!taken) return taken.error();
  if (is_archive) {
    if (const auto placed = take_place(object, row); !placed) return placed.error();
  }
  if (row.key.size() > store::key_bytes_max || row.entry.size() > store::key_bytes_max) {
    return bad_line("a key has more than " + std::to_string(store::key_bytes_max) + " bytes.");
  }
  return row;
}

}  // namespace teahouse::transfer
