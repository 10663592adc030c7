// session_blobs.cc: chunks of attachments: asked for a few at a time, given when nothing else is to be said.
//
// Each question is answered, by the chunk or by the word that there is none; so nothing is awaited for ever, and what
// the other does not have is asked of them once a session. A chunk is believed for its id alone: whoever sends other
// bytes than those it names has lied. Our own disk refusing them ends nothing: words go on.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/session_state.h"

namespace duolog::sync {
namespace {

constexpr std::size_t kChunksPlanned = 1024;  // taken from the journal's list at once
constexpr std::size_t kNothingThere = 64;     // what an answer without a chunk costs, in bytes of the resend budget

}  // namespace

// ---- ours ----

bool Session::State::takes_chunks() const {
  return they_give_blobs && !chunks_refused && phase == Phase::kFlowing && hooks.chunks.wanted &&
         hooks.chunks.store->why_nothing_is_received().empty();  // looked at again when the log has grown
}

// What is wanted most may be something else now.
void Session::State::plan_chunks_anew() {
  chunks_queue.clear();
  chunks_to_ask.clear();
  chunks_exhausted = false;
  chunks_first.reset();
}

// What is wanted behind everything else is found where the last look ended.
void Session::State::plan_chunks_on() {
  chunks_exhausted = false;
  if (chunks_first && first_chunk_place() < *chunks_first) plan_chunks_anew();
}

std::int64_t Session::State::first_chunk_place() {
  const InHook inside(in_hook);
  return hooks.chunks.first_place ? hooks.chunks.first_place() : 0;
}

void Session::State::plan_chunks() {
  const std::size_t under_way = chunks_awaited.size() + chunks_to_ask.size();
  if (under_way >= kChunksUnderWay || !takes_chunks()) return;
  if (chunks_queue.empty() && !chunks_exhausted) {
    if (!chunks_first) chunks_first = chunks_place = first_chunk_place();
    const InHook inside(in_hook);
    const auto wanted = hooks.chunks.wanted(kChunksPlanned, chunks_place, [this](const ChunkId& chunk) {
      return chunks_awaited.contains(chunk) || chunks_not_there.contains(chunk);
    });
    chunks_queue.assign(wanted.begin(), wanted.end());
    chunks_exhausted = wanted.empty();
  }
  for (std::size_t room = kChunksUnderWay - under_way; room > 0 && !chunks_queue.empty(); chunks_queue.pop_front()) {
    if (hooks.chunks.store->has(chunks_queue.front())) continue;  // by another session
    chunks_to_ask.push_back(chunks_queue.front());
    --room;
  }
}

Bytes Session::State::send_chunk_question() {
  chunks_awaited.insert(chunks_to_ask.begin(), chunks_to_ask.end());
  return encode(BlobWant{std::exchange(chunks_to_ask, {})});
}

void Session::State::on(const BlobGive& give) {
  if (chunks_awaited.erase(give.chunk) == 0) return overlook("chunks that nobody asked for");
  if (!give.ciphertext) {
    chunks_not_there.insert(give.chunk);
    news.emplace_back([this, chunk = give.chunk] {
      if (hooks.chunks.is_not_there) hooks.chunks.is_not_there(chunk);
    });
    return plan_chunks();
  }
  if (crypto::chunk_id(*give.ciphertext) != give.chunk) throw ProtocolError("a chunk is not what its id says");
  try {
    hooks.chunks.store->put_theirs(give.chunk, *give.ciphertext);
  } catch (const store::NotDurable&) {
    chunks_refused = true;
    return plan_chunks_anew();
  }
  news.emplace_back([this, chunk = give.chunk] {
    if (hooks.chunks.came) hooks.chunks.came(chunk);
  });
  plan_chunks();
}

// ---- theirs ----

void Session::State::on(const BlobWant& want) {
  if (!they_give_blobs) throw ProtocolError("it wants chunks, and has not said that it knows them");
  chunks_owed.insert(chunks_owed.end(), want.chunks.begin(), want.chunks.end());
  if (chunks_owed.size() > kChunkWantLimit) throw ProtocolError("too many chunks are wanted at once");
}

// Of what the journal does not name nothing is said, not even whether it is here.
Bytes Session::State::send_chunk() {
  BlobGive give{chunks_owed.front(), std::nullopt};
  chunks_owed.pop_front();
  bool named = false;
  {
    const InHook inside(in_hook);
    named = hooks.chunks.named && hooks.chunks.named(give.chunk);
    if (named) give.ciphertext = hooks.chunks.store->get(give.chunk);
  }
  if (!give.ciphertext) {
    spend(kNothingThere);
  } else if (!chunks_given.insert(give.chunk).second) {
    spend(give.ciphertext->size());
  }
  return encode(give);
}

}  // namespace duolog::sync
