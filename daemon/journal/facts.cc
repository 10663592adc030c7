// facts.cc: facts to bytes and back. Counts are u32, numbers u64, all little-endian; what has a length is behind it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/facts.h"

#include <algorithm>

#include "crypto/check.h"

namespace duolog::journal {
namespace {

// ---- to bytes ----

void put(Bytes& out, std::uint32_t number) { append_u32(out, number); }
void put(Bytes& out, std::uint64_t number) { append_u64(out, number); }
void put(Bytes& out, bool yes) { out.push_back(yes ? 1 : 0); }
template <class Tag>
void put(Bytes& out, const Id32<Tag>& id) {
  append(out, id.bytes);
}
void put(Bytes& out, const std::string& text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  append(out, as_bytes(text));
}
template <class List>
void put_all(Bytes& out, const List& list);
void put(Bytes& out, const crypto::Certificate& certificate) {
  put(out, std::string(as_text(certificate.body)));
  append(out, certificate.signature);
}
void put(Bytes& out, const crypto::Chain& chain) { put_all(out, chain); }
void put(Bytes& out, const EpochFact& fact) {
  put(out, fact.id);
  put(out, fact.author);
  put(out, fact.depth);
  put_all(out, fact.meta.members);
  put(out, fact.meta.gone);
}
void put(Bytes& out, const AddedFact& added) {
  put(out, added.device);
  put(out, added.by);
  put(out, added.seq);
  put(out, added.chain);
  put(out, added.paired_by);
}
void put(Bytes& out, const KeptFact& kept) {
  put(out, kept.by);
  put(out, kept.seq);
  put(out, kept.under);
}
template <class Value>
void put(Bytes& out, const std::vector<Value>& list) {
  put_all(out, list);
}
void put(Bytes& out, const RemovedFact& removed) {
  put(out, removed.removal.device);
  put(out, removed.removal.cut_seq);
  put(out, removed.removal.cut_record);
  put(out, removed.removal.by.has_value());
  put(out, removed.removal.by.value_or(DeviceId{}));
  put(out, removed.removal.root);
  put(out, static_cast<std::uint64_t>(removed.at_ms));
}
void put(Bytes& out, const PartedFact& parted) {
  put(out, parted.journal);
  put(out, parted.forgotten);
  put(out, parted.by);
  put(out, parted.seq);
}
template <class Key, class Value>
void put(Bytes& out, const std::pair<Key, Value>& pair) {
  put(out, pair.first);
  put(out, pair.second);
}
template <class List>
void put_all(Bytes& out, const List& list) {
  put(out, static_cast<std::uint32_t>(list.size()));
  for (const auto& one : list) put(out, one);
}

// ---- from bytes ----

class From {
 public:
  explicit From(ByteView bytes) : bytes_(bytes) {}

  ByteView take(std::size_t length) {
    check(bytes_.size() >= length, "what the view has learnt is cut short");
    const ByteView part = bytes_.first(length);
    bytes_ = bytes_.subspan(length);
    return part;
  }
  void get(std::uint32_t& number) { number = read_u32(take(4)); }
  void get(std::uint64_t& number) { number = read_u64(take(8)); }
  void get(bool& yes) { yes = take(1)[0] != 0; }
  template <class Tag>
  void get(Id32<Tag>& id) {
    id = *Id32<Tag>::from(take(Id32<Tag>::kLength));
  }
  void get(std::string& text) {
    std::uint32_t length = 0;
    get(length);
    text = as_text(take(length));
  }
  void get(crypto::Certificate& certificate) {
    std::string body;
    get(body);
    certificate.body = to_bytes(as_bytes(body));
    const ByteView signature = take(certificate.signature.size());
    std::copy(signature.begin(), signature.end(), certificate.signature.begin());
  }
  void get(crypto::Chain& chain) { get_all(chain); }
  void get(EpochFact& fact) {
    get(fact.id);
    get(fact.author);
    get(fact.depth);
    get_all(fact.meta.members);
    get(fact.meta.gone);
  }
  void get(AddedFact& added) {
    get(added.device);
    get(added.by);
    get(added.seq);
    get(added.chain);
    get(added.paired_by);
  }
  void get(KeptFact& kept) {
    get(kept.by);
    get(kept.seq);
    get(kept.under);
  }
  void get(std::vector<KeptFact>& list) { get_all(list); }
  void get(RemovedFact& removed) {
    get(removed.removal.device);
    get(removed.removal.cut_seq);
    get(removed.removal.cut_record);
    bool has_author = false;
    DeviceId author;
    get(has_author);
    get(author);
    if (has_author) removed.removal.by = author;
    get(removed.removal.root);
    std::uint64_t at = 0;
    get(at);
    removed.at_ms = static_cast<std::int64_t>(at);
  }
  void get(PartedFact& parted) {
    get(parted.journal);
    get(parted.forgotten);
    get(parted.by);
    get(parted.seq);
  }
  template <class Value>
  void get_all(std::vector<Value>& list) {
    each([&] { get(list.emplace_back()); });
  }
  template <class Value>
  void get_all(std::set<Value>& list) {
    each([&] {
      Value value;
      get(value);
      list.insert(std::move(value));
    });
  }
  template <class Key, class Value>
  void get_all(std::map<Key, Value>& map) {
    each([&] {
      Key key{};
      get(key);
      get(map[key]);
    });
  }

 private:
  template <class One>
  void each(One one) {
    std::uint32_t count = 0;
    get(count);
    while (count-- > 0) one();
  }

  ByteView bytes_;
};

}  // namespace

std::uint32_t Facts::number_of(const crypto::Chain& chain) {
  const auto number = static_cast<std::size_t>(std::ranges::find(chains, chain) - chains.begin());
  if (number == chains.size()) chains.push_back(chain);
  return static_cast<std::uint32_t>(number);
}

Bytes Facts::encode() const {
  Bytes out;
  put_all(out, epochs);
  put_all(out, founders);
  put_all(out, chains);
  put_all(out, added);
  put_all(out, removed);
  put_all(out, parted);
  put_all(out, zero_authors);
  put_all(out, epochs_written);
  put_all(out, practices_written);
  put_all(out, journals_kept);
  put_all(out, epochs_kept);
  put_all(out, alarms);
  return out;
}

Facts Facts::decode(ByteView bytes) {
  Facts facts;
  if (bytes.empty()) return facts;
  From from(bytes);
  from.get_all(facts.epochs);
  from.get_all(facts.founders);
  from.get_all(facts.chains);
  from.get_all(facts.added);
  from.get_all(facts.removed);
  from.get_all(facts.parted);
  from.get_all(facts.zero_authors);
  from.get_all(facts.epochs_written);
  from.get_all(facts.practices_written);
  from.get_all(facts.journals_kept);
  from.get_all(facts.epochs_kept);
  from.get_all(facts.alarms);
  return facts;
}

}  // namespace duolog::journal
