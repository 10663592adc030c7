// taking_in.h: what a reader has found, on its way to the daemon: in batches, each one transaction there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "client/daemon.h"
#include "client/import/found.h"
#include "client/import/sending_media.h"

namespace duolog::client {

// What became of it.
struct TakenIn {
  std::size_t written = 0, already_there = 0, refused = 0, practices = 0;
  std::size_t attached = 0;                      // files that went with what was written
  std::string journal, visibility, shared_with;  // where it went; empty before anything was sent
};

inline constexpr std::size_t kWeightLimit = 1 << 20;  // bytes of one thing with all that stands beside its text

// False, and told where it stands: what no journal takes, and the daemon need not be asked.
bool can_be_kept(const Found& found, Findings& findings);

class TakingIn {
 public:
  // `format` goes before the names that things have there. `try_only`: nothing is written.
  TakingIn(Daemon& daemon, std::string journal, std::string format, bool try_only, Findings& findings,
           MediaSource media = {});
  ~TakingIn();
  TakingIn(const TakingIn&) = delete;
  TakingIn& operator=(const TakingIn&) = delete;

  // REQUIRES: can_be_kept(). Throws Failure where nothing more can be written; what was written before stays.
  void take(Found found, std::uint32_t again);
  // The last batch, and what was said about things: it needs their new names.
  void finish();
  [[nodiscard]] const TakenIn& result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::client
