#include "transfer/import.h"

#include <algorithm>
#include <boost/json.hpp>

#include "account/account_arrival.h"
#include "base/log.h"
#include "files/file_name.h"
#include "files/media_type.h"
#include "server/mentions.h"
#include "store/data_engine.h"
#include "transfer/limits.h"
#include "transfer/row_line.h"
#include "transfer/stores.h"

namespace teahouse::transfer {
namespace {

namespace json = boost::json;

Error within(const std::string& entry, const Error& error) {
  return {error.kind, "In the export's entry '" + entry + "': " + error.text};
}

// {"id": ..., "name": ...} of a file, whose bytes are the next entry.
Result<FileInfo> parse_file(std::string_view text) {
  json::error_code failed;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), failed);
  if (failed || !value.is_object()) return bad_request("The row of a file is no object of JSON.");
  FileInfo file;
  for (const auto& [name, to] : {std::pair<const char*, std::string*>{"id", &file.id},
                                 {"owner", &file.owner},
                                 {"name", &file.name},
                                 {"sha256", &file.digest}}) {
    const json::value* member = value.as_object().if_contains(name);
    if (!member || !member->is_string()) return bad_request("The row of a file lacks its '" + std::string(name) + "'.");
    *to = std::string(member->as_string());
  }
  for (const auto& [name, to] :
       {std::pair<const char*, int64_t*>{"bytes", &file.bytes}, {"created_ms", &file.created_ms}}) {
    const json::value* member = value.as_object().if_contains(name);
    if (!member || !member->is_int64() || member->as_int64() < 0) {
      return bad_request("The row of a file lacks its '" + std::string(name) + "'.");
    }
    *to = member->as_int64();
  }
  const auto name = parse_file_name(file.name);
  if (!is_file_id(file.id) || !name || *name != file.name)
    return bad_request("The row of a file has no id or name that can be.");
  return file;
}

}  // namespace

Task<Result<MadeTenant>> Import::run(ImportWanted wanted, std::string actor) {
  auto beginning = begin(std::move(wanted), std::move(actor));
  const auto begun = co_await beginning;
  if (!begun) co_return begun.error();
  auto taking = take_all();
  auto taken = co_await taking;
  if (taken) {
    auto finishing = finish();
    taken = co_await finishing;
  }
  if (taken) co_return made_;
  auto cancelling = parts_.tenants.cancel_arrival(home_, made_.tenant);
  const auto cancelled = co_await cancelling;
  if (!cancelled) {
    log::warning("transfer", "What had come of an import was not removed; that is tried again each minute",
                 {{"tenant", made_.tenant->name}, {"why", cancelled.error().text}});
  }
  co_return taken.error();
}

Task<Result<void>> Import::begin(ImportWanted wanted, std::string actor) {
  auto first = co_await entries_.next();
  if (!first) co_return first.error();
  if (!*first || (*first)->name != "tenant.json") {
    co_return bad_request("This is no export of Teahouse: it does not begin with tenant.json.");
  }
  const auto text = co_await entries_.read_all(tenant_bytes_max);
  if (!text) co_return text.error();
  auto document = parse_tenant_document(*text);
  if (!document) co_return document.error();
  if (document->is_of_one_user)
    co_return bad_request("This is the export of one user, and no tenant can be made of it.");
  ArrivingTenant& arriving = document->tenant;
  old_domain_ = arriving.wanted.domain;
  if (!wanted.name.empty()) arriving.wanted.name = wanted.name;
  if (!wanted.domain.empty()) arriving.wanted.domain = wanted.domain;
  std::vector<HostName> hosts = arriving.wanted.hosts;
  hosts.push_back({old_domain_, HostKind::accounts});
  addresses_ = Addresses(hosts, old_domain_, arriving.wanted.domain);
  for (HostName& host : arriving.wanted.hosts) host.domain = addresses_.rename_host(host.domain);
  PermissionMap permissions;
  for (auto& [domain, each] : arriving.component_permissions) {
    permissions.emplace(addresses_.rename_host(domain), std::move(each));
  }
  arriving.component_permissions = std::move(permissions);
  for (const char* field : {"admins", "contacts"}) {
    const auto found = arriving.wanted.fields.find(field);
    if (found == arriving.wanted.fields.end()) continue;
    for (std::string& each : std::get<std::vector<std::string>>(found->second)) each = addresses_.rename(each);
  }
  if (!wanted.plan.empty()) arriving.wanted.fields["plan"] = wanted.plan;
  if (wanted.check) {
    if (const auto good = wanted.check(arriving.wanted.fields); !good) co_return good;
  }
  auto beginning = parts_.tenants.begin_arrival(home_, std::move(arriving), std::move(actor));
  auto made = co_await beginning;
  if (!made) co_return made.error();
  made_ = std::move(*made);
  if (parts_.note_tenant) {
    auto noting = parts_.note_tenant(home_, made_.tenant->id);
    co_await noting;
  }
  co_return Result<void>();
}

Task<Result<void>> Import::take_all() {
  while (true) {
    auto head = co_await entries_.next();
    if (!head) co_return head.error();
    if (!*head) break;
    const std::string name = (*head)->name;
    auto taking = take(std::move(**head));
    const auto taken = co_await taking;
    if (!taken) co_return within(name, taken.error());
  }
  if (!is_ended_)
    co_return bad_request("The export is cut short: its end.json is missing. Make it, or copy it, again.");
  co_return Result<void>();
}

Task<Result<void>> Import::take(TarHead head) {
  if (is_ended_) co_return bad_request("Something stands behind the end.");
  const std::string& name = head.name;
  if (file_ && name != "files/" + file_->id) co_return bad_request("The bytes of the file before it are missing.");
  if (file_) co_return co_await take_file(std::move(head));
  if (name == "end.json") co_return co_await take_end();
  if (name.starts_with("users/") && name.ends_with(".xml")) co_return co_await take_user();
  if (name.ends_with(".jsonl")) co_return co_await take_lines();
  if (name.starts_with("files/") && name.ends_with(".json")) {
    co_return co_await take_file_row(name.substr(6, name.size() - 11));
  }
  co_return bad_request("No export has such an entry.");
}

Task<Result<void>> Import::take_user() {
  auto text = co_await entries_.read_all(user_bytes_max);
  if (!text) co_return text.error();
  auto user = parse_user_document(std::move(*text), parts_.forms);
  if (!user) co_return user.error();
  if (user->host != old_domain_) co_return bad_request("Its host is not that of the tenant's accounts.");
  const TenantPtr& tenant = made_.tenant;
  const auto jid = BareJid::make(user->account.localpart, tenant->domain());
  if (!jid) co_return jid.error();
  auto storing = store_arrived(parts_.control, home_, tenant, user->account, std::move(user->keys));
  const auto stored = co_await storing;
  if (!stored) co_return stored;
  ++users_;
  for (auto& [map, rows] : user->rows) {
    for (auto& each : rows) {
      store::TenantRow row;
      row.kind = store::WriteKind::store_entry;
      row.store = map;
      row.key = jid->str();
      row.entry = std::move(each.name);
      row.value = std::move(each.value);
      const size_t bytes = row.value.size();
      if (const auto kept = store(std::move(row)); !kept) co_return kept;
      const auto waited = co_await wait_when_much(bytes);
      if (!waited) co_return waited;
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Import::take_lines() {
  const auto text = co_await entries_.read_all(lines_bytes_max);
  if (!text) co_return text.error();
  std::string_view rest = *text;
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    auto row = parse_row_line(rest.substr(0, end));
    ++rows_;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto kept = row ? store(std::move(*row)) : Result<void>(row.error());
    if (!kept) co_return Error{kept.error().kind, "line " + std::to_string(number) + ": " + kept.error().text};
    const auto waited = co_await wait_when_much(end);
    if (!waited) co_return waited;
  }
  co_return Result<void>();
}

// So that what the data plane has not on the disk yet stays little, and a full disk is seen.
Task<Result<void>> Import::wait_when_much(size_t bytes) {
  unstored_bytes_ += bytes;
  if (unstored_bytes_ < unstored_bytes_max) co_return Result<void>();
  unstored_bytes_ = 0;
  if (const auto may = parts_.data.health().check_addition(); !may) co_return may;
  co_return co_await parts_.data.wait(home_, last_);
}

Result<void> Import::check_owner(const store::TenantRow& row) const {
  const LeavingArchive* archive = find_archive(row.store);
  if (!archive) return bad_request("There is no archive '" + row.store + "' that leaves with a tenant.");
  const auto owner = BareJid::parse(row.key);
  const Tenant& tenant = *made_.tenant;
  const auto is_of = [&](HostKind kind) {
    return std::any_of(tenant.hosts.begin(), tenant.hosts.end(),
                       [&](const HostName& host) { return host.kind == kind && host.domain == owner->domainpart(); });
  };
  if (owner && is_of(archive->owners == Owners::rooms ? HostKind::rooms : HostKind::accounts)) return {};
  return bad_request("The archive's owner '" + row.key + "' is not at a domain of the tenant.");
}

Result<void> Import::store_in_map(const store::TenantRow& row) {
  if (!has_map(row.store)) return bad_request("There is no map '" + row.store + "' that leaves with a tenant.");
  const Tenant& tenant = *made_.tenant;
  if (!has_mentions(row.store) || !row.key.starts_with(mention_prefix)) {
    last_ = parts_.data.map(tenant.id, row.store).store(row.key, row.entry, row.value);
    return {};
  }
  const auto named = BareJid::parse(row.key.substr(mention_prefix.size()));
  const auto by = BareJid::parse(row.entry);
  if (!named || !by) return bad_request("A mention is of no address.");
  last_ = Mentions(parts_.data, row.store).add({tenant.id, *by, named->domainpart() == tenant.domain()}, *named);
  return {};
}

Result<void> Import::store(store::TenantRow row) {
  row.key = addresses_.rename(std::move(row.key));
  row.entry = addresses_.rename(std::move(row.entry));
  row.value = addresses_.rename(std::move(row.value));
  if (row.key.size() > store::key_bytes_max || row.entry.size() > store::key_bytes_max) {
    return bad_request("With the new domain a key is too long.");
  }
  if (row.kind != store::WriteKind::append_row) return store_in_map(row);
  if (const auto checked = check_owner(row); !checked) return checked;
  // Ids of the whole server are later than each from now on, and there are so many.
  if (store::time_ms(row.id) > parts_.clock.wall_ms() + ahead_ms_max) {
    return bad_request("A row of an archive is of the year after next. Is a clock wrong?");
  }
  const int64_t most = made_.tenant->limits().archive_bytes;
  archive_bytes_ += store::count_row_bytes(row.key.size(), row.entry.size(), row.value.size());
  if (most >= 0 && archive_bytes_ > static_cast<uint64_t>(most)) {
    return Error{ErrorKind::resource_constraint, "The archives are larger than the " + std::to_string(most) +
                                                     " bytes of the plan '" + made_.tenant->plan.name + "'."};
  }
  parts_.data.arrivals().raise(store::time_ms(row.id));
  parts_.data.arrivals().note(store::time_ms(row.id), row.at_ms);
  const store::ArchiveStore archive = parts_.data.archive(made_.tenant->id, row.store);
  archive.remove(row.key, row.id);  // there must not be another of its id
  last_ = archive.append(row.key, {row.id, std::move(row.entry), std::move(row.value), row.at_ms});
  return {};
}

Task<Result<void>> Import::take_file_row(std::string id) {
  const auto text = co_await entries_.read_all(file_row_bytes_max);
  if (!text) co_return text.error();
  auto file = parse_file(*text);
  if (!file) co_return file.error();
  if (file->id != id) co_return bad_request("The row of a file is of another one.");
  const auto owner = BareJid::parse(file->owner);
  if (!file->owner.empty() && (!owner || owner->domainpart() != old_domain_)) {
    co_return bad_request("A file's owner is no account of the tenant.");
  }
  file->owner = addresses_.rename(std::move(file->owner));
  const auto known = co_await files_.find(home_, made_.tenant->id, id);
  if (known) co_return Error{ErrorKind::conflict, "The file is there twice."};
  if (known.error().kind != ErrorKind::item_not_found) co_return known.error();
  file_ = std::move(*file);
  co_return Result<void>();
}

Task<Result<void>> Import::take_file(TarHead head) {
  FileInfo file = *std::exchange(file_, std::nullopt);
  if (head.bytes != static_cast<uint64_t>(file.bytes))
    co_return bad_request("It has another length than its row says.");
  const TenantPtr& tenant = made_.tenant;
  if (const auto may = files_.check_size(*tenant, file.bytes); !may) co_return may;
  auto room = files_.take_room(*tenant, file.bytes);
  if (!room) co_return room.error();
  auto beginning = files_.objects().begin(home_, tenant->id);
  auto upload = co_await beginning;
  if (!upload) co_return upload.error();
  std::string first_bytes;
  while (true) {
    auto piece = co_await entries_.read(chunk_bytes);
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    if (const auto may = files_.disk().check_addition(); !may) co_return may;
    if (first_bytes.size() < media_type_bytes) first_bytes += piece->substr(0, media_type_bytes);
    auto writing = (*upload)->write(std::move(*piece));
    const auto written = co_await writing;
    if (!written) co_return written;
  }
  file.type = find_media_type(first_bytes).name;  // nobody's word but the bytes'
  const Digest said = std::exchange(file.digest, {});
  auto keeping = files_.keep(home_, tenant, std::move(file), **upload);
  const auto kept = co_await keeping;
  if (!kept) co_return kept.error();
  room->keep();
  ++file_count_;
  if (kept->digest != said) co_return bad_request("It is damaged: its SHA-256 is not the one that its row says.");
  co_return Result<void>();
}

Task<Result<void>> Import::take_end() {
  const auto text = co_await entries_.read_all(tenant_bytes_max);
  if (!text) co_return text.error();
  json::error_code failed;
  const json::value value = json::parse(json::string_view(text->data(), text->size()), failed);
  if (failed || !value.is_object()) co_return bad_request("The end is no object of JSON.");
  for (const auto& [name, count] :
       {std::pair<const char*, int64_t>{"users", users_}, {"rows", rows_}, {"files", file_count_}}) {
    const json::value* said = value.as_object().if_contains(name);
    if (said && said->is_int64() && said->as_int64() == count) continue;
    co_return bad_request("The export is not whole: of its " + std::string(name) + " " + std::to_string(count) +
                          " have come.");
  }
  is_ended_ = true;
  co_return Result<void>();
}

Task<Result<void>> Import::finish() {
  const auto stored = co_await parts_.data.wait(home_, last_);
  if (!stored) co_return stored;
  made_.tenant->meter->archive_bytes = static_cast<int64_t>(archive_bytes_);
  auto ending = parts_.tenants.end_arrival(home_, made_.tenant->id);
  auto ended = co_await ending;
  if (!ended) co_return ended.error();
  made_.tenant = std::move(*ended);
  co_return Result<void>();
}

}  // namespace teahouse::transfer
