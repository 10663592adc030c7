// attachments.h: the files that go with entries, of all journals together: what is to be fetched, what may go, and the
// way from an entry to the bytes of a file. The room's fifth door: control reads and writes, sync fetches and gives.
//
//   fold ─► Attached::name() ─► folded(): small enough, or asked for ─► wanted() ─► a session asks ─► came()
//   erased ─► Attached::unname() ─► folded(): what nothing names any more is dropped
//
// Losing all of it loses no word.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <list>
#include <map>
#include <set>

#include "daemon/journal/attached.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/upload.h"

namespace duolog::journal {

// One attachment that somebody has named.
struct MeantFile {
  const Journal* journal = nullptr;
  Noted noted;  // without its text
  Attachment attachment;
  std::uint32_t number = 0;  // from 1
};
// Throws as find_one() does, and Refusal(kNoSuchAttachment).
MeantFile find_attachment(const Shelf& shelf, const Target& target, std::uint32_t number);
// Of one entry, or of all (`id` empty) in order, the newest last.
std::vector<MeantFile> list_attachments(const Shelf& shelf, const Target& target);

// Chunks that are wanted at once in a journal; more wait, by their entries, until there is room.
inline constexpr std::size_t kOpenWants = 64 << 10;

class Attachments {
 public:
  struct Hooks {
    std::function<void(const JournalId&)> wanted;  // chunks are to be had: the journal's sessions should ask
    std::function<void()> soon;                    // call folded() when there is time
  };
  // Of others' attachments those of at most `eager_bytes` are fetched unasked.
  Attachments(Shelf& shelf, store::Blobs& blobs, std::uint64_t eager_bytes, Hooks hooks);

  // Once, after Shelf::start(). Drops what nothing names (an upload that a stop has cut off), unless there is anything
  // in the log that cannot be read and might name it.
  void start();
  void folded();  // after every fold

  [[nodiscard]] store::Blobs& blobs() { return blobs_; }
  // Whether a chunk of one's own may be dropped: nothing names it, and nothing was written that may still turn out to.
  [[nodiscard]] bool may_go(const ChunkId& chunk) const noexcept;

  // The journal is forgotten, and named these. What else names one keeps it.
  void forget(const JournalId& journal, const std::vector<ChunkId>& chunks);

  // ---- for a person ----
  // Fetched from now on, also after the next start, until it is here; first of all.
  void ask_for(const MeantFile& file);
  // Everything that is named and not here is to be fetched, whatever the setting says. How many chunks.
  std::size_t want_all_missing();
  [[nodiscard]] std::size_t missing() const;                       // chunks that are named and not here
  [[nodiscard]] bool refused(const Attachment& attachment) const;  // somebody who was asked for it has none of it
  // Called whenever a chunk came, or was not to be had, until the token goes.
  std::shared_ptr<void> listen(std::function<void()> heard);

  // ---- hooks of a session ----
  void session_began(const JournalId& journal);
  [[nodiscard]] bool named(const JournalId& journal, const ChunkId& chunk) const;
  // From `place` on, which moves behind what was looked at: sync::Chunks says more.
  [[nodiscard]] std::vector<ChunkId> wanted(const JournalId& journal, std::size_t most, std::int64_t& place,
                                            const std::function<bool(const ChunkId&)>& passed) const;
  [[nodiscard]] std::int64_t first_place(const JournalId& journal) const;
  void came(const JournalId& journal, const ChunkId& chunk);
  void is_not_there(const JournalId& journal, const ChunkId& chunk);

 private:
  // In the order in which they are to be fetched: each has a place, and a lower one comes sooner.
  struct Wants {
    std::map<std::int64_t, ChunkId> order;
    std::map<ChunkId, std::int64_t> open;  // at its place
    std::int64_t first = 0;                // the lowest that was given
    std::int64_t end = 0;                  // the one that is given next to what is less urgent
    std::deque<RecordId> later;            // entries whose chunks wait for room
    std::optional<ChunkId> rest;           // of all that is named, what is missing from this one on, when there is room

    bool put(const ChunkId& chunk, bool before_all);  // false: it is there, and stays where it is
    void close(const ChunkId& chunk);
    [[nodiscard]] bool has_room() const { return open.size() < kOpenWants; }
    [[nodiscard]] bool has_more() const { return !later.empty() || rest.has_value(); }
  };
  void take_fresh(Journal& journal);
  void take(Journal& journal, const Attached::Fresh& fresh);
  void refill(Journal& journal);
  void ask_sessions();
  void want(const JournalId& journal, const Attachment& attachment, bool first);
  void remember(const RecordId& record);
  void take_gone(Journal& journal);
  void drop_gone();
  void drop_unnamed();
  void drop_asked_for_nothing();
  [[nodiscard]] bool reads_everything() const;
  [[nodiscard]] bool has_folded_everything() const;
  [[nodiscard]] std::vector<Journal*> journals() const;
  [[nodiscard]] bool named_anywhere(const ChunkId& chunk) const;
  void lost(const ChunkId& chunk);
  void tell();
  [[nodiscard]] store::LocalState& memory() const { return shelf_.parts().state; }

  Shelf& shelf_;
  store::Blobs& blobs_;
  std::uint64_t eager_bytes_;
  Hooks hooks_;
  std::map<JournalId, Wants> wants_;
  std::set<JournalId> to_tell_;                            // whose wants have grown
  std::vector<ChunkId> gone_;                              // not named any more, where they were
  std::map<JournalId, std::set<ChunkId>> not_there_;       // by what the sessions under way have heard
  std::map<RecordId, std::set<std::uint32_t>> asked_for_;  // by a person: in LocalState too
  bool some_forgotten_ = false;                            // journals, of whose entries some may have been asked for
  std::list<std::function<void()>> listeners_;
};

}  // namespace duolog::journal
