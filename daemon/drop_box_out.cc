// drop_box_out.cc: what others lack is put there: one file a journal, in the place of the one before.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"
#include "crypto/hash.h"
#include "daemon/drop_box_state.h"
#include "daemon/journal/journal.h"

namespace duolog {
namespace {

constexpr std::int64_t kKeptMs = std::int64_t{90} * 24 * 60 * 60 * 1000;
constexpr std::size_t kChunksALong = 4096;  // 1 GiB
// And the journal's id: name || u64 ms || 32 of what is in it || where one was replaced and may still lie there: name
constexpr std::string_view kMarks = "drop/";
constexpr std::uint64_t kRoomKept = std::uint64_t{64} << 20;  // on a disk that is larger than sixteen times that
constexpr std::size_t kNameLength = 16 + 7;

std::string mark_of(const JournalId& journal) { return std::string(kMarks) + hex(journal.bytes); }

template <class Own>
std::optional<Own> decode_own(const std::optional<Bytes>& mark) {
  constexpr std::size_t kShort = kNameLength + 8 + Hash::kLength;
  if (!mark || (mark->size() != kShort && mark->size() != kShort + kNameLength)) return std::nullopt;
  const ByteView view(*mark);
  Own own{std::string(as_text(view.first(kNameLength))), 0, *Hash::from(view.subspan(kNameLength + 8, Hash::kLength)),
          std::string(as_text(view.subspan(kShort)))};
  own.written_ms = static_cast<std::int64_t>(read_u64(view.subspan(kNameLength)));
  if (!is_drop_name(own.name) || (!own.before.empty() && !is_drop_name(own.before))) return std::nullopt;
  return own;
}

template <class Own>
Bytes encode_own(const Own& own) {
  Bytes mark = to_bytes(as_bytes(own.name));
  append_u64(mark, static_cast<std::uint64_t>(own.written_ms));
  append(mark, own.content.bytes);
  append(mark, as_bytes(own.before));
  return mark;
}

// What a file would hold, so that the same is not written twice: else whoever watches the folder would see when
// something was read.
Hash content_of(const journal::Parcel& parcel, const store::Frontier& frontier) {
  Bytes all;
  for (const store::FrontierEntry& entry : frontier) {
    const auto found = parcel.held.find(entry.device);
    const std::uint64_t held = found != parcel.held.end() ? found->second : 0;
    if (entry.seq <= held) continue;
    append(all, entry.device.bytes);
    append_u64(all, held);
    append_u64(all, entry.seq);
  }
  for (const ChunkId& chunk : parcel.chunks) append(all, chunk.bytes);
  for (const crypto::EpochSecret& epoch : parcel.epochs) append(all, crypto::epoch_id(parcel.journal, epoch).bytes);
  return crypto::hash<Hash>("local.drop", {all});
}

}  // namespace

// ---- which files are our own ----

std::optional<DropBox::State::Own> DropBox::State::own_of(const JournalId& journal) const {
  return decode_own<Own>(memory().get(mark_of(journal)));
}

void DropBox::State::learn_own() {
  for (const std::string& name : memory().names(kMarks))
    if (const auto mine = decode_own<Own>(memory().get(name))) {
      own.insert(mine->name);
      if (!mine->before.empty()) own.insert(mine->before);
    }
}

// ---- written ----

void DropBox::State::look_what_to_write() {
  gathering = false;
  failed = false;
  to_write.clear();
  for (const JournalId& journal : house.door().journals()) to_write.push_back(journal);
  strangers_left = true;
  soon();
}

// Of journals that were left.
bool DropBox::State::drop_strangers() {
  if (!cannot_look.empty() || !std::exchange(strangers_left, false)) return false;
  const auto journals = house.door().journals();
  for (const std::string& name : memory().names(kMarks)) {
    const auto id = from_hex(std::string_view(name).substr(kMarks.size()));
    const auto journal = id ? JournalId::from(*id) : std::nullopt;
    if (journal && std::ranges::find(journals, *journal) == journals.end()) forget_own(*journal);
  }
  return true;
}

void DropBox::State::forget_own(const JournalId& journal) {
  const auto mine = own_of(journal);
  if (!mine) return;
  for (const std::string& name : {mine->name, mine->before}) {
    if (name.empty()) continue;
    folder.remove(name);
    own.erase(name);
  }
  memory().remove(mark_of(journal));
  say_what_lies_there(journal, {});
}

// For the delivery lines.
void DropBox::State::say_what_lies_there(const JournalId& journal, std::vector<journal::Receipts::Lying> lying) const {
  if (journal::Journal* there = house.shelf().by_id(journal))
    there->lies(journal::Receipts::Way::kBundle, std::move(lying));
}

// A journal that is held is as old as its backup: what is current there, a removed device may have.
bool DropBox::State::begin_writing() {
  if (!cannot_look.empty()) to_write.clear();
  if (to_write.empty()) return false;
  const JournalId journal = to_write.front();
  to_write.pop_front();
  const journal::Journal* there = house.shelf().by_id(journal);
  if (there == nullptr || there->held()) return true;
  journal::Parcel parcel = journal::pack(house.shelf(), {hex(journal.bytes), false, true});
  if (parcel.devices.empty() || parcel.epochs.empty()) return forget_own(journal), true;
  if (parcel.chunks.size() > kChunksALong) parcel.chunks.resize(kChunksALong);
  const Hash content = content_of(parcel, house.log().frontier(journal));
  const auto before = own_of(journal);
  const bool is_old = before && before->written_ms + kKeptMs < now();
  if (is_old) forget_own(journal);
  const DeviceId& self = house.identity().keys().id();
  const auto head = house.log().head(journal, self);
  journal::Receipts::Lying lying{parcel.held[self], head ? head->seq : 0, before ? before->written_ms : 0};
  if (before && !is_old && before->content == content && folder.has(before->name)) {
    say_what_lies_there(journal, {lying});
    if (!before->before.empty()) drop_replaced(journal, *before);
    return true;
  }
  writing.emplace(Written{journal, content, write_bundle(house, std::move(parcel)), nullptr, lying});
  return true;
}

bool DropBox::State::write_on() {
  using Stage = sync::BundleWriter::Stage;
  sync::BundleWriter& writer = *writing->writer;
  if (writer.stage() == Stage::kCounting) {
    writer.work();
    if (writer.stage() == Stage::kCounting) return true;
    if (writer.records() == 0) {  // they hold it all
      forget_own(writing->journal);
      writing.reset();
      return true;
    }
    require_room(writer.bytes());
    writing->file = std::make_unique<DropFolder::Writing>(folder.path(), drop_name());
    return true;
  }
  const Bytes piece = writer.next();
  if (!piece.empty()) return writing->file->write(piece), true;
  if (writer.stage() == Stage::kDone) keep_written();
  writing.reset();  // where something was taken back meanwhile, the next minute writes it
  return true;
}

// The folder may lie on the disk of the journal itself, where a person wants to write.
void DropBox::State::require_room(std::uint64_t bytes) const {
  const auto room = std::filesystem::space(folder.path());
  const std::uint64_t kept = room.capacity / 16 > kRoomKept ? kRoomKept : 0;
  if (room.available < bytes + kept)
    throw std::system_error(ENOSPC, std::generic_category(), "no room in " + folder.path().string());
}

void DropBox::State::drop_replaced(const JournalId& journal, Own mine) {
  folder.remove(mine.before);
  own.erase(mine.before);
  mine.before.clear();
  memory().put_soon(mark_of(journal), encode_own(mine));
}

// The mark first: a file of which no mark says that it is ours would lie there for ever. It names both until the one
// before is gone.
void DropBox::State::keep_written() {
  Own mine{writing->file->name(), now(), writing->content, {}};
  const auto before = own_of(writing->journal);
  if (before) mine.before = folder.has(before->name) || before->before.empty() ? before->name : before->before;
  memory().put(mark_of(writing->journal), encode_own(mine));
  own.insert(mine.name);  // it is never read, from before it can be seen
  writing->file->keep();
  if (before && !before->before.empty() && before->before != mine.before) folder.remove(before->before);
  if (before) drop_replaced(writing->journal, mine);
  last_bytes = writing->writer->bytes();
  told.written_ms = now();
  remember_told();
  writing->lying.at_ms = told.written_ms;
  say_what_lies_there(writing->journal, {writing->lying});
}

}  // namespace duolog
