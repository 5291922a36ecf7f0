// A table is data blocks, a filter, an index, properties, a block that names these (the metaindex) and a footer that
// leads to it. The index has, for each data block, its place and a key that is not less than any in it and less than
// all that follow: so the keys of a block lie behind the key of the one before, up to its own.
#include "store/rocksdb/table_check.h"

#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

// Of librocksdb: the checksum of its blocks.
extern "C" uint64_t ROCKSDB_XXH3_64bits(const void* bytes, size_t size);

namespace teahouse::store::rocks {
namespace {

constexpr size_t footer_bytes = 53, trailer_bytes = 5, unpacked_max = 64 << 20;
constexpr uint64_t magic = 0x88e241b785f4cff7;
constexpr uint32_t format_version = 5;
constexpr uint32_t versions_max = 31;  // no RocksDB has a higher one, of its format or its checksums
constexpr char checksum_xxh3 = 4, packed_none = 0, packed_lz4 = 4, packed_zstd = 7;

template <class Number>
Number load(std::string_view bytes) {  // little-endian; REQUIRES: enough of them
  Number number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

void add_varint(std::string& bytes, uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

std::optional<Block> take_block(std::string_view& bytes) {
  const auto offset = take_varint(bytes);
  const auto size = take_varint(bytes);
  if (!offset || !size) return std::nullopt;
  return Block{*offset, *size};
}

uint32_t checksum(std::string_view bytes, char type) {
  const auto hash = static_cast<uint32_t>(ROCKSDB_XXH3_64bits(bytes.data(), bytes.size()));
  return hash ^ static_cast<unsigned char>(type) * 0x6b9083d9U;
}

std::optional<std::string> unpack(std::string_view packed, char type) {
  if (type == packed_none) return std::string(packed);
  const auto size = take_varint(packed);
  if (!size || *size > unpacked_max) return std::nullopt;
  std::string bytes(*size, '\0');
  if (type == packed_lz4) {
    const int done = LZ4_decompress_safe(packed.data(), bytes.data(), static_cast<int>(packed.size()),
                                         static_cast<int>(bytes.size()));
    return done == static_cast<int>(bytes.size()) ? std::optional(std::move(bytes)) : std::nullopt;
  }
  if (type != packed_zstd) return std::nullopt;
  const size_t done = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  return !ZSTD_isError(done) && done == bytes.size() ? std::optional(std::move(bytes)) : std::nullopt;
}

// An unpacked block without the list of restart points at its end.
std::optional<std::string_view> entries_of(std::string_view block) {
  if (block.size() < sizeof(uint32_t)) return std::nullopt;
  const uint64_t restarts = load<uint32_t>(block.substr(block.size() - sizeof(uint32_t))) & 0x7fffffff;
  if (restarts == 0) return std::string_view();  // as RocksDB takes it
  const uint64_t end = (restarts + 1) * sizeof(uint32_t);
  if (end > block.size()) return std::nullopt;
  return block.substr(0, block.size() - end);
}

// The entries of an unpacked block, in order.
class Entries {
 public:
  explicit Entries(std::string_view block) : rest_(entries_of(block)) {}

  // False at the end, and where it is not whole.
  bool next() {
    if (!rest_ || rest_->empty()) return false;
    const auto shared = take_varint(*rest_), own = take_varint(*rest_), size = take_varint(*rest_);
    if (!shared || !own || !size || *shared > key_.size() || *own > rest_->size() || *size > rest_->size() - *own) {
      rest_.reset();
      return false;
    }
    key_.resize(*shared);
    key_ += rest_->substr(0, *own);
    value_ = rest_->substr(*own, *size);
    rest_->remove_prefix(*own + *size);
    return true;
  }
  bool whole() const { return rest_.has_value(); }
  const std::string& key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  std::optional<std::string_view> rest_;
  std::string key_;
  std::string_view value_;
};

class Check {
 public:
  Check(const ReadBytes& read, uint64_t file_bytes, const KeyRange& keys)
      : read_(read), file_bytes_(file_bytes), keys_(keys) {}

  TableCheck run() {
    found_.file_bytes = file_bytes_;
    if (const State end = read_end(); end != State::whole) return all_lost(end, Rot::Part::whole, {0, file_bytes_});
    std::string bytes;
    if (filter_) tell(load_block(*filter_, bytes), {Rot::Part::filter, *filter_, {}});
    if (const State index = read_index(); index != State::whole) return all_lost(index, Rot::Part::index, index_);
    for (const Place& place : places_) tell(load_block(place.block, bytes), {Rot::Part::data, place.block, place.keys});
    count_lost();
    return std::move(found_);
  }

 private:
  struct Place {
    Block block;
    KeyRange keys;
  };

  enum class State { whole, rotten, unreadable, unknown };

  void tell(State state, Rot rot) {
    if (state == State::rotten) {
      found_.rots.push_back(std::move(rot));
    } else if (state != State::whole) {
      const auto why = state == State::unknown ? Unclear::Why::unknown : Unclear::Why::unreadable;
      found_.unclear.push_back({why, rot.part, rot.block});
    }
  }

  TableCheck all_lost(State state, Rot::Part part, Block block) {
    found_.rots.clear();
    if (state == State::rotten) found_.lost_entries = entries_;
    tell(state, {part, block, keys_});
    return std::move(found_);
  }

  bool is_inside(const Block& block) const {
    return block.offset <= file_bytes_ && block.bytes <= file_bytes_ - block.offset &&
           file_bytes_ - block.offset - block.bytes >= trailer_bytes;
  }

  // The block, unpacked.
  State load_block(const Block& block, std::string& into) const {
    if (!is_inside(block)) return State::unknown;  // what leads to it is whole
    std::string bytes;
    if (!read_(block.offset, block.bytes + trailer_bytes, &bytes)) return State::unreadable;
    const std::string_view packed = std::string_view(bytes).substr(0, block.bytes);
    const char type = bytes[block.bytes];
    if (load<uint32_t>(std::string_view(bytes).substr(block.bytes + 1)) != checksum(packed, type)) return State::rotten;
    auto unpacked = unpack(packed, type);
    if (!unpacked) return State::unknown;
    into = std::move(*unpacked);
    return State::whole;
  }

  // Footer, metaindex, properties and index: they lead to all else.
  State read_end() {
    State state = read_footer();
    if (state == State::whole) state = read_metaindex();
    if (state == State::whole) state = read_properties();
    std::string removals;
    if (state == State::whole && removals_) state = load_block(*removals_, removals);
    if (state == State::whole && !leads_to_index()) state = State::rotten;
    return state;
  }

  // It has no checksum.
  State read_footer() {
    std::string footer;
    if (file_bytes_ < footer_bytes) return State::rotten;
    if (!read_(file_bytes_ - footer_bytes, footer_bytes, &footer)) return State::unreadable;
    const std::string_view bytes = footer;
    if (load<uint64_t>(bytes.substr(45)) != magic) return State::rotten;
    const auto version = load<uint32_t>(bytes.substr(41)), sums = uint32_t{static_cast<unsigned char>(bytes[0])};
    if (version > versions_max || sums > versions_max) return State::rotten;
    if (version != format_version || bytes[0] != checksum_xxh3) return State::unknown;
    std::string_view places = bytes.substr(1, 40);
    const auto metaindex = take_block(places), index = take_block(places);
    if (!metaindex || !index || !is_inside(*metaindex) || !is_inside(*index)) return State::rotten;
    metaindex_ = *metaindex;
    index_ = *index;
    return State::whole;
  }

  State read_metaindex() {
    std::string bytes;
    if (const State state = load_block(metaindex_, bytes); state != State::whole) return state;
    Entries entries(bytes);
    std::optional<Block> properties;
    while (entries.next()) {
      std::string_view value = entries.value();
      const auto block = take_block(value);
      if (!block) return State::unknown;
      if (entries.key() == "rocksdb.properties") properties = block;
      if (entries.key() == "rocksdb.range_del") removals_ = block;
      if (entries.key().starts_with("fullfilter.")) filter_ = block;
    }
    if (properties) properties_ = *properties;
    return entries.whole() && properties ? State::whole : State::unknown;
  }

  State read_properties() {
    std::string bytes;
    if (const State state = load_block(properties_, bytes); state != State::whole) return state;
    Entries entries(bytes);
    std::map<std::string, uint64_t> numbers;
    while (entries.next()) {
      std::string_view value = entries.value();
      if (const auto number = take_varint(value)) numbers[entries.key()] = *number;
    }
    const uint64_t all = numbers["rocksdb.num.entries"], ranges = numbers["rocksdb.num.range-deletions"];
    entries_ = all - std::min(all, ranges);
    data_bytes_ = numbers["rocksdb.data.size"];
    has_user_keys_ = numbers["rocksdb.index.key.is.user.key"] != 0;
    has_deltas_ = numbers["rocksdb.index.value.is.delta.encoded"] != 0;
    const bool is_known = numbers["rocksdb.block.based.table.index.type"] == 0;  // else its entries lead to indexes
    return entries.whole() && is_known ? State::whole : State::unknown;
  }

  // The footer has no checksum. The index lies between the data blocks and what the footer itself has led to.
  bool leads_to_index() const {
    return index_.offset >= data_bytes_ && index_.offset < metaindex_.offset &&
           index_.bytes + trailer_bytes <= metaindex_.offset - index_.offset;
  }

  // Each of its entries is a restart point, so that keys and places are whole.
  State read_index() {
    std::string bytes;
    if (const State state = load_block(index_, bytes); state != State::whole) return state;
    auto rest = entries_of(bytes);
    std::string from = keys_.from;
    while (rest && !rest->empty()) {
      const auto shared = take_varint(*rest), size = take_varint(*rest);
      if (!has_deltas_) (void)take_varint(*rest);
      const size_t tail = has_user_keys_ ? 0 : sizeof(uint64_t);  // sequence number and type
      if (!shared || *shared != 0 || !size || *size > rest->size() || *size < tail) return State::unknown;
      const std::string last(rest->substr(0, *size - tail));
      rest->remove_prefix(*size);
      const auto block = take_block(*rest);
      if (!block) return State::unknown;
      // With its sequence number, a key may be the last of this block and the first of the next.
      const std::string behind = last + '\0';
      places_.push_back({*block, {std::exchange(from, has_user_keys_ ? behind : last), behind}});
    }
    if (!places_.empty()) places_.back().keys.to = std::min(places_.back().keys.to, keys_.to);
    return rest ? State::whole : State::unknown;
  }

  // The rotten blocks held the entries that the whole ones don't.
  void count_lost() {
    const auto is_rotten = [](const Rot& rot) { return rot.part == Rot::Part::data; };
    if (std::ranges::none_of(found_.rots, is_rotten)) return;
    uint64_t there = 0;
    for (const Place& place : places_) {
      std::string bytes;
      if (load_block(place.block, bytes) != State::whole) continue;
      for (Entries entries(bytes); entries.next();) ++there;
    }
    found_.lost_entries = entries_ - std::min(entries_, there);
  }

  const ReadBytes& read_;
  const uint64_t file_bytes_;
  const KeyRange& keys_;
  Block metaindex_, index_, properties_;
  std::optional<Block> filter_, removals_;
  std::vector<Place> places_;
  uint64_t entries_ = 0, data_bytes_ = 0;
  bool has_user_keys_ = false, has_deltas_ = false;
  TableCheck found_;
};

void add_trailer(std::string& table, size_t from) {
  const uint32_t sum = checksum(std::string_view(table).substr(from), packed_none);
  table += packed_none;
  table.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

// A block at the table's end, with a restart point for each entry.
Block add_block(std::string& table, const std::vector<std::pair<std::string, std::string>>& entries) {
  const size_t begin = table.size();
  std::string restarts;
  const auto add_u32 = [&restarts](size_t number) {
    const auto bytes = static_cast<uint32_t>(number);
    restarts.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  };
  for (const auto& [key, value] : entries) {
    add_u32(table.size() - begin);
    table += '\0';
    add_varint(table, key.size());
    add_varint(table, value.size());
    table += key + value;
  }
  add_u32(entries.size());
  table += restarts;
  const Block block{begin, table.size() - begin};
  add_trailer(table, begin);
  return block;
}

std::string encode_block(const Block& block) {
  std::string bytes;
  add_varint(bytes, block.offset);
  add_varint(bytes, block.bytes);
  return bytes;
}

// A table without blocks, with just the properties that RocksDB must know to read it.
std::string make_blank_table(size_t bytes) {
  constexpr Block index{0, 2 * sizeof(uint32_t)};  // RocksDB asserts that much of each
  std::string table(index.bytes, '\0');
  add_trailer(table, 0);
  const Block properties = add_block(table, {{"rocksdb.block.based.table.index.type", std::string(4, '\0')},
                                             {"rocksdb.index.key.is.user.key", "\1"},
                                             {"rocksdb.index.value.is.delta.encoded", "\1"}});
  const Block metaindex = add_block(table, {{"rocksdb.properties", encode_block(properties)}});
  if (table.size() + footer_bytes > bytes) return {};
  std::string places = encode_block(metaindex) + encode_block(index);
  places.resize(40, '\0');
  table.resize(bytes - footer_bytes, '\0');
  table += checksum_xxh3 + places;
  table.append(reinterpret_cast<const char*>(&format_version), sizeof format_version);
  table.append(reinterpret_cast<const char*>(&magic), sizeof magic);
  return table;
}

}  // namespace

TableCheck check_table(const ReadBytes& read, uint64_t file_bytes, const KeyRange& keys) {
  return Check(read, file_bytes, keys).run();
}

// RocksDB takes an index for empty whose last four bytes say that it has no restart points. Of a data block it does not
// bear that (7.8: Get then uses what it has not set), so there is an entry: a removal with the lowest sequence number,
// which is older than everything.
std::string make_blank(const Rot& rot) {
  std::string block;
  if (rot.part == Rot::Part::whole) return make_blank_table(rot.block.bytes);
  if (rot.part == Rot::Part::data) {
    std::string key = rot.keys.from + '\0';
    if (key >= rot.keys.to) key.pop_back();
    key.append(sizeof(uint64_t), '\0');  // sequence number and type: removal
    std::string head(1, '\0');           // shares nothing with a key before
    add_varint(head, key.size());
    const size_t fixed = head.size() + key.size() + 2 * sizeof(uint32_t);  // its one restart point, and their number
    for (size_t size_bytes = 1; size_bytes <= 5; ++size_bytes) {
      if (fixed + size_bytes > rot.block.bytes) return {};
      std::string size;
      add_varint(size, rot.block.bytes - fixed - size_bytes);
      if (size.size() != size_bytes) continue;
      block = head + size + key;
      block.resize(rot.block.bytes - sizeof(uint32_t), '\0');
      block += std::string("\1\0\0\0", sizeof(uint32_t));
      break;
    }
    if (block.empty()) return block;
  }
  block.resize(rot.block.bytes, '\0');
  add_trailer(block, 0);
  return block;
}

}  // namespace teahouse::store::rocks
