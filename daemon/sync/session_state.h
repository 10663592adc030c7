// session_state.h: what a session knows, and the steps of its conversation. Private to the room.
//
// Incoming messages come through one on(…) each (session.cc; forks in session_forks.cc). Outgoing ones are made one at
// a time when next() asks (session_out.cc): for each kind there is a …_due() and a send_…(), in order of urgency.
// Hooks are told through `news_`, after the message that caused them is dealt with.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/sync/bodies.h"
#include "daemon/sync/fork_search.h"
#include "daemon/sync/session.h"

namespace duolog::sync {

struct Session::State {
  State(store::SealedLog& log_in, Facts facts_in, Hooks hooks_in)
      : log(log_in), facts(std::move(facts_in)), hooks(std::move(hooks_in)), ours(log, facts.journal) {}

  // While one lives, news waits: no hook is called from inside another.
  class InHook {
   public:
    explicit InHook(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
    ~InHook() { flag_ = before_; }
    InHook(const InHook&) = delete;
    InHook& operator=(const InHook&) = delete;

   private:
    bool& flag_;
    bool before_;
  };

  enum class Phase { kQuiet, kGreeting, kFlowing, kParted };

  // ---- in: session.cc, session_forks.cc ----
  void receive(ByteView bytes);
  void or_part(const std::function<void()>& step);
  void on(const Hello& hello);
  void on(const Claim& claim);
  void on(const Certs& certs);
  void on(Run& run);  // its records are given to the log
  void on(const BodyWant& want);
  void on(const HeadWant& want);
  void on(const Heads& heads);
  void on(const store::ForkProof& fork);
  void on(const BlobWant& want);
  void on(const BlobGive& give);
  void on(const GenesisTold&) { throw ProtocolError("it begins as a bundle does"); }
  void on(const EpochWant& want);
  void on(const EpochGive& give);
  void on(const Ping&) {}
  void on(const Bye& bye);
  void on(const Unknown&) { part(Parting::kNewer, "a frame of a newer version"); }

  void learn(const Claim& claim);  // their frontier, from a HELLO or a FRONTIER
  void log_changed();              // ours was read anew: compare, plan, weigh what is owed
  void compare_claims();           // heads at common seqs; a difference begins a search
  bool compare(TheirLog& there);
  bool acknowledge(const TheirLog& there);
  bool admits(const crypto::Chain& chain);
  void stored(const Run& run, std::span<const crypto::Record> records, const store::Accepted& accepted);
  void overlook(const char* what);  // of no use, and forgiven kIgnoredLimit times

  void begin_search(const DeviceId& device, std::uint64_t different);
  void search(const Heads& heads, ForkSearch& search);
  void prove(const DeviceId& device, std::vector<crypto::SignedHeader> theirs);
  bool freeze(const store::ForkProof& proof);  // false: the log does not believe it
  void drop_settled_searches();

  void part(Parting why, std::string text);
  void tell_news();

  // ---- out: session_out.cc ----
  std::optional<Bytes> next();
  [[nodiscard]] bool has_next() const;
  [[nodiscard]] std::optional<DeviceId> fork_due() const;
  [[nodiscard]] bool question_due() const;
  [[nodiscard]] bool certs_due() const;
  [[nodiscard]] std::optional<DeviceId> run_due() const;
  [[nodiscard]] bool body_due() const;
  [[nodiscard]] bool chain_is_due(const store::FrontierEntry& entry) const;
  [[nodiscard]] bool run_is_due(const DeviceId& device) const;
  Bytes send_hello();
  Bytes send_bye();
  Bytes send_fork(const DeviceId& device);
  Bytes send_question();
  Bytes send_heads();
  Bytes send_receipt();
  std::vector<crypto::Chain> known_chains();
  std::optional<Bytes> send_certs();                      // nullopt: no chain is known after all
  std::optional<Bytes> send_run(const DeviceId& device);  // nullopt: nothing to be had there
  std::optional<Bytes> send_body();                       // nullopt: a body that nobody is given
  // ---- chunks: session_blobs.cc ----
  [[nodiscard]] bool chunk_question_due() const { return !chunks_to_ask.empty(); }
  [[nodiscard]] bool takes_chunks() const;
  void plan_chunks();
  void plan_chunks_anew();
  void plan_chunks_on();  // the journal may want more
  [[nodiscard]] std::int64_t first_chunk_place();
  Bytes send_chunk_question();
  Bytes send_chunk();
  // ---- epochs: session_epochs.cc ----
  void plan_epochs();
  [[nodiscard]] bool epochs_due() const { return epochs_to_judge && !epochs_owed.empty(); }
  Bytes send_epoch_question();
  std::optional<Bytes> send_epochs();  // nullopt: none of them may be given now
  void told(Claim claim);
  void spend(std::size_t bytes);  // of the resend budget; throws ProtocolError when it is used up

  store::SealedLog& log;
  Facts facts;
  Hooks hooks;
  OurLog ours;
  TheirLogs theirs;
  BodyWants wants;
  BodyAnswers answers;
  std::map<DeviceId, ForkSearch> searches;

  Phase phase = Phase::kQuiet;
  Parting parting = Parting::kNone;
  Parting their_parting = Parting::kNone;
  std::string detail;

  bool hello_queued = false;
  bool ping_queued = false;
  bool bye_queued = false;
  bool receipt_owed = false;
  bool disk_refused = false;  // gaps are our own fault from then on
  Claim last_told;            // our last FRONTIER
  std::deque<HeadWant> head_wants;
  std::set<DeviceId> chains_offered;
  std::deque<crypto::Chain> chains_queued;
  std::set<DeviceId> chains_refused;
  std::size_t chains_judged = 0;                 // each costs signatures to look at
  std::map<DeviceId, std::uint64_t> forks_told;  // start_seq of the lowest proof they have from us, or we from them
  std::map<DeviceId, store::FrontierEntry> acknowledged;

  bool they_give_blobs = false;
  std::deque<ChunkId> chunks_queue;  // to be asked for next
  // Where the journal's order began when it was last looked at from its beginning, and how far that has come.
  std::optional<std::int64_t> chunks_first;
  std::int64_t chunks_place = 0;
  bool chunks_exhausted = false;       // there are none to be asked for, until the log has grown
  std::vector<ChunkId> chunks_to_ask;  // with the awaited ones at most kChunksUnderWay
  std::set<ChunkId> chunks_awaited;    // asked for, not come
  std::set<ChunkId> chunks_not_there;  // or refused by our own disk: not asked for again in this session
  bool chunks_refused = false;         // our disk takes no more of them: records go on
  std::deque<ChunkId> chunks_owed;     // asked for by them
  std::set<ChunkId> chunks_given;

  bool they_give_epochs = false;
  std::set<EpochId> epochs_asked;  // each once a session; those to be asked for are among them
  std::vector<EpochId> epochs_to_ask;
  std::set<EpochId> epochs_awaited;  // asked for, not come: perhaps they never do
  std::set<EpochId> epochs_owed;     // asked for by them, not given: perhaps they may be later
  std::size_t epochs_asked_of_us = 0;
  bool epochs_to_judge = false;

  std::size_t resent_bytes = 0;
  std::size_t overlooked = 0;
  std::deque<std::function<void()>> news;
  bool in_hook = false;
};

}  // namespace duolog::sync
