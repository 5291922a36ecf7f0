#include "store/rocksdb/damage.h"

#include <algorithm>

#include "base/random.h"

namespace teahouse::store::rocks {
namespace {

std::optional<uint64_t> take_u64(std::string_view& rest) {
  if (rest.size() < sizeof(uint64_t)) return std::nullopt;
  const uint64_t number = load_u64(rest);
  rest.remove_prefix(sizeof number);
  return number;
}

// The place of a key, or of what is left of one: keys of an index are cut short.
Loss::End place_of(std::string_view key) {
  Loss::End end;
  std::string tenant(key.substr(0, std::min<size_t>(key.size(), 8)));
  tenant.resize(8, '\0');
  end.tenant = static_cast<TenantId>(load_u64(tenant));
  if (key.size() <= 8) return end;
  const auto kind = static_cast<Kind>(key[8]);
  if (kind > Kind::bytes && end.tenant != TenantId::server) {  // behind all of that tenant
    end.tenant = static_cast<TenantId>(raw(end.tenant) + 1);
    return end;
  }
  auto parsed = parse_key(key);
  if (!parsed) {
    end.store = key.size() > 10 ? key.substr(10) : std::string_view();
    return end;
  }
  end.store = parsed->store;
  const auto owner = kind == Kind::value ? std::optional(parsed->rest) : take_part(parsed->rest);
  if (owner) end.owner = *owner;
  if (!owner || kind != Kind::row) return end;
  std::string id(parsed->rest.substr(0, std::min<size_t>(parsed->rest.size(), 8)));
  id.resize(8, '\0');
  end.at_ms = time_ms(static_cast<ArchiveId>(load_u64(id)));
  return end;
}

}  // namespace

Loss describe(const Damage& damage) {
  Loss loss;
  loss.first = place_of(damage.keys.from);
  loss.last = place_of(damage.keys.to);
  loss.rows = damage.entries;
  loss.file = damage.file;
  loss.offset = damage.block.offset;
  loss.bytes = damage.block.bytes;
  loss.set_aside = !damage.note_key.empty();
  return loss;
}

bool Damage::touches(std::string_view first, std::string_view last) const {
  if (last < keys.from || first >= keys.to) return false;
  const bool came_later = is_row_key(first) && id_of_row(first) > newest;
  return !came_later || last > prefix_end(std::string(first.substr(0, first.size() - sizeof(uint64_t))));
}

std::string damage_notes() { return store_prefix(Kind::chore, {TenantId::server, "damage"}); }

std::string make_damage_note_key() {
  std::string key = damage_notes();
  add_u64(key, random_u64());
  return key;
}

std::string encode_damage(const Damage& damage) {
  std::string note(1, value_version);
  add_part(note, damage.keys.from);
  add_part(note, damage.keys.to);
  add_part(note, damage.file);
  add_part(note, damage.kept);
  for (const uint64_t number :
       {damage.newest, damage.sequence, damage.block.offset, damage.block.bytes, damage.entries}) {
    add_u64(note, number);
  }
  return note;
}

std::optional<Damage> parse_damage(std::string_view note_key, std::string_view note) {
  auto rest = parse_value(note);
  if (!rest) return std::nullopt;
  const auto from = take_part(*rest), to = take_part(*rest), file = take_part(*rest), kept = take_part(*rest);
  const auto newest = take_u64(*rest), sequence = take_u64(*rest), offset = take_u64(*rest);
  const auto bytes = take_u64(*rest), entries = take_u64(*rest);
  if (!from || !to || !file || !kept || !newest || !sequence || !offset || !bytes || !entries) return std::nullopt;
  Damage damage;
  damage.keys = {std::string(*from), std::string(*to)};
  damage.newest = *newest;
  damage.sequence = *sequence;
  damage.file = *file;
  damage.kept = *kept;
  damage.block = {*offset, *bytes};
  damage.entries = *entries;
  damage.note_key = note_key;
  return damage;
}

rocksdb::Status load_damages(rocksdb::DB& db, Damages::List* damages) {
  const std::string notes = damage_notes();
  const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(rocksdb::ReadOptions()));
  for (at->Seek(notes); at->Valid() && at->key().starts_with(notes); at->Next()) {
    auto damage = parse_damage(at->key().ToStringView(), at->value().ToStringView());
    if (!damage) return rocksdb::Status::Corruption("the note of a damage is of a later version");
    damages->push_back(std::move(*damage));
  }
  return at->status();
}

std::shared_ptr<const Damages::List> Damages::all() const {
  if (version() == 0) return nullptr;
  const std::lock_guard lock(mutex_);
  return list_;
}

void Damages::set(List list) {
  const std::lock_guard lock(mutex_);
  if (list.empty() && !list_) return;
  set_locked(std::move(list));
}

void Damages::add(List more) {
  if (more.empty()) return;
  const std::lock_guard lock(mutex_);
  List list = list_ ? *list_ : List();
  std::ranges::move(more, std::back_inserter(list));
  set_locked(std::move(list));
}

void Damages::forget(const std::string& note_key) {
  const std::lock_guard lock(mutex_);
  List list = list_ ? *list_ : List();
  std::erase_if(list, [&](const Damage& damage) { return damage.note_key == note_key; });
  set_locked(std::move(list));
}

void Damages::set_locked(List list) {
  list_ = list.empty() ? nullptr : std::make_shared<const List>(std::move(list));
  version_.fetch_add(1, std::memory_order_release);
}

}  // namespace teahouse::store::rocks
