// bodies.h: which bodies are asked for, and which are owed. A body that is missing is asked of every peer that may
// have it, once a session, and again when the peer's frontier says that it came there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/sync/our_log.h"
#include "daemon/sync/their_logs.h"

namespace duolog::sync {

using BodyPlace = std::pair<DeviceId, std::uint64_t>;

// Our questions.
class BodyWants {
 public:
  // What is missing here and may be there joins the questions.
  void plan(const OurLog& ours, const TheirLogs& theirs);
  // What they lacked before and do no more came there: it is to be asked for again.
  void came_there(const TheirLogs& before, const Claim& now);
  // They sent these records: with the body, or without it because they have none.
  void came_here(const DeviceId& device, std::uint64_t start, std::span<const crypto::Record> run);

  [[nodiscard]] bool has_question() const { return !to_ask_.empty() && awaited_.size() < kWantLimit; }
  BodyWant question();  // REQUIRES: has_question()

 private:
  std::set<BodyPlace> to_ask_;
  std::set<BodyPlace> awaited_;  // asked, not answered; at most kWantLimit
  std::set<BodyPlace> done_;     // asked, or known not to be there
};

// Their questions.
class BodyAnswers {
 public:
  // Seqs above `held` are passed over. Throws ProtocolError when more is wanted at once than anybody needs.
  void want(const BodyWant& want, std::uint64_t held);
  [[nodiscard]] bool empty() const { return pending_.empty(); }
  BodyPlace take();  // the lowest first. REQUIRES: !empty()
  // Whether this one was answered before in this session; from now on it was.
  bool was_given(const BodyPlace& place);

 private:
  std::set<BodyPlace> pending_;
  std::map<DeviceId, std::vector<bool>> given_;  // by seq; as long as our own log is, at most
};

}  // namespace duolog::sync
