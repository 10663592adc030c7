// unread.cc: the marker moves over what was seen and over what nobody sees.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/unread.h"

namespace duolog::journal {

Unread::Unread(store::LocalState& state, const JournalId& journal)
    : state_(state), prefix_("seen/" + hex(journal.bytes) + "/") {
  for (const std::string& name : state_.names(prefix_)) {
    const auto device = from_hex(std::string_view(name).substr(prefix_.size()));
    const auto author = device ? DeviceId::from(*device) : std::nullopt;
    const auto value = state_.get(name);
    if (!author || !value || value->size() < 8) continue;
    Marks& marks = marks_[*author];
    marks.up_to = read_u64(*value);
    for (std::size_t at = 8; at + 8 <= value->size(); at += 8)
      marks.beyond.insert(read_u64(ByteView(*value).subspan(at)));
  }
}

bool Unread::is_new(const DeviceId& author, std::uint64_t seq) const {
  const auto found = marks_.find(author);
  return found == marks_.end() || (seq > found->second.up_to && !found->second.beyond.contains(seq));
}

std::uint64_t Unread::seen_up_to(const DeviceId& author) const {
  const auto found = marks_.find(author);
  return found != marks_.end() ? found->second.up_to : 0;
}

void Unread::mark(const Records& records, const DeviceId& author, const std::vector<std::uint64_t>& seqs) {
  Marks& marks = marks_[author];
  bool changed = false;
  for (const std::uint64_t seq : seqs)
    if (seq > marks.up_to) changed = marks.beyond.insert(seq).second || changed;
  if (!changed) return;
  advance(records, author, marks);
  keep(author, marks);
}

void Unread::advance(const Records& records, const DeviceId& author, Marks& marks) {
  Wanted wanted;
  wanted.kinds = ~Kinds{0};
  wanted.stretch = Stretch{author, marks.up_to + 1, marks.beyond.empty() ? marks.up_to : *marks.beyond.rbegin() + 512};
  records.each_line(wanted, [&](const Line& line) {
    // A gap in what is held here may be filled by something worth reading.
    const bool follows = line.seq == marks.up_to + 1;
    const bool seen = marks.beyond.contains(line.seq) || !is_shown(line.kind) || line.kind == Kind::kTakenBack;
    if (!follows || !seen) return false;
    marks.beyond.erase(line.seq);
    marks.up_to = line.seq;
    return true;
  });
}

bool Unread::keep(const DeviceId& author, const Marks& marks) {
  Bytes value;
  append_u64(value, marks.up_to);
  for (const std::uint64_t seq : marks.beyond) append_u64(value, seq);
  try {
    state_.put(prefix_ + hex(author.bytes), value);
    return true;
  } catch (const store::NotDurable&) {
    return false;
  }
}

}  // namespace duolog::journal
