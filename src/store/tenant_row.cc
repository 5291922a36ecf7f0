// A line is fields between tabs: `k store key value`, `m store key entry value`, `a store owner id with stanza` and,
// where it is not the time in the id, when it came. In a
// field, backslash, tab, line feed and carriage return are written \\ \t \n \r; every other byte stands for itself.
#include "store/tenant_row.h"

#include "base/text.h"

namespace teahouse::store {
namespace {

void add_field(std::string& line, std::string_view field) {
  line += '\t';
  for (char c : field) {
    switch (c) {
      case '\\': line += "\\\\"; break;
      case '\t': line += "\\t"; break;
      case '\n': line += "\\n"; break;
      case '\r': line += "\\r"; break;
      default: line += c;
    }
  }
}

Result<std::vector<std::string>> parse_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  for (size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\t') {
      fields.emplace_back();
    } else if (line[at] != '\\') {
      fields.back() += line[at];
    } else {
      switch (++at < line.size() ? line[at] : '\0') {
        case '\\': fields.back() += '\\'; break;
        case 't': fields.back() += '\t'; break;
        case 'n': fields.back() += '\n'; break;
        case 'r': fields.back() += '\r'; break;
        default: return Error{ErrorKind::bad_request, "exported row: a backslash that escapes nothing known"};
      }
    }
  }
  return fields;
}

}  // namespace

std::string to_line(const TenantRow& row) {
  std::string line(1, row.kind == WriteKind::store_value ? 'k' : row.kind == WriteKind::store_entry ? 'm' : 'a');
  line.reserve(row.store.size() + row.key.size() + row.entry.size() + row.value.size() + 32);
  add_field(line, row.store);
  add_field(line, row.key);
  if (row.kind == WriteKind::append_row) add_field(line, to_string(row.id));
  if (row.kind != WriteKind::store_value) add_field(line, row.entry);
  add_field(line, row.value);
  if (row.kind == WriteKind::append_row && row.at_ms >= 0 && row.at_ms != time_ms(row.id)) {
    add_field(line, std::to_string(row.at_ms));
  }
  return line;
}

Result<TenantRow> parse_tenant_row(std::string_view line) {
  auto parsed = parse_fields(line);
  if (!parsed) return parsed.error();
  std::vector<std::string>& fields = *parsed;
  TenantRow row;
  if (fields[0] == "k" && fields.size() == 4) {
    row.kind = WriteKind::store_value;
  } else if (fields[0] == "m" && fields.size() == 5) {
    row.kind = WriteKind::store_entry;
    row.entry = std::move(fields[3]);
  } else if (fields[0] == "a" && (fields.size() == 6 || fields.size() == 7)) {
    row.kind = WriteKind::append_row;
    auto id = parse_archive_id(fields[3]);
    if (!id) return Error{ErrorKind::bad_request, "exported row: \"" + fields[3] + "\" is no archive id"};
    row.id = *id;
    if (fields.size() == 7) {
      const std::string& at = fields[6];
      const auto at_ms = parse_decimal<int64_t>(at);
      if (!at_ms || *at_ms < 0 || *at_ms > time_ms(*id)) {
        return Error{ErrorKind::bad_request, "exported row: \"" + at + "\" is no time, or is after the one in the id"};
      }
      row.at_ms = *at_ms;
      fields.pop_back();
    }
    row.entry = std::move(fields[4]);
  } else {
    return Error{ErrorKind::bad_request,
                 "exported row: begins with no kind of row known here, or has too few or many fields"};
  }
  row.store = std::move(fields[1]);
  row.key = std::move(fields[2]);
  row.value = std::move(fields.back());
  if (row.store.empty() || row.store.size() > store_name_bytes_max || row.key.size() > key_bytes_max ||
      row.entry.size() > key_bytes_max) {
    return Error{ErrorKind::bad_request, "exported row: a store's name or a key that is too long"};
  }
  return row;
}

}  // namespace teahouse::store
