// Any bytes as a backup, in pieces of any length: what is handed on was checked, and no more than one frame is held.
// And a backup of our own, damaged: whole as it was, or refused.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/backup_format.h"

#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

crypto::LocalKey key() { return *crypto::LocalKey::from(Bytes(32, 7)); }

struct Told {
  std::string files;  // all that was handed on, in order
  bool whole = false;
};

Told read(ByteView bytes, std::size_t at_a_time) {
  Told told;
  std::uint64_t promised = 0;
  bool open = false;
  store::BackupReader reader({[&](const std::string& name, std::uint64_t size) {
                                must(!open && store::is_backup_name(name), "a file began where none may");
                                open = true, promised = size;
                                told.files += name + ":";
                              },
                              [&](ByteView piece) {
                                must(open && piece.size() <= promised, "more was handed on than was promised");
                                promised -= piece.size();
                                told.files += as_text(piece);
                              },
                              [&] {
                                must(open && promised == 0, "a file ended too early");
                                open = false;
                              }});
  try {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), at_a_time)))
      reader.feed(bytes.first(std::min(bytes.size(), at_a_time)));
    reader.finish();
    told.whole = reader.is_of(key());
  } catch (const store::BadBackup& why) {
    must(*why.what() != '\0', "a refusal says nothing");
  }
  return told;
}

Bytes a_backup(fuzz::Script& script) {
  store::BackupFrames frames;
  Bytes bytes = frames.head({static_cast<std::int64_t>(script.word()), DeviceId{}});
  for (std::size_t files = script.below(4); files > 0; --files) {
    const ByteView content = script.chunk();
    append(bytes, frames.file(files == 3   ? "vault"
                              : files == 2 ? "duolog.db"
                                           : store::backup_name(ChunkId{}),
                              content.size()));
    if (!content.empty()) append(bytes, frames.piece(content));
  }
  append(bytes, frames.end(key()));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  const fuzz::Frugal frugal(size, std::size_t{1} << 20);
  fuzz::Script script(data, size);
  if (script.byte() % 2 == 0) {
    const std::size_t at_a_time = 1 + script.word();
    must(!read(script.rest(), at_a_time).whole, "a stranger made a backup of ours");
    return 0;
  }
  Bytes bytes = a_backup(script);
  const Told before = read(bytes, 1 + script.word());
  must(before.whole, "our own backup is refused");
  const bool changed = fuzz::damage(script, bytes);
  const Told after = read(bytes, 1 + script.word());
  must(after.whole != changed, "a damaged backup is taken, or a whole one is not");
  must(before.files.starts_with(after.files), "something was handed on that was never put in");
  return 0;
}
